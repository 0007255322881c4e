"""A stored snapshot never changes, and a past day is what it was with what was known then."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection

from accounts.models import Account, Organisation
from metrics import nightly
from metrics.models import Run, Snapshot
from tests.facts import DAY, ago, live_scorecard
from tests.ingest.sending import Sender

pytestmark = pytest.mark.django_db

LATE = dt.datetime(2026, 3, 19, 12, tzinfo=dt.UTC)
LATER = dt.datetime(2026, 3, 21, 12, tzinfo=dt.UTC)
WORKDAYS = [days for days in range(1, 200) if ago(days).weekday() < 5]
BEGAN = {"A1": ago(400), "A2": ago(80), "A3": ago(400)}
# every column but the run's own number; a float as text is the same float
ROWS = """
SELECT account_id, day, (to_jsonb(s) - 'run_id')::text FROM metrics_snapshot s WHERE run_id = %s
ORDER BY account_id
"""


@pytest.fixture
def clock() -> Iterator[time_machine.Coordinates]:
    live_scorecard()
    with time_machine.travel(dt.datetime(2026, 3, 17, 12, tzinfo=dt.UTC), tick=False) as traveller:
        yield traveller


@pytest.fixture
def send(tmp_path: Path, clock: time_machine.Coordinates) -> Sender:
    """Three accounts of five people with a history of their own, imported the day before DAY."""
    sender = Sender(tmp_path)
    for source, rows in world().items():
        assert sender(source, *rows, known_at="occurred").quarantined == 0
    return sender


def world() -> dict[str, list[str]]:
    names = ["A1", "A2", "A3"]
    people = [(name, f"{name}-{number}") for name in names for number in range(5)]
    moments = [(person, name, f"{ago(back)}T09:00:00Z") for name, person in people
               for back in WORKDAYS[:: 1 + int(person[-1])]]  # fmt: skip
    return {
        "features": ["reports,Reports,core", "maps,Maps,advanced", "exports,Exports,intermediate"],
        "accounts": [
            f"{name},{name},,SMB,,Pro,8,1200,EUR,{BEGAN[name]},2027-01-01,90" for name in names
        ],
        "people": [
            f"{person},{name},,{person},{'Ops' if person[-1] in '01' else 'Sales'},planner,,yes,"
            f"{'yes' if person[-1] == '0' else ''},,{BEGAN[name]}T10:00:00Z"
            for name, person in people
        ],
        "usage": [
            f"{person} {at},{name},{person},{['reports', 'maps'][place % 3 == 0]},{at},1"
            for place, (person, name, at) in enumerate(moments)
        ],
        "milestones": [f"{name},First plan,{ago(40)},{ago(50)},yes" for name in names],
        "training": [
            f"C{person},{person},Basics,,,completed,{ago(30)}T09:00:00Z"
            for _, person in people
            if person[-1] != "4"
        ],
        "tickets": [
            f"T{person},{name},{person},{ago(30)}T09:00:00Z,{ago(30)}T10:00:00Z,{ago(29)}T09:00:00Z,,"
            ",intro,,,email,5"
            for name, person in people
        ],
        "surveys": [
            f"S{person},{name},{person},nps,{ago(40)},{ago(39)},9" for name, person in people
        ],
        "source_status": [f"usage,A2,{ago(25)},{ago(18)},broken"],
    }


# what comes after the night, and each of which another score would be made of
CHANGES = {
    "usage": [
        f"late,A1,A1-3,exports,{ago(3)}T09:00:00Z,1",
        f"new,A1,A1-3,new,{ago(3)}T09:00:00Z,1",
    ],
    "people": [
        "A1-0,A1,,,Board,,,no,no,yes",
        f"A1-1,A1,,,,,,,,,,{ago(20)}T09:00:00Z",
        "A2-4,A2,,,,service",
        f"A1-9,A1,,Late,Ops,planner,,yes,,,{ago(400)}T10:00:00Z",
    ],
    "accounts": [
        "A1,,,Enterprise,,Basic,5,900",
        f"A3,,,,,,,,,,,,,,,{ago(5)}",
        f"A9,Late,,SMB,,Pro,8,1200,EUR,{ago(400)}",
    ],
    "tickets": [f"late,A1,A1-2,{ago(10)}T09:00:00Z,,,urgent,,,yes"],
    "surveys": [f"late,A2,A2-2,nps,{ago(20)},{ago(19)},0"],
    "milestones": [f"A2,First plan,,{ago(20)},no", f"A2,Rollout,{ago(30)}"],
    "features": ["reports,,intermediate", "maps,,,dispatcher", "imports,Imports,advanced"],
    "training": [f"late,A1-4,Basics,,,completed,{ago(9)}T09:00:00Z"],
    "source_status": [
        f"usage,A2,{ago(25)},{ago(10)},broken", f"tickets,A1,{ago(60)},,broken"
    ],
}  # fmt: skip


def calculate(day: dt.date = DAY, *, as_of_day: bool = True) -> Run:
    now = dt.datetime.now(dt.UTC)
    (run,) = nightly.request_days([day], as_of_day=as_of_day, now=now)
    while nightly.work("tests", seconds=60).done:
        pass
    run.refresh_from_db()
    assert (run.state, run.is_published) == ("complete", True)
    return run


def stored(run: Run) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(ROWS, [run.pk])
        return cursor.fetchall()


def test_late_facts_make_another_revision_and_change_none(
    send: Sender, clock: time_machine.Coordinates
) -> None:
    clock.move_to(Organisation.current().due_at(DAY))
    first = calculate()
    before = stored(first)
    one, two, three = Account.objects.order_by("pk").values_list("pk", flat=True)
    assert [row[0] for row in before] == [one, two, three]
    clock.move_to(LATE)
    for source, rows in CHANGES.items():
        assert send(source, *rows).quarantined == 0
    clock.move_to(LATER)
    again = calculate()
    assert stored(again) == before
    assert again.portfolio == first.portfolio
    latest = calculate(as_of_day=False)
    # one customer more, one less, and nothing that is left is as it was
    assert [row[0] for row in stored(latest)] == [one, two, Account.objects.get(name="Late").pk]
    assert not set(stored(latest)) & set(before)
    assert [run.revision for run in (first, again, latest)] == [1, 2, 3]
    assert stored(first) == stored(again) == before
    runs = Run.objects.filter(pk__in=Snapshot.objects.values("run_id"))
    assert list(runs.order_by("pk")) == [first, again, latest]


def test_every_published_day_can_be_made_again_to_the_byte() -> None:
    live_scorecard()
    call_command("load_demo", "--accounts", "12", "--days", "260", "--people", "6", verbosity=0)
    today = Organisation.current().day_of(dt.datetime.now(dt.UTC))
    days = [today - dt.timedelta(days=back) for back in (190, 30, 8, 7, 3, 2, 1, 0)]
    runs = [calculate(day) for day in days]
    assert sum(run.scored for run in runs) > 50
    again = [calculate(day) for day in days]
    for old, new in zip(runs, again, strict=True):
        assert (old.revision, new.revision) == (1, 2)
        assert stored(new) == stored(old)
        assert new.portfolio == old.portfolio
