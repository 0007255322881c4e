"""A past day read again says what was known then, whatever an import has changed since."""

from __future__ import annotations

import dataclasses
import datetime as dt
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import time_machine
from django.db import connection

from accounts.models import Account, Change
from metrics.frames import Window, read_frames
from metrics.frames.past import read_past
from metrics.rollups import refresh
from metrics.signals.base import Frames, Portfolio
from tests.facts import DAY, at, make_account
from tests.ingest.sending import Sender, table

pytestmark = pytest.mark.django_db

LEARNT = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
CUTOFF = dt.datetime(2026, 3, 18, 3, 10, tzinfo=dt.UTC)
LATE = dt.datetime(2026, 3, 19, 12, tzinfo=dt.UTC)
LATER = dt.datetime(2026, 3, 20, 12, tzinfo=dt.UTC)
WORLD = {
    "features": ["reports,Reports,core", "maps,Maps,advanced,planner,2026-01-05"],
    "accounts": [
        "A1,Acme,,SMB,,Pro,20,1200,EUR,2025-01-01,2027-01-01,90",
        "A2,Bolt,,SMB,,Pro,20,1200,EUR,2025-01-01,,,,,,2026-03-10",
    ],
    "people": [
        "P1,A1,,Ann,Ops,planner,2,yes,yes,no,2025-02-03T10:00:00Z",
        "P2,A1,,Bo,Ops,planner,2,yes,no,no,2025-02-03T10:00:00Z,2026-03-02T10:00:00Z",
        "P3,A1,,Bot,Ops,service,,,,,2025-02-03T10:00:00Z",
    ],
    "usage": [
        "e1,A1,P1,reports,2026-02-20T09:00:00Z,1",
        "e2,A1,P2,maps,2026-02-24T09:00:00Z,1",
        "e3,A1,P3,maps,2026-02-25T09:00:00Z,1",
    ],
    "milestones": ["A1,First plan,2025-03-01,2025-02-20,yes", "A1,Rollout,2025-04-01"],
    "source_status": ["usage,A1,2026-02-01,,broken", "surveys,,2026-02-01,2026-03-15,late"],
}
# source -> rows that say something else than before
CHANGES = {
    "segment": ("accounts", "A1,,,Enterprise"),
    "plan": ("accounts", "A1,,,,,Basic"),
    "terms": ("accounts", "A1,,,,,,30"),
    "churn": ("accounts", "A1,,,,,,,,,,,,,,,2026-03-05"),
    "another churn": ("accounts", "A2,,,,,,,,,,,,,,,2026-03-30"),
    "account": ("accounts", "A9,New,,,,,5,,,2025-05-01"),
    "group": ("people", "P1,A1,,,Sales"),
    "no bot": ("people", "P3,A1,,,,planner"),
    "a bot": ("people", "P1,A1,,,,service"),
    "flags": ("people", "P1,A1,,,,,3,no,no,yes"),
    "came": ("people", "P1,A1,,,,,,,,,2025-06-01T00:00:00Z"),
    "left": ("people", "P1,A1,,,,,,,,,,2026-03-03T00:00:00Z"),
    "left later": ("people", "P2,A1,,,,,,,,,,2026-03-09T00:00:00Z"),
    "person": ("people", "P9,A1,,New,Ops,planner,,yes,,,2025-03-01T00:00:00Z"),
    "due": ("milestones", "A1,Rollout,2025-05-01"),
    "done": ("milestones", "A1,Rollout,,2025-04-02"),
    "done later": ("milestones", "A1,First plan,,2025-02-27,no"),
    "milestone": ("milestones", "A1,Handover,2025-05-01,,yes"),
    "level": ("features", "reports,,intermediate"),
    "personas": ("features", "reports,,,dispatcher"),
    "released": ("features", "maps,,,,2026-02-09"),
    "feature": ("features", "exports,Exports,advanced"),
    "seen feature": ("usage", "e4,A1,P1,exports,2026-03-16T09:00:00Z,1"),
    "usage": ("usage", "e4,A1,P1,reports,2026-03-16T09:00:00Z,1"),
    "outage over": ("source_status", "usage,A1,2026-02-01,2026-03-01,broken"),
    "worse outage": ("source_status", "surveys,,2026-02-01,2026-03-25,broken"),
    "new outage": ("source_status", "tickets,,2026-02-01,,broken"),
    "ticket": ("tickets", "T1,A1,P1,2026-03-10T09:00:00Z"),
    "survey": ("surveys", "S1,A1,P1,nps,2026-03-01T09:00:00Z,2026-03-02T09:00:00Z,2"),
    "training": ("training", "C1,P1,Basics,,,completed,2026-03-02T09:00:00Z"),
}


@pytest.fixture
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(LEARNT, tick=False) as traveller:
        yield traveller


@pytest.fixture
def world(tmp_path: Path, clock: time_machine.Coordinates) -> Sender:
    send = Sender(tmp_path)
    for source, rows in WORLD.items():
        assert send(source, *rows).quarantined == 0
    return send


def read(cutoff: dt.datetime = CUTOFF) -> Frames:
    refresh()
    window = Window(day=CUTOFF.date(), cutoff=cutoff, zone="UTC", lo=0, hi=2**62)
    return read_frames(window, Portfolio())


