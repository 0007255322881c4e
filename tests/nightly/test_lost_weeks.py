"""A usage source goes down, stays away for two weeks, and comes back without what it owes."""

from __future__ import annotations

from itertools import groupby

import pytest

from accounts.models import Account
from metrics.models import Snapshot
from metrics.signals.base import Source
from metrics.signals.catalogue import SIGNALS
from tests.facts import (
    ago,
    at,
    make_account,
    make_milestone,
    make_person,
    make_status,
    make_survey,
    make_ticket,
    make_training,
    use,
)
from tests.nightly.test_night import WORKDAYS, night

pytestmark = pytest.mark.django_db
OF_USAGE = [signal for signal in SIGNALS if Source.USAGE in signal.needs]


def make_even_account(*, down: range) -> Account:
    """Four people in two groups who come on every working day that is not lost, and nothing else
    that is new within the nights looked at: any other score than the first is the outage's.
    """
    account = make_account(seats=5)
    for number in range(4):
        person = make_person(account, group=["Planning", "Dispatch"][number % 2])
        use(account, person, *(days for days in WORKDAYS if days not in down))
        make_training(person, completed=300)
        make_survey(account, person=person, sent=140, answered=138, score=9)
    make_milestone(account, due_on=ago(450), completed_on=ago(460), completed_known_at=at(ago(460)))
    make_ticket(account, opened=150, first_answer_at=at(ago(150), 11), solved_at=at(ago(149)))
    return account


def nights(since: int, until: int) -> list[Snapshot]:
    """The night before the outage, and all since up to three weeks after it."""
    make_even_account(down=range(until + 1, since + 1))
    make_status("usage", "broken", since=since, until=until)
    return [Snapshot.objects.get(run_id=night(ago(days)).pk) for days in range(since, -1, -1)]


def spans(rows: list[Snapshot], slot: int) -> list[tuple[str, int]]:
    """States of a signal, and for how many nights."""
    return [(str(state), len([*same])) for state, same in groupby(row.states[slot] for row in rows)]


def rises(rows: list[Snapshot]) -> list[tuple[int, str]]:
    """Nights after the first, and what is higher in them than in it."""
    first = rows[0]
    return [
        (number, signal.code)
        for number, row in enumerate(rows)
        for signal in OF_USAGE
        if (row.points[signal.slot] or 0) > (first.points[signal.slot] or 0) + 1e-6
    ]


def test_two_whole_weeks_are_as_if_they_had_not_been() -> None:
    """Down from a Monday to a Sunday: broken for 14 nights, and nothing has moved before, in them
    or after, but that S24 forgets.
    """
    rows = nights(30, 16)
    assert spans(rows, 0) == [("OK", 1), ("BROKEN", 14), ("OK", 16)]
    for signal in OF_USAGE:
        first = rows[0].points[signal.slot]
        found = [row.points[signal.slot] for row in rows]
        assert found == pytest.approx([first] * len(rows), nan_ok=True), signal.code
    scores = [row.score for row in rows]
    # too little is heard for a score while the source is down
    assert [score is None for score in scores] == [False] + [True] * 14 + [False] * 16
    told = [score for score in scores if score is not None]
    assert max(told) <= told[0] + 1e-9
    assert min(told) >= told[0] - 1
    assert {tuple(row.caps) for row in rows} == {()}


def test_two_weeks_from_wednesday_to_wednesday_raise_nothing() -> None:
    """Parts of three weeks are lost, so that most of four are owed when the third is complete, and
    until a second one is heard.
    """
    rows = nights(28, 14)
    assert spans(rows, 0) == [("OK", 1), ("BROKEN", 14), ("OK", 4), ("STALE", 10)]
    assert rises(rows) == []
    assert [row.raw[0] for row in rows] == [0.8] * len(rows)
    assert {tuple(row.caps) for row in rows} == {()}
    told = [row.score for row in rows if row.score is not None]
    assert max(told) <= told[0] + 1e-9
