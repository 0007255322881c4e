"""An outage that is over and was never made up for leaves weeks of which nothing was heard."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from accounts.models import Account
from metrics.frames import Window, read_frames
from metrics.models import SourceStatus
from metrics.rollups import refresh
from metrics.signals.base import HISTORY_DAYS, Frames, Portfolio
from tests.facts import DAY, ago, at, make_account, make_person, make_status, use

pytestmark = pytest.mark.django_db

# DAY is a Wednesday: Monday to Sunday of the last complete week are 9 to 3 days ago
WORKDAYS = [days for days in range(1, 60) if ago(days).weekday() < 5]


def make_used(*days_ago: int) -> Account:
    account = make_account()
    use(account, make_person(account), *days_ago)
    return account


def frames(day: dt.date = DAY) -> Frames:
    refresh()
    window = Window(day=day, cutoff=at(day, 3), zone="UTC", lo=0, hi=2**62)
    return read_frames(window, Portfolio())


def unheard(read: Frames) -> list[list[int]]:
    """Per account the weeks back, 1 for the last complete one."""
    return [sorted(int(read.unheard.shape[1] - w) for w in np.flatnonzero(r)) for r in read.unheard]


def without(first: int, last: int) -> list[int]:
    """Working days, but for the days from so many to so many days ago."""
    return [days for days in WORKDAYS if not last <= days <= first]


def test_where_no_source_was_ever_down_every_week_was_heard() -> None:
    make_used(*without(20, 5))
    assert unheard(frames()) == [[]]


def test_weeks_of_an_outage_that_was_not_made_up_for_are_unheard() -> None:
    make_used(*without(17, 9))  # from Sunday two weeks back to Monday of the last week
    make_used(*without(18, 9))
    make_status("usage", "broken", since=18, until=8)  # Saturday to Monday
    assert unheard(frames()) == [[1, 2], [1, 2]]


def test_what_was_delivered_afterwards_is_heard_week_by_week_and_account_by_account() -> None:
    make_used(*WORKDAYS)
    make_used(*without(20, 10))
    make_used(*without(9, 3))
    make_status("usage", "late", since=16, until=4)  # Monday to Friday of the week after
    assert unheard(frames()) == [[], [2], [1]]


def test_an_outage_without_an_end_is_over_where_the_source_is_said_to_live() -> None:
    first, other = make_used(*without(20, 9)), make_used(*without(20, 9))
    make_status("usage", "broken", since=18, account=first)  # Saturday
    make_status("usage", "live", since=8, account=first)
    make_status("usage", "live", since=6, until=3, account=first)
    make_status("usage", "late", since=17, account=other)
    make_status("usage", "live", since=14)  # says nothing of an account's own outage
    assert unheard(frames()) == [[1, 2], []]


def test_an_outage_of_a_weekend_takes_no_week_away() -> None:
    make_used(*WORKDAYS)
    make_status("usage", "broken", since=11, until=9)
    assert unheard(frames()) == [[]]


def test_an_outage_of_one_account_concerns_no_other() -> None:
    first, _ = make_used(*without(20, 1)), make_used(*without(20, 1))
    make_status("usage", "broken", since=16, until=10, account=first)
    gone = make_account(churned_on=ago(1), churned_known_at=at(ago(1)))
    make_status("usage", "broken", since=16, until=10, account=gone)
    assert unheard(frames()) == [[2], []]


def test_only_outages_of_usage_that_are_known_and_over_count() -> None:
    make_used(*without(25, 1))
    make_status("tickets", "broken", since=16, until=10)
    make_status("usage", "live", since=16, until=10)
    make_status("usage", "not_bought", since=17, until=10)
    make_status("usage", "broken", since=18, until=10, known_at=at(DAY, 4))
    make_status("usage", "broken", since=15, until=0)  # yesterday it was still down
    make_status("usage", "broken", since=14)
    assert unheard(frames()) == [[]]
    SourceStatus.objects.filter(to_day=DAY).update(to_day=ago(1))
    assert unheard(frames()) == [[1, 2]]


def test_an_outage_longer_than_the_window_is_cut_at_its_edges() -> None:
    make_used(1)
    make_status("usage", "broken", since=HISTORY_DAYS + 40, until=HISTORY_DAYS + 5)
    assert unheard(frames()) == [[]]
    make_status("usage", "broken", since=HISTORY_DAYS + 30, until=HISTORY_DAYS - 10)
    (weeks,) = unheard(frames())
    assert weeks == [52]