def differing(one: Frames, other: Frames) -> list[str]:
    """Names of the fields that are not the same to the bit."""
    pairs = [
        (f.name, getattr(one, f.name), getattr(other, f.name)) for f in dataclasses.fields(one)
    ]
    return [name for name, a, b in pairs if not _same(a, b)]


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, pd.DataFrame):
        return bool(a.equals(b)) and list(a.dtypes) == list(b.dtypes)
    if isinstance(a, np.ndarray):
        return bool(np.array_equal(a, b, equal_nan=a.dtype.kind == "f"))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(_same(a[key], b[key]) for key in a)
    return bool(a == b)


@pytest.mark.parametrize("name", CHANGES)
def test_what_was_changed_after_the_cut_off_is_read_as_it_was(
    world: Sender, clock: time_machine.Coordinates, name: str
) -> None:
    before = read()
    clock.move_to(LATE)
    source, row = CHANGES[name]
    report = world(source, row)
    assert (report.accepted, report.quarantined) == (1, 0)
    assert differing(before, read()) == []
    assert differing(before, read(LATE)) != []


def test_of_several_changes_each_column_is_read_as_of_the_cut_off(
    world: Sender, clock: time_machine.Coordinates
) -> None:
    clock.move_to(LATE)
    world("people", "P1,A1,,,Sales,analyst")
    between = read(LATE)
    clock.move_to(LATER)
    world("people", "P1,A1,,,Board", "P1,A1,,,Staff,,3")
    columns = ["group", "persona", "level"]
    assert [read(cutoff).people[columns].loc[0].tolist() for cutoff in (CUTOFF, LATE, LATER)] == [
        ["Ops", "planner", "2"],
        ["Sales", "analyst", "2"],
        ["Staff", "analyst", "3"],
    ]
    assert differing(between, read(LATE)) == []


def test_only_the_changed_columns_that_a_score_reads_are_kept(
    world: Sender, clock: time_machine.Coordinates
) -> None:
    clock.move_to(LATE)
    report = world("people", "P1,A1,ann@acme.example,Anna,Sales,planner,,,no", "P2,A1,,Bob")
    assert report.updated == 2
    assert table(Change, "kind", "before", "known_at") == [
        ("feature", None, LEARNT),
        ("feature", None, LEARNT),
        ("person", {"group": "Ops", "champion": True}, LATE),
    ]
    assert table(Change, "batch_id", kind="person") == [(report.batch,)]


def test_a_change_names_the_account_whose_chunk_reads_it(
    world: Sender, clock: time_machine.Coordinates
) -> None:
    clock.move_to(LATE)
    for name in ("plan", "group", "due", "level", "outage over", "worse outage"):
        world(*CHANGES[name])
    acme = Account.objects.get(external_id="A1").pk
    kinds = ("kind", "account_id")
    assert table(Change, *kinds, known_at=LATE) == [
        ("account", acme), ("feature", 0), ("milestone", acme), ("person", acme),
        ("source_status", 0), ("source_status", acme),
    ]  # fmt: skip
    window = Window(day=CUTOFF.date(), cutoff=CUTOFF, zone="UTC", lo=acme + 1, hi=acme + 2)
    assert read_past(window).changed == {"feature", "source_status"}


def test_a_row_that_one_file_makes_and_changes_is_new(
    world: Sender, clock: time_machine.Coordinates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("metrics.ingest.door.CHUNK", 1)
    before = read()
    clock.move_to(LATE)
    world("features", "exports,Exports,core", "exports,,advanced", "maps,,core", "maps,,advanced")
    assert differing(before, read()) == []
    assert read(LATE).features[["key", "level"]].values.tolist() == [
        ["reports", "core"], ["maps", "advanced"], ["exports", "advanced"]
    ]  # fmt: skip


def test_a_backfill_says_how_things_have_always_been(
    world: Sender, clock: time_machine.Coordinates
) -> None:
    clock.move_to(LATE)
    world("people", "P1,A1,,,Sales", known_at="occurred")
    world("features", "exports,Exports,advanced", known_at="occurred")
    past = read()
    assert past.people["group"].tolist() == ["Sales", "Ops"]
    assert past.features["key"].tolist() == ["reports", "maps", "exports"]


def test_a_dry_run_keeps_nothing(world: Sender, clock: time_machine.Coordinates) -> None:
    clock.move_to(LATE)
    world("people", "P1,A1,,,Sales", dry_run=True)
    assert Change.objects.filter(kind="person").count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_change_that_is_committed_while_a_night_reads_is_not_read() -> None:
    account = make_account(segment="old")
    window = Window(day=DAY, cutoff=at(DAY, 3), zone="UTC", lo=account.pk, hi=account.pk + 1)

    def change() -> None:
        Account.objects.update(segment="new")
        connection.close()

    def meanwhile(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        found = execute(sql, *rest)
        if "unnest(%(kinds)s" in sql:  # it is asked what has changed: nothing has
            other = threading.Thread(target=change)
            other.start()
            other.join()
        return found

    with connection.execute_wrapper(meanwhile):
        frames = read_frames(window, Portfolio())
    assert Account.objects.get().segment == "new"
    assert frames.accounts["segment"].tolist() == ["old"]
