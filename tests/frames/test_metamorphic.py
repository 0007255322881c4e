"""What must not reach a signal: a bot, and whatever happens or is known later than it may know."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from accounts.models import Account, Person
from metrics.frames import Window, read_frames
from metrics.rollups import refresh
from metrics.signals.base import Floats, Portfolio
from tests.facts import (
    DAY,
    ago,
    at,
    make_account,
    make_contract,
    make_feature,
    make_milestone,
    make_person,
    make_status,
    make_survey,
    make_ticket,
    make_training,
    use,
)
from tests.signals.changed import raws

pytestmark = pytest.mark.django_db


def values(day: dt.date = DAY) -> dict[str, tuple[Floats, list[str]]]:
    """Per signal the raw values and states of all accounts on a day."""
    refresh()
    window = Window(day=day, cutoff=at(day, 3), zone="UTC", lo=0, hi=2**62)
    return raws(read_frames(window, Portfolio()))


def assert_unchanged(before: dict[str, tuple[Floats, list[str]]]) -> None:
    after = values()
    assert {code: states for code, (_, states) in after.items()} == {
        code: states for code, (_, states) in before.items()
    }
    changed = [code for code in after if not np.array_equal(after[code][0], before[code][0], True)]
    assert not changed


def make_lively() -> tuple[Account, list[Person]]:
    """An account of which every signal has something to say."""
    account = make_account(seats=8, started=300)
    people = [
        make_person(
            account,
            since=290 if number < 5 else 60,
            group="AB"[number % 2],
            intended=True,
        )
        for number in range(8)
    ]
    make_feature("rules", level="advanced")
    for number, person in enumerate(people):
        since = 290 if number < 5 else 60
        use(account, person, *range(1 + number, since, 2 + number))
        use(account, person, *range(1 + number, since, 30), feature="schedules")
        use(account, person, 2, since - 1, feature="rules")
        make_training(person)
        make_survey(account, person=person, sent=50, answered=40, score=number + 3)
        make_survey(account, person=person, kind="csat", sent=50, answered=40, score=5)
        make_ticket(
            account,
            person=person,
            opened=20,
            first_answer_at=at(ago(19)),
            solved_at=at(ago(18)),
            maturity="intro",
            csat=4,
        )
    done = at(ago(270))
    make_milestone(account, due_on=ago(260), completed_on=done.date(), completed_known_at=done)
    make_milestone(account, is_value=True, completed_on=done.date(), completed_known_at=done)
    return account, people


def test_every_signal_of_a_lively_account_has_a_value() -> None:
    make_lively()
    assert {code: states for code, (_, states) in values().items() if states != ["OK"]} == {}


@pytest.mark.parametrize("persona", ["service", "vendor"])
def test_a_bot_changes_nothing(persona: str) -> None:
    account, _ = make_lively()
    before = values()
    bot = make_person(account, persona=persona, intended=True, champion=True, group="C")
    use(account, bot, *range(1, 280))
    use(account, bot, *range(1, 280), feature="rules")
    make_training(bot)
    assert_unchanged(before)


def test_what_happens_on_the_day_itself_or_after_it_changes_nothing() -> None:
    account, people = make_lively()
    before = values()
    known, first = at(ago(1)), people[0]
    use(account, first, 0, -1, feature="schedules", known_at=known)
    for day in (0, -1):
        make_ticket(account, opened=day, escalated=True, csat=1, known_at=known)
        make_survey(account, person=first, sent=day, answered=day, score=0, known_at=known)
        make_training(people[1], completed=day, known_at=known)
        make_milestone(
            account,
            due_on=ago(260),
            completed_on=ago(day),
            completed_known_at=known,
            known_at=at(DAY, 12),
        )
        make_status("usage", "broken", since=day, known_at=known)
        make_feature(f"new{day}", released_on=ago(day))
    Person.objects.filter(pk=first.pk).update(deactivated_at=at(DAY), deactivated_known_at=known)
    assert_unchanged(before)


def test_what_became_known_after_the_cut_off_changes_nothing() -> None:
    account, people = make_lively()
    before = values()
    late, first = at(DAY, 4), people[0]
    use(account, first, 3, 5, 9, feature="schedules", known_at=late)
    make_ticket(account, opened=9, escalated=True, csat=1, known_at=late)
    make_survey(account, person=first, sent=9, answered=3, score=0, known_at=late)
    make_training(make_person(account, since=40, known_at=late), completed=9, known_at=late)
    make_milestone(account, due_on=ago(260), known_at=late)
    make_contract(account, seats_sold=99, starts_on=ago(9), known_at=late)
    make_status("tickets", "broken", since=9, known_at=late)
    Person.objects.filter(pk=first.pk).update(deactivated_at=at(ago(9)), deactivated_known_at=late)
    assert_unchanged(before)
