"""Features: breadth, the advanced ones, depth; values computed by hand."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from metrics.signals.base import Frames, Portfolio, Tenant
from metrics.signals.catalogue import BY_CODE
from tests.frames_maker import make_frames, person
from tests.signals.checks import active, check, idle, is_null, result

FEATURES: list[dict[str, Any]] = [{"key": key} for key in "abcde"]


def uses(*pairs: tuple[int, int], ago: int = 3) -> list[dict[str, Any]]:
    return [{"person": p, "feature": f, "last_days_ago": ago} for p, f in pairs]


def test_s09_feature_breadth() -> None:
    frames = make_frames(
        people=active(2), features=FEATURES, feature_use=uses((0, 0), (0, 1), (1, 0))
    )
    check("S09", frames, 0.3, 45.0)


def test_s09_asks_only_for_what_concerns_a_persona_and_is_not_brand_new() -> None:
    features: list[dict[str, Any]] = [
        {"key": "a"},
        {"key": "b", "personas": ("lead",)},
        {"key": "c", "released_days_ago": 55},
        {"key": "d", "released_days_ago": 56},
    ]
    people = [person(persona="lead", active=[1]), person(persona="clerk", active=[1])]
    used = uses((0, 0), (0, 1), (0, 3), (1, 0), (1, 2))
    # the lead uses 3 of 3, the clerk 1 of 2
    check("S09", make_frames(people=people, features=features, feature_use=used), 0.75, 100.0)


def test_s09_what_was_used_57_days_ago_is_no_longer_in_use() -> None:
    used = uses((0, 0), (0, 1), (1, 0), ago=56) + uses((0, 2), (1, 1), ago=57)
    check("S09", make_frames(people=active(2), features=FEATURES, feature_use=used), 0.3, 45.0)


def test_s09_needs_two_active_people() -> None:
    frames = make_frames(people=active(1) + idle(5), features=FEATURES, feature_use=uses((0, 0)))
    is_null("S09", frames, "TOO_LITTLE")


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


# S10: two advanced features, and one that only leads need

ADVANCED: list[dict[str, Any]] = [
    {"key": "a"},
    {"key": "b", "level": "advanced"},
    {"key": "c", "level": "advanced"},
    {"key": "d", "level": "advanced", "personas": ("lead",)},
    {"key": "e", "level": "advanced", "released_days_ago": 30},
]
CLERK = {"persona": "clerk", "active": [1]}


def crew(*tenures: float, **over: Any) -> list[Any]:
    return [person(tenure=tenure, **CLERK | over) for tenure in tenures]


def advanced(people: list[Any], *pairs: tuple[int, int], **over: Any) -> Frames:
    return make_frames(people=people, features=ADVANCED, feature_use=uses(*pairs), **over)


def test_s10_advanced_features_against_the_tenure() -> None:
    # .06 + .16 (1 - 1/e) is expected of 26 weeks; one of three people uses one of two
    frames = advanced(crew(182, 182, 182), (0, 1), (1, 0), (2, 4))
    raw = (1 / 6) / (0.22 - 0.16 / math.e)
    check("S10", frames, raw, 70 + 40 * (raw - 1))
    row = BY_CODE["S10"].raw(frames).iloc[0]
    assert (row["n"], row["part"], row["whole"]) == (3, 1, 3)


def test_s10_expects_of_a_newcomer_six_hundredths_and_of_each_persona_its_own() -> None:
    people = [*crew(0, 0), person(tenure=0, persona="lead", active=[1])]
    # 1/2, 0 and 2/3; e = .06 each
    check("S10", advanced(people, (0, 1), (2, 1), (2, 3)), (7 / 18) / 0.06, 100.0)


def test_s10_the_portfolio_knows_better_what_a_tenure_uses() -> None:
    known = Portfolio(advanced_share=(0.1, None, None, 0.5, None))
    # tenures of 27 days, 26 weeks and 363 days: .1, .5 and .5
    frames = advanced(crew(27, 182, 363), (0, 1), (1, 1), (1, 2), (2, 2), portfolio=known)
    check("S10", frames, (2 / 3) / (1.1 / 3), 96.363636)
    half = advanced(crew(182, 182, 182), (0, 1), (1, 1), (2, 2), portfolio=known)
    check("S10", half, 1.0, 70.0)


def test_s10_asks_nothing_of_those_who_are_not_active() -> None:
    people = [*crew(0, 0, 0), *crew(700, 700, active=[29])]
    check("S10", advanced(people, (0, 1), (3, 1), (3, 2)), (1 / 6) / 0.06, 100.0)


def test_s10_nobody_uses_them_is_a_true_zero() -> None:
    check("S10", advanced(crew(99, 99, 99), (0, 0)), 0.0, 0.0)


def test_s10_needs_three_people_and_something_to_expect() -> None:
    is_null("S10", advanced([*crew(99, 99), *idle(3)], (0, 1)), "TOO_LITTLE")
    is_null("S10", advanced(crew(99, 99, 99)), "TOO_LITTLE")  # log-ins only
    core = make_frames(people=crew(9, 9, 9), features=FEATURES, feature_use=uses((0, 0)))
    is_null("S10", core, "TOO_LITTLE")
    nobody = Portfolio(advanced_share=(0.0,) * 5)
    is_null("S10", advanced(crew(99, 99, 99), (0, 1), portfolio=nobody), "TOO_LITTLE")


# S11: DAY is a Wednesday, so that day 3 before it is a Sunday, and day 5 a Friday

MONDAYS = [2, 9, 16, 23]


def deep(*days: list[int], portfolio: Portfolio | None = None) -> Frames:
    """People who use three of ten features on the given days."""
    pairs = [(place, feature) for place in range(len(days)) for feature in range(3)]
    return make_frames(
        people=[person(active=ago) for ago in days],
        features=[{"key": str(number)} for number in range(10)],
        feature_use=uses(*pairs),
        portfolio=portfolio,
    )


def test_s11_depth_per_person() -> None:
    # Monday and Tuesday, three whole weeks of Monday to Thursday, Wednesday and Thursday
    four = [1, 2, 6, 7, 8, 9, 13, 14, 15, 16, 20, 21, 22, 23, 27, 28]
    # (4 days x .3 + 1 day x .3) / 2 / .6
    check("S11", deep(four, MONDAYS), 1.25, 80.0)


def test_s11_a_weekend_is_its_friday_and_older_days_do_not_count() -> None:
    check("S11", deep([3, 4, 5, 29, 36], [3, 10]), (0.25 + 0.5) / 2 * 0.3 / 0.6, 11.25)


def test_s11_has_the_reference_of_the_organisation() -> None:
    weekly = Portfolio(tenant=Tenant(depth_reference=0.2))
    check("S11", deep(MONDAYS, MONDAYS, portfolio=weekly), 1.5, 90.0)


def test_s11_who_uses_no_feature_has_no_depth_but_counts() -> None:
    frames = deep(MONDAYS, MONDAYS)
    shallow = make_frames(
        people=[person(active=MONDAYS), person(active=range(1, 29))],
        features=[{"key": str(number)} for number in range(10)],
        feature_use=uses((0, 0), (0, 1), (0, 2)),
    )
    check("S11", frames, 0.5, 30.0)
    check("S11", shallow, 0.25, 15.0)


def test_s11_needs_two_people_and_known_features() -> None:
    is_null("S11", deep(MONDAYS), "TOO_LITTLE")
    is_null("S11", make_frames(people=active(3), features=FEATURES), "TOO_LITTLE")
    is_null("S11", make_frames(people=active(3)), "TOO_LITTLE")


@pytest.mark.parametrize("ago", [1, 3, 8, 28])
def test_s11_a_further_day_of_an_active_person_never_lowers_it(ago: int) -> None:
    before, after = (
        result("S11", deep(MONDAYS, days))[0] for days in (MONDAYS, sorted({*MONDAYS, ago}))
    )
    assert after >= before
    assert np.isfinite(before)
