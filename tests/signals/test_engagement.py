"""Engagement per user: values computed by hand, the cases of the specification and more."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest

from metrics.signals.base import Cadence, Portfolio, Tenant
from metrics.signals.catalogue import BY_CODE
from tests.frames_maker import DAY, make_frames, person, weekdays
from tests.signals.checks import check, is_null, result


def test_s05_weekly_consistency_averages_people() -> None:
    people = [person(active=weekdays(*range(1, 13))), person(active=weekdays(1, 2, 3))]
    check("S05", make_frames(people=people), 0.625, 75.0)


def test_s05_leaves_out_quiet_seasons() -> None:
    frames = make_frames()
    quiet = {frames.weeks[-1]: 0.4, frames.weeks[-2]: 0.59}
    people = [person(active=weekdays(*range(3, 15))) for _ in range(2)]
    check("S05", make_frames(people=people, portfolio=Portfolio(season=quiet)), 1.0, 100.0)


def test_s05_asks_for_two_people_with_four_weeks() -> None:
    new = person(tenure=weekdays(3)[0], active=weekdays(1, 2, 3))
    old = person(active=weekdays(1))
    is_null("S05", make_frames(people=[old, new]), "TOO_LITTLE")
    enough = person(tenure=weekdays(4)[0], active=weekdays(1, 2, 3, 4))
    check("S05", make_frames(people=[old, enough]), (1 / 12 + 1) / 2, 65.0)


def crowd(recent: int, normal: int, *, bad_weeks: int = 0, weeks: int = 26) -> list[Any]:
    """`normal` people in each of so many weeks (but none in the first bad ones), then `recent`."""
    people = []
    for place in range(max(recent, normal)):
        days = weekdays(*range(1, 5)) if place < recent else []
        if place < normal:
            days = days + weekdays(*range(5 + bad_weeks, 5 + weeks))
        people.append(person(active=days))
    return people


@pytest.mark.parametrize("bad_weeks", [0, 6])
def test_s07_usage_against_own_normal(bad_weeks: int) -> None:
    frames = make_frames(seats=40, people=crowd(14, 20, bad_weeks=bad_weeks))
    check("S07", frames, -0.3, 20.0)


def test_s07_as_usual_and_above() -> None:
    check("S07", make_frames(people=crowd(20, 20)), 0.0, 70.0)
    check("S07", make_frames(people=crowd(24, 20)), 0.2, 93.333333)


def test_s07_a_seat_reduction_is_no_drop() -> None:
    frames = make_frames(seats=40, people=crowd(10, 20))
    frames.seats_by_week[:, -4:] = 20
    check("S07", frames, 0.0, 70.0)


def test_s07_divides_by_the_season() -> None:
    frames = make_frames(people=crowd(16, 20))
    season = dict.fromkeys(frames.weeks[-4:], 0.8)
    check("S07", make_frames(people=crowd(16, 20), portfolio=Portfolio(season=season)), 0.0, 70.0)


def test_s07_needs_eight_weeks_and_three_people() -> None:
    is_null("S07", make_frames(people=crowd(2, 2)), "TOO_LITTLE")
    young = make_frames(age=weekdays(11)[0], people=crowd(5, 5, weeks=7))
    is_null("S07", young, "TOO_LITTLE")
    check("S07", make_frames(age=weekdays(12)[0], people=crowd(5, 5, weeks=8)), 0.0, 70.0)


def test_s05_asks_nothing_of_weeks_before_somebody_came() -> None:
    monday = weekdays(6)[0]
    here = person(tenure=monday, active=weekdays(1, 2, 3))  # six whole weeks, three of them
    # came on a Tuesday: five whole weeks, and the sixth does not count
    half = person(tenure=monday - 1, active=[*weekdays(1, 2, 3, 4, 5), monday - 1])
    check("S05", make_frames(people=[here, half]), 0.75, 90.0)


def test_s07_where_seats_are_unknown_they_cancel() -> None:
    check("S07", make_frames(seats=np.nan, people=crowd(16, 20)), -0.2, 36.666667)
    some = make_frames(seats=40, people=crowd(16, 20))
    some.seats_by_week[:, :-10] = np.nan
    some.seats_by_week[:, -2:] = 0
    check("S07", some, -0.2, 36.666667)


MONTHLY = Portfolio(tenant=Tenant(cadence=Cadence.MONTHLY))
MONTHS = [(2025, 9), (2025, 10), (2025, 11), (2025, 12), (2026, 1), (2026, 2)]


def ago(year: int, month: int, day: int) -> int:
    return (DAY - dt.date(year, month, day)).days


def test_s05_of_a_monthly_product_asks_for_calendar_months() -> None:
    always = person(active=[ago(*month, 1) for month in MONTHS])
    twice = person(active=[ago(2025, 12, 31), ago(2025, 9, 30), ago(2025, 8, 31), ago(2026, 3, 1)])
    # (6 of 6 + 2 of 6) / 2
    check("S05", make_frames(people=[always, twice], portfolio=MONTHLY), 2 / 3, 80.0)


def test_s05_of_a_monthly_product_needs_two_whole_months() -> None:
    always = person(active=[ago(*month, 15) for month in MONTHS])
    came = [ago(2026, 1, 9), ago(2026, 2, 9)]
    late = person(tenure=ago(2026, 1, 2), active=came)  # all of February only
    is_null("S05", make_frames(people=[always, late], portfolio=MONTHLY), "TOO_LITTLE")
    there = person(tenure=ago(2026, 1, 1), active=came[:1])
    check("S05", make_frames(people=[always, there], portfolio=MONTHLY), 0.75, 90.0)


def test_s06_active_days_a_week() -> None:
    people = [
        person(active=weekdays(*range(1, 13), days=(0,))),
        person(active=weekdays(*range(1, 13), days=(0, 1, 2, 3))),
    ]
    check("S06", make_frames(people=people), 2.5, 65.0)


def test_s06_a_weekend_is_its_friday_and_silent_weeks_do_not_count() -> None:
    people = [
        person(active=weekdays(1, 3, 5, 7, 9, days=(4, 5, 6))),
        person(active=weekdays(*range(8, 13), days=(0, 5)) + weekdays(13, days=(0, 1, 2, 3, 4))),
    ]
    # five weeks of one day and five of two; the thirteenth week back is too long ago
    check("S06", make_frames(people=people), 1.5, 35.0)


def test_s06_counts_current_people_in_whole_weeks_outside_of_quiet_seasons() -> None:
    frames = make_frames()
    quiet = Portfolio(season={frames.weeks[-1]: 0.5})
    people = [
        person(active=weekdays(1, days=range(5)) + weekdays(*range(2, 14), days=(0, 1))),
        person(left_days=2, active=weekdays(*range(2, 14), days=range(5))),
        person(tenure=weekdays(2)[0] - 1, active=weekdays(2, days=range(1, 5))),
    ]
    check("S06", make_frames(people=people, portfolio=quiet), 2.0, 50.0)


def test_s06_leaves_out_weeks_of_which_an_outage_swallowed_days() -> None:
    people = [person(active=weekdays(1) + weekdays(*range(2, 13), days=(0, 1, 2)))]
    check("S06", make_frames(people=people), 34 / 12, 20 + 30 * (34 / 12 - 1))
    check("S06", make_frames(people=people, unheard=[1]), 3.0, 80.0)


def test_s06_needs_ten_user_weeks_and_is_off_for_a_monthly_product() -> None:
    nine = [person(active=weekdays(*range(1, 10)))]
    is_null("S06", make_frames(people=nine), "TOO_LITTLE")
    check("S06", make_frames(people=[*nine, person(active=weekdays(1))]), 1.0, 20.0)
    is_null("S06", make_frames(people=nine * 2, portfolio=MONTHLY), "NOT_APPLICABLE")
    is_null("S06", make_frames(), "TOO_LITTLE")


def test_s06_of_a_weekly_product_has_its_own_curve() -> None:
    curve = BY_CODE["S06"].by_cadence[Cadence.WEEKLY]
    assert curve(np.array([0, 0.5, 0.75, 1, 2, 5])).tolist() == [0, 40, 60, 80, 100, 100]


def test_s06_a_further_day_in_a_week_they_came_never_lowers_it() -> None:
    raws = [
        result("S06", make_frames(people=[person(active=weekdays(*range(1, 13), days=days))]))[0]
        for days in ([2], [2, 5], [0, 2, 5], [0, 2, 3, 5, 6], range(7))
    ]
    assert raws == [1, 2, 3, 4, 5]


def test_s05_does_not_count_weeks_that_an_outage_swallowed() -> None:
    heard = [1, 2, *range(6, 13)]
    people = [person(active=weekdays(*heard)), person(active=weekdays(1, 2, 6))]
    # (9 of 9 + 3 of 9) / 2
    check("S05", make_frames(people=people, unheard=[3, 4, 5]), 2 / 3, 80.0)
    short = make_frames(people=people, unheard=range(4, 13))
    is_null("S05", short, "TOO_LITTLE")


def test_s05_of_a_monthly_product_does_not_count_months_that_share_a_day_with_such_a_week() -> None:
    always = person(active=[ago(*month, 1) for month in MONTHS])
    twice = person(active=[ago(2025, 12, 31), ago(2025, 9, 30)])
    people = [always, twice]
    # 8 to 14 December: (5 of 5 + 1 of 5) / 2
    check("S05", make_frames(people=people, portfolio=MONTHLY, unheard=[14]), 0.6, 72.0)
    # 29 December to 4 January: (4 of 4 + 1 of 4) / 2
    check("S05", make_frames(people=people, portfolio=MONTHLY, unheard=[11]), 0.625, 75.0)


def test_s07_leaves_out_weeks_that_an_outage_swallowed() -> None:
    people = [
        person(active=weekdays(*([3, 4] if i < 14 else []), *range(5, 31))) for i in range(20)
    ]
    check("S07", make_frames(people=people, unheard=[1, 2]), -0.3, 20.0)
    none = make_frames(people=people, unheard=[1, 2, 3, 4])
    is_null("S07", none, "TOO_LITTLE")
    # three quarters of what is normal is swallowed: the rest says what is normal
    before = [person(active=weekdays(*range(1, 5), *range(5, 13))) for _ in range(20)]
    check("S07", make_frames(people=before, unheard=range(13, 31)), 0.0, 70.0)
    check("S07", make_frames(people=before, age=7 * 12 + 2), 0.0, 70.0)
    is_null("S07", make_frames(people=before, unheard=range(12, 31)), "TOO_LITTLE")
