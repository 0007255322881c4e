"""Engagement per user: values computed by hand, the cases of the specification and more."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from metrics.signals.base import Portfolio
from tests.frames_maker import make_frames, person, weekdays
from tests.signals.checks import active, check, idle, is_null


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


FEATURES = [{"key": key} for key in "abcde"]


def uses(*pairs: tuple[int, int], ago: int = 3) -> list[dict[str, Any]]:
    return [{"person": p, "feature": f, "last_days_ago": ago} for p, f in pairs]


def test_s09_feature_breadth() -> None:
    frames = make_frames(
        people=active(2), features=FEATURES, feature_use=uses((0, 0), (0, 1), (1, 0))
    )
    check("S09", frames, 0.3, 45.0)


def test_s09_asks_only_for_what_concerns_a_persona_and_is_not_brand_new() -> None:
    features = [
        {"key": "a"},
        {"key": "b", "personas": ("lead",)},
        {"key": "c", "released_days_ago": 55},
        {"key": "d", "released_days_ago": 56},
    ]
    people = [person(persona="lead", active=[1]), person(persona="clerk", active=[1])]
    used = uses((0, 0), (0, 1), (0, 3), (1, 0), (1, 2))
    # the lead uses 3 of 3, the clerk 1 of 2
    check("S09", make_frames(people=people, features=features, feature_use=used), 0.75, 100.0)


def test_s09_needs_two_active_people() -> None:
    frames = make_frames(people=active(1) + idle(5), features=FEATURES, feature_use=uses((0, 0)))
    is_null("S09", frames, "TOO_LITTLE")


def test_s05_asks_nothing_of_weeks_before_somebody_came() -> None:
    monday = weekdays(6)[0]
    here = person(tenure=monday, active=weekdays(1, 2, 3))  # six whole weeks, three of them
    half = person(tenure=monday - 1, active=weekdays(1, 2, 3, 4, 5))  # came on a Tuesday: five
    check("S05", make_frames(people=[here, half]), 0.75, 90.0)


def test_s07_where_seats_are_unknown_they_cancel() -> None:
    check("S07", make_frames(seats=np.nan, people=crowd(16, 20)), -0.2, 36.666667)
    some = make_frames(seats=40, people=crowd(16, 20))
    some.seats_by_week[:, :-10] = np.nan
    some.seats_by_week[:, -2:] = 0
    check("S07", some, -0.2, 36.666667)


def test_s09_log_ins_alone_say_nothing_about_features() -> None:
    is_null("S09", make_frames(people=active(3), features=FEATURES), "TOO_LITTLE")
    old = make_frames(
        people=active(3), features=FEATURES, feature_use=uses((0, 0), (1, 0), (2, 0), ago=57)
    )
    is_null("S09", old, "TOO_LITTLE")
    # where features are known at all, who uses none is a true zero
    used = make_frames(people=active(2), features=FEATURES, feature_use=uses((0, 0), ago=56))
    check("S09", used, 0.1, 15.0)


def test_s09_without_declared_features_has_nothing_to_compare_with() -> None:
    is_null("S09", make_frames(people=active(3)), "TOO_LITTLE")
