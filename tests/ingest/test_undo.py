"""Undo: import A, import B, undo B leaves every table as it was after A."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import Account, Change, Contract, Person
from metrics import rollups
from metrics.ingest import NightIsOpen, UndoRefused, undo_batch
from metrics.models import Batch, ChangedDay, Feature, Reject, Replaced, Snapshot, Ticket
from tests.facts import live_scorecard
from tests.ingest.sending import NOW, Sender, counts, day, open_rejects, table
from tests.nightly.test_night import request
from tests.views.nights import make_user, night

pytestmark = pytest.mark.django_db

# everything an import writes, but for batches, their rejects and the marks of days
TABLES = (
    "accounts_account", "accounts_arrmovement", "accounts_change", "accounts_contract",
    "accounts_milestone", "accounts_person", "metrics_feature", "metrics_replaced",
    "metrics_sourcestatus", "metrics_survey", "metrics_ticket", "metrics_trainingrecord",
    "metrics_usageevent",
)  # fmt: skip
# source -> what came first, and what then came and is undone
CASES: dict[str, tuple[list[str], list[str]]] = {
    "features": (
        ["reports,Reports,core,,2026-01-01", "export,Export"],
        ["reports,All reports,advanced,planner;owner,2026-02-01", "forecast,Forecast", "export"],
    ),
    "accounts": (
        ["A1,Acme,,,,,25,1200", "A3,Core,core.example"],
        [
            "A1,Acme Ltd,acme.test,SMB,Steel,Pro,30,1500.50,USD,2025-01-01,2027-02-01,30,"
            "ana@example.com,A2,2026-10-01,2026-11-01,Bought",
            "A4,Dune,,,,,5",
            "A3,Core",
        ],
    ),
    "people": (
        ["P1,A1,ann@acme.example,Ann,,planner", "P4,A2"],
        [
            "P1,A1,anna@acme.example,Anna,Ops,owner,senior,yes,yes,no,2026-01-01T08:00:00Z,"
            "2026-11-01T08:00:00Z",
            "P5,A2,ed@bolt.example,Ed",
            ",A1,fay@acme.example",
        ],
    ),
    "usage": (
        ["e1,A1,P1,reports,2026-11-03T09:00:00Z,2", "e2,A1,,,2026-11-03T10:00:00Z"],
        [
            "e2,A1,,,2026-11-03T10:00:00Z",
            "e3,A1,P1,reports,2026-11-01T09:00:00Z,1",
            "e4,A2,P3,forecast,2026-11-04T09:00:00Z,1",
            ",A1,P2,reports,2026-11-04T09:00:00Z,7",
        ],
    ),
    "milestones": (
        ["A1,First import,2026-10-01,,yes", "A2,Kick-off,2026-09-01"],
        ["A1,First import,2026-10-08,2026-10-07,no", "A1,Second team,2026-12-01", "A2,Kick-off"],
    ),
    "training": (
        ["C1,P1,Basics,,,assigned", "C2,P2,Basics,,,completed,2026-10-01T09:00:00Z,80"],
        [
            "C1,P1,Basics,,,completed,2026-11-01T09:00:00Z,91",
            "C1,P1,Basics,,,passed,2026-11-02T09:00:00Z,95",
            "C3,P3,Basics,,,enrolled",
        ],
    ),
    "tickets": (
        ["T1,A1,P1,2026-11-01T09:00:00Z", "T2,A2,,2026-11-02T09:00:00Z"],
        [
            "T1,A1,P1,2026-11-01T09:00:00Z,2026-11-01T10:00:00Z",
            "T1,A1,P1,2026-11-01T09:00:00Z,,2026-11-03T10:00:00Z,high,billing,intro,yes",
            "T3,A1,,2026-11-05T09:00:00Z",
            "T2,A2,,2026-11-02T09:00:00Z",
        ],
    ),
    "surveys": (
        ["S1,A1,P1,nps,2026-10-01T09:00:00Z", "S2,A1,P2,csat,2026-10-01T09:00:00Z"],
        [
            "S1,A1,P1,nps,2026-10-01T09:00:00Z,2026-10-02T09:00:00Z,3,Too slow",
            "S3,A2,,ces,2026-11-01T09:00:00Z",
        ],
    ),
    "arr_movements": (
        ["M1,A1,new,1200,2026-01-01"],
        ["M1,A1,new,1200,2026-01-01", "M2,A1,expansion,300,2026-06-01"],
    ),
    "source_status": (
        ["usage,,2026-10-01,2026-10-05,late", "tickets,A1,2026-10-01,,not_bought"],
        ["usage,,2026-10-01,2026-10-09,broken", "surveys,A2,2026-10-02,,broken"],
    ),
}  # fmt: skip


def everything() -> dict[str, list[Any]]:
    """All rows of all tables."""
    found = {}
    with connection.cursor() as cursor:
        for name in TABLES:
            cursor.execute(f"SELECT to_jsonb(t)::text FROM {name} t ORDER BY t.id")  # noqa: S608
            found[name] = [row[0] for row in cursor.fetchall()]
    return found


# where a calendar begins, and bounds that only go up: they say which rows are read, never what
BOUNDS = "- 'base' - 'newest_day' - 'known_before'"


def rolled_up() -> list[Any]:
    """User-days and calendars, after every dirty day was made again."""
    rollups.refresh()
    names = ("metrics_usage_user_day", "metrics_activity_calendar", "metrics_feature_calendar")
    found = []
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(f"SELECT (to_jsonb(t) {BOUNDS})::text FROM {name} t ORDER BY 1")  # noqa: S608
            found += cursor.fetchall()
    return found


@pytest.fixture
def base(acme: Sender, clock: time_machine.Coordinates) -> Sender:
    make_user("Ana")
    clock.shift(dt.timedelta(hours=1))
    return acme


@pytest.mark.parametrize("known_at", ["import", "occurred"])
@pytest.mark.parametrize("source", CASES)
def test_after_an_undo_everything_is_as_before(
    base: Sender, clock: time_machine.Coordinates, source: str, known_at: str
) -> None:
    first, second = CASES[source]
    base(source, *first, known_at=known_at)
    before, rolled = everything(), rolled_up()
    clock.shift(dt.timedelta(hours=1))
    report = base(source, *second, known_at=known_at)
    assert report.quarantined == 0
    assert everything() != before
    rolled_up()
    assert report.batch is not None
    undo_batch(report.batch)
    assert everything() == before
    assert rolled_up() == rolled
    batch = Batch.objects.get(pk=report.batch)
    assert (batch.state, batch.undone_at) == ("undone", NOW + dt.timedelta(hours=2))
    assert counts(batch) == counts(report)
    # an undo is undone by importing again
    again = base(source, *second, known_at=known_at)
    assert counts(again) == counts(report)


@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_whatever_came_in_whatever_parts_the_last_batch_can_be_undone(data: Any) -> None:
    with transaction.atomic(), time_machine.travel(NOW, tick=False) as clock:
        _any_history(data, clock)
        transaction.set_rollback(True)


def _any_history(data: Any, clock: time_machine.Coordinates) -> None:
    with TemporaryDirectory() as folder:
        send = Sender(Path(folder))
        send("accounts", "A1,Acme,acme.example,,,,20,1200,EUR,2025-01-01", "A2,Bolt")
        send("people", "P1,A1,ann@acme.example,Ann", "P2,A1,bo@acme.example,Bo", "P3,A2,,Cy")
        rows = [(source, row) for source, both in CASES.items() for row in (*both[0], *both[1])]
        made: list[tuple[int, dict[str, list[Any]]]] = []
        for source, row in data.draw(st.lists(st.sampled_from(rows), min_size=1, max_size=6)):
            clock.shift(dt.timedelta(minutes=1))
            before = everything()
            batch = send(source, row).batch
            assert batch is not None
            made.append((batch, before))
        # the last first, as far back as one likes
        for batch, before in reversed(made[data.draw(st.integers(0, len(made) - 1)) :]):
            undo_batch(batch)
            assert everything() == before


def test_the_days_of_undone_events_are_dirty_and_no_others(base: Sender) -> None:
    base("usage", "e1,A1,P1,reports,2026-11-03T09:00:00Z")
    batch = base("usage", "e2,A2,P3,reports,2026-11-04T09:00:00Z").batch
    rollups.refresh()
    undo_batch(batch or 0)
    bolt = Account.objects.get(external_id="A2")
    assert table(ChangedDay, "account_id", "day") == [(bolt.pk, day("2026-11-04"))]


def test_a_batch_on_which_a_later_one_builds_is_refused_with_a_reason(base: Sender) -> None:
    first = base("tickets", "T1,A1,P1,2026-11-01T09:00:00Z").batch or 0
    second = base("tickets", "T1,A1,P1,2026-11-01T09:00:00Z,2026-11-01T10:00:00Z").batch or 0
    before = everything()
    with pytest.raises(UndoRefused) as refused:
        undo_batch(first)
    assert str(refused.value) == (
        f"Import {second} (tickets.csv) changed the same rows later: undo that one first."
    )
    assert everything() == before
    undo_batch(second)
    undo_batch(first)
    assert table(Ticket, "external_id") == []


@pytest.mark.parametrize(
    ("source", "first", "second"),
    [
        ("accounts", "A3,Core", "A3,Core Ltd"),
        ("accounts", "A1,,,SMB", "A1,,,Enterprise"),
        ("accounts", "A1,,,,,,21", "A1,,,,,,22"),
        ("people", "P1,A1,,,Ops", "P1,A1,,,Sales"),
        ("milestones", "A1,Kick-off", "A1,Kick-off,2026-12-01"),
    ],
)
def test_entities_that_a_later_batch_changed_keep_the_earlier_one(
    base: Sender, clock: time_machine.Coordinates, source: str, first: str, second: str
) -> None:
    batches = []
    for row in (first, second):
        clock.shift(dt.timedelta(minutes=1))
        batches.append(base(source, row).batch or 0)
    with pytest.raises(UndoRefused, match="changed the same rows later"):
        undo_batch(batches[0])
    undo_batch(batches[1])
    undo_batch(batches[0])


def test_other_columns_of_the_same_row_are_no_hindrance(base: Sender) -> None:
    first = base("accounts", "A1,,,SMB").batch or 0
    base("accounts", "A1,,,,Steel")
    undo_batch(first)
    assert table(Account, "segment", "industry", external_id="A1") == [("", "Steel")]


def test_what_others_refer_to_stays_and_is_named(base: Sender) -> None:
    batch = base("accounts", "A7,Gale", "A8,Hill").batch or 0
    base("people", "P7,A7,,Gus")
    found = undo_batch(batch)
    assert found.text() == (
        "1 row went, 0 went back. 1 account stays: something else refers to it."
    )
    assert table(Account, "external_id") == [("A1",), ("A2",), ("A7",)]
    people = base("people", "P8,A1,,Hal", "P9,A1,,Ida").batch or 0
    base("tickets", "T1,A1,P8,2026-11-01T09:00:00Z")
    assert undo_batch(people).removed == 1
    assert table(Person, "external_id") == [("P1",), ("P2",), ("P3",), ("P7",), ("P8",)]


def test_an_account_with_a_published_snapshot_stays_and_the_snapshot_too(base: Sender) -> None:
    batch = base("accounts", "A7,Gale").batch or 0
    live_scorecard()
    night(day("2026-11-22"), data_cutoff=NOW + dt.timedelta(hours=2))
    before = sorted(Snapshot.objects.values_list("account_id", "score", "input_hash"))
    assert len(before) == 3
    found = undo_batch(batch)
    assert found.notes == ["1 account stays: something else refers to it."]
    assert sorted(Snapshot.objects.values_list("account_id", "score", "input_hash")) == before


def test_what_a_hand_changed_since_is_not_put_back(base: Sender) -> None:
    ben = make_user("Ben")
    batch = base("accounts", "A1,,,SMB,,,,,,,,,ana@example.com").batch or 0
    acme = Account.objects.get(external_id="A1")
    acme.hand_over(ben)
    found = undo_batch(batch)
    assert found.notes == ["1 row was changed by hand since; that stays."]
    assert table(Account, "segment", "owner__name", "owner_email", external_id="A1") == [
        ("", "Ben", "")
    ]


def test_an_owner_who_is_gone_does_not_come_back(base: Sender) -> None:
    ben = make_user("Ben")
    base("accounts", "A1,,,,,,,,,,,,ben@example.com")
    batch = base("accounts", "A1,,,,,,,,,,,,ana@example.com").batch or 0
    ben.delete()
    undo_batch(batch)
    assert table(Account, "owner", "owner_email", external_id="A1") == [(None, "ben@example.com")]


def test_rows_that_wait_are_not_taken_in_after_the_undo(base: Sender) -> None:
    batch = base("usage", "e1,A9,,reports,2026-11-03T09:00:00Z").batch or 0
    assert open_rejects() == [("usage", 2, "unknown_account")]
    undo_batch(batch)
    assert table(Reject, "state") == [("dismissed",)]
    assert base("accounts", "A9,Iris").replayed == 0


def test_rows_that_waited_go_with_their_own_batch(base: Sender) -> None:
    batch = base("usage", "e1,A9,,reports,2026-11-03T09:00:00Z").batch or 0
    accounts = base("accounts", "A9,Iris").batch or 0
    assert undo_batch(accounts).notes == ["1 account stays: something else refers to it."]
    assert undo_batch(batch).removed == 1
    assert table(Feature, "key") == []


def test_a_feature_that_was_described_since_stays_without_its_first_use(base: Sender) -> None:
    batch = base("usage", "e1,A1,,export,2026-11-03T09:00:00Z").batch or 0
    base("features", "export,Export,advanced")
    undo_batch(batch)
    assert table(Feature, "key", "level", "first_used_on") == [("export", "advanced", None)]


def test_terms_that_a_backfill_replaced_come_back(base: Sender) -> None:
    base("accounts", "A5,Echo,,,,,10,,,2025-01-01", known_at="occurred")
    before = everything()
    batch = base("accounts", "A5,,,,,,12,,,2025-01-01", known_at="occurred").batch or 0
    assert table(Contract, "seats_sold", account__external_id="A5") != [(10,)]
    undo_batch(batch)
    assert everything() == before


def test_terms_that_another_import_replaced_at_once_are_undone_after_those(base: Sender) -> None:
    before = everything()
    first = base("accounts", "A1,,,,,,21").batch or 0
    second = base("accounts", "A1,,,,,,22").batch or 0
    with pytest.raises(UndoRefused, match=f"^Import {second} "):
        undo_batch(first)
    undo_batch(second)
    undo_batch(first)
    assert everything() == before


def test_nothing_is_undone_twice_nor_what_is_not_stored(base: Sender) -> None:
    batch = base("features", "export").batch or 0
    undo_batch(batch)
    with pytest.raises(UndoRefused, match="undone already"):
        undo_batch(batch)
    failed = Batch.objects.create(source="usage", state="failed")
    with pytest.raises(UndoRefused, match="Nothing of it is stored"):
        undo_batch(failed.pk)
    old = Batch.objects.create(source="usage", state="finished", is_undoable=False)
    with pytest.raises(UndoRefused, match="before imports kept"):
        undo_batch(old.pk)


def test_an_undo_waits_for_the_night(base: Sender) -> None:
    live_scorecard()
    batch = base("features", "export").batch or 0
    request()
    with pytest.raises(NightIsOpen):
        undo_batch(batch)
    assert table(Feature, "key") == [("export",)]


def test_an_undo_during_which_a_night_begins_is_taken_back(
    base: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    live_scorecard()
    batch = base("features", "export").batch or 0
    monkeypatch.setattr("metrics.ingest.undo._check", lambda _: request())
    with pytest.raises(NightIsOpen):
        undo_batch(batch)
    assert table(Batch, "state", pk=batch) == [("finished",)]
    assert table(Feature, "key") == [("export",)]


def test_an_undo_holds_up_no_import_while_it_waits_for_the_night(
    base: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    live_scorecard()
    batch = base("features", "export").batch or 0
    request()
    monkeypatch.setattr("metrics.ingest.batches.enter", lambda *_: pytest.fail("it took locks"))
    with pytest.raises(NightIsOpen):
        undo_batch(batch)


def test_nothing_is_kept_of_rows_that_a_batch_made_itself(
    base: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("metrics.ingest.door.CHUNK", 1)
    before = everything()
    batch = base("accounts", "A7,Gale,,,,,5", "A7,Gale Ltd,,,,,6", "A1,,,SMB").batch or 0
    assert table(Replaced, "before") == [({"segment": ""},)]
    undo_batch(batch)
    assert everything() == before


def test_the_notes_of_the_past_go_with_the_batch(base: Sender) -> None:
    batch = base("accounts", "A1,,,SMB").batch or 0
    assert table(Change, "before") == [({"segment": ""},)]
    assert table(Replaced, "table", "before", "after") == [
        ("accounts_account", {"segment": ""}, {"segment": "SMB"})
    ]
    undo_batch(batch)
    assert Change.objects.count() == Replaced.objects.count() == 0
