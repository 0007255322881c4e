"""Days to weeks."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from metrics.signals.weeks import active_days, active_days_in, weekly_active
from tests.frames_maker import DAY, make_frames, person, weekdays


@pytest.mark.parametrize(
    ("days", "counted"),
    [
        ([], 0),
        ([0], 1),
        ([0, 2, 4], 3),
        ([5], 1),  # Saturday counts to the Friday before
        ([4, 5, 6], 1),
        ([3, 6], 2),
        ([0, 1, 2, 3, 4, 5, 6], 5),
    ],
)
def test_active_days_are_weekdays_and_a_weekend_is_its_friday(
    days: list[int], counted: int
) -> None:
    found = active_days(make_frames(people=[person(active=weekdays(2, days=days))]))
    assert found[0, -2] == counted
    assert found.sum() == counted


@pytest.mark.parametrize("later", range(7))
def test_active_days_are_of_complete_weeks_whatever_the_day(later: int) -> None:
    day = DAY + dt.timedelta(days=later)
    frames = make_frames(day=day, people=[person(active=range(1, 372)), person()])
    assert active_days(frames).tolist() == [[5] * len(frames.weeks), [0] * len(frames.weeks)]
    assert np.array_equal(active_days(frames) > 0, weekly_active(frames))


@pytest.mark.parametrize("later", range(7))
def test_any_84_days_have_60_weekdays_and_at_most_that_many_are_counted(later: int) -> None:
    day = DAY + dt.timedelta(days=later)
    frames = make_frames(day=day, people=[person(active=range(1, 372)), person()])
    assert active_days_in(frames, days=84).tolist() == [60, 0]
    assert active_days_in(frames, days=28).tolist() == [20, 0]


@pytest.mark.parametrize(
    ("day", "ago", "counted"),
    [
        (dt.date(2026, 3, 16), [1], 1),  # a Sunday counts to its Friday
        (dt.date(2026, 3, 16), [1, 2, 3], 1),
        (dt.date(2026, 3, 16), [1, 4], 2),
        (dt.date(2026, 3, 15), [1], 1),  # the night of Sunday: yesterday's Saturday
        (dt.date(2026, 3, 14), [1, 2], 2),  # Friday and Thursday
        (dt.date(2026, 3, 14), [28], 0),  # a Saturday whose Friday is 29 days ago
        (dt.date(2026, 3, 13), [28, 29], 1),
    ],
)
def test_a_weekend_counts_to_its_friday_if_that_is_inside(
    day: dt.date, ago: list[int], counted: int
) -> None:
    frames = make_frames(day=day, people=[person(active=ago)])
    assert active_days_in(frames, days=28).tolist() == [counted]
