"""Where people stop: the ceiling set of an account, and the portfolio's test of each feature."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from math import comb
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.signals.base import Frames, Portfolio, Source
from metrics.signals.ceilings import (
    Stops,
    ceiling_sets,
    ceilings,
    fisher,
    next_features,
    significant,
    stops,
)
from tests.frames_maker import make_frames, person, weekdays
from tests.signals.any_frames import broken

KEYS = "abcde"
FEATURES = [{"key": key} for key in KEYS]


def used(*people: Mapping[str, tuple[int, int]]) -> list[dict[str, Any]]:
    """Rows of feature use: per person, feature -> first and last day ago."""
    return [
        {"person": place, "feature": KEYS.index(key), "first_days_ago": f, "last_days_ago": last}
        for place, features in enumerate(people)
        for key, (f, last) in features.items()
    ]


def ceiling(*people: Mapping[str, tuple[int, int]]) -> list[str]:
    facts = used(*people)
    frames = make_frames(people=[person()] * len(people), features=FEATURES, feature_use=facts)
    return ceiling_sets(frames, np.arange(len(people))).get(0, [])


# The ceiling set of an account


def test_the_set_holds_what_three_of_five_flagged_people_had_in_use() -> None:
    full = {"a": (200, 5), "b": (150, 5)}
    less = {"a": (200, 5)}
    assert ceiling(full, full, full, less, less) == ["a", "b"]
    assert ceiling(less, less, {}) == ["a"]
    assert ceiling(full, full, less, less, less) == []  # two went beyond a
    assert ceiling() == []


def test_in_use_is_first_used_before_the_recent_weeks_and_last_since_the_windows_start() -> None:
    # the newest week ended on day 3 ago: four weeks are days to 30, 28 weeks days to 198
    assert ceiling({"a": (31, 1), "b": (31, 31)}) == ["a", "b"]
    assert ceiling({"a": (200, 1), "b": (30, 1)}) == []  # and b is beyond a
    assert ceiling({"a": (300, 198), "b": (300, 199)}) == ["a"]


def test_a_feature_that_somebody_went_beyond_is_no_ceiling() -> None:
    one = {"a": (200, 5), "b": (150, 5)}
    assert ceiling(one, one, one | {"c": (120, 5)}) == []
    assert ceiling(one, one, one | {"c": (180, 5)}) == ["b"]  # c between a and b
    assert ceiling(one, one, one | {"c": (150, 5)}) == ["b"]  # on the same day is not after
    assert ceiling(one, one, one | {"c": (200, 5)}) == ["a", "b"]
    # who has gone beyond a without ever using b says nothing about b
    assert ceiling(one, one, one, {"a": (200, 5), "c": (150, 5)}) == ["b"]


def test_who_dropped_long_ago_says_nothing_about_the_plateau() -> None:
    gone = {"c": (360, 250)}
    assert ceiling({"a": (200, 5)}, gone, gone) == ["a"]
    assert ceiling(gone) == []


def test_each_account_has_its_own_set_of_its_flagged_people() -> None:
    people = [person(account=account) for account in (0, 0, 1, 1)]
    facts = used({"b": (90, 1), "a": (90, 1)}, {"c": (90, 1)}, {"d": (90, 1)}, {"e": (90, 1)})
    frames = make_frames(accounts=3, people=people, features=FEATURES, feature_use=facts)
    assert ceiling_sets(frames, np.array([0, 3])) == {0: ["a", "b"], 1: ["e"]}
    assert ceiling_sets(frames, np.array([], dtype=np.intp)) == {}


def test_what_comes_next_is_what_others_go_on_to() -> None:
    known = (
        {"feature": "a", "next": ["b", "c"]},
        {"feature": "b", "next": ["d", "c"]},
        {"feature": "e", "next": ["d"]},
    )
    portfolio = Portfolio(ceilings=known)
    assert next_features(portfolio, ["a", "b"]) == ["c", "d"]
    assert next_features(portfolio, ["c"]) == []
    assert next_features(Portfolio(), ["a"]) == []


# The portfolio


def steady(**over: Any) -> Any:
    return person(active=weekdays(*range(1, 40), days=range(4)), **over)


def dropping(weeks: int = 5, **over: Any) -> Any:
    """Two days a week for the last so many weeks, four before."""
    days = weekdays(*range(1, 1 + weeks), days=range(2))
    return person(active=days + weekdays(*range(1 + weeks, 40), days=range(4)), **over)


THREE = {"a": (300, 1), "b": (250, 1), "c": (200, 1)}


def portfolio_of(people: Sequence[Any], finds: Sequence[Mapping[str, tuple[int, int]]]) -> Frames:
    return make_frames(people=people, features=FEATURES, feature_use=used(*finds))


def test_people_are_followed_from_their_last_discovery_eight_weeks_ago() -> None:
    people = [steady(), steady(), dropping(), dropping()]
    finds = [THREE, THREE | {"d": (40, 1)}, THREE, {"c": (300, 1), "b": (250, 1), "a": (200, 1)}]
    found = stops(portfolio_of(people, finds))
    assert found == Stops(
        cohort=(4, 2),
        last={"c": 3, "a": 1},
        last_flagged={"c": 1, "a": 1},
        went_on={("a", "b"): 2, ("b", "c"): 2, ("c", "d"): 1},
    )


def test_discoveries_of_one_day_are_all_the_last_one() -> None:
    finds = [{"a": (300, 1), "b": (200, 1), "c": (200, 1)}]
    found = stops(portfolio_of([steady()], finds))
    assert found.last == {"b": 1, "c": 1}
    assert found.went_on == {("a", "b"): 1, ("a", "c"): 1}


def test_only_who_was_eligible_unflagged_and_is_still_there_is_followed() -> None:
    people = [
        steady(),
        dropping(20),  # already flagged eight weeks ago
        dropping(left_days=3.0),
        steady(tenure=182 + 57),
        steady(tenure=182 + 58),  # the Monday of eight weeks ago
        steady(),
    ]
    finds = [THREE] * 5 + [THREE | {"a": (58, 1)}]
    assert stops(portfolio_of(people, finds)).cohort == (2, 0)


def test_a_flag_counts_that_rose_within_the_eight_weeks() -> None:
    def risen(weeks: int) -> tuple[int, int]:
        return stops(portfolio_of([dropping(weeks)], [THREE])).cohort

    # a drop shows in its third week and flags in its fourth
    assert [risen(weeks) for weeks in (3, 4, 11, 12)] == [(1, 0), (1, 1), (1, 1), (0, 0)]
    # and has gone again
    days = weekdays(*range(1, 4), *range(8, 40), days=range(4)) + weekdays(4, 5, 6, 7)
    assert stops(portfolio_of([person(active=days)], [THREE])).cohort == (1, 1)


def test_who_gives_notice_and_whose_usage_we_do_not_hear_teach_nothing() -> None:
    frames = portfolio_of([steady()], [THREE])
    assert stops(frames).cohort == (1, 0)
    assert stops(broken(frames, Source.USAGE)).cohort == (0, 0)
    frames.accounts["notice_given"] = True
    assert stops(frames) == Stops()
    assert stops(make_frames()) == Stops()


def test_a_feature_after_which_people_drop_is_found_with_what_others_do_next() -> None:
    half = Stops(
        cohort=(100, 10),
        last={"reports": 12, "tasks": 9, "boards": 79},
        last_flagged={"reports": 8, "tasks": 1, "boards": 1},
        went_on={("reports", "exports"): 4, ("reports", "rules"): 5, ("tasks", "boards"): 60},
    )
    more = Stops(
        cohort=(50, 2),
        last={"reports": 3, "boards": 47},
        last_flagged={"reports": 1, "boards": 1},
        went_on={("reports", "exports"): 2, ("reports", "a"): 5, ("reports", "z"): 1},
    )
    found = ceilings([half, more])
    # 9 of 15 against 3 of 135; tasks have 9 people only, boards 2 of 126 are no more than others
    p = sum(comb(12, x) * comb(138, 15 - x) for x in range(9, 13)) / comb(150, 15)
    assert found == (
        {
            "feature": "reports",
            "people": 15,
            "flagged": 9,
            "other_people": 135,
            "other_flagged": 3,
            "p": pytest.approx(p, rel=1e-9),
            "next": ["exports", "a", "rules"],
        },
    )
    assert json.loads(json.dumps(found)) == list(found)
    assert ceilings([]) == ceilings([Stops()]) == ()


def test_ten_people_are_asked_for() -> None:
    few = Stops(cohort=(200, 9), last={"a": 9, "b": 191}, last_flagged={"a": 9})
    assert ceilings([few]) == ()
    enough = Stops(cohort=(200, 9), last={"a": 10, "b": 190}, last_flagged={"a": 9})
    assert [found["feature"] for found in ceilings([enough])] == ["a"]


def test_fisher_by_hand() -> None:
    # the lady tasting tea: 4 of 4, and 3 or more of 4
    assert fisher(4, 4, 4, 8) == pytest.approx(1 / 70)
    assert fisher(3, 4, 4, 8) == pytest.approx(17 / 70)
    assert fisher(0, 4, 4, 8) == pytest.approx(1)
    assert fisher(3, 10, 3, 12) == pytest.approx(comb(10, 3) / comb(12, 3))


@given(st.integers(1, 60), st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))
def test_fisher_is_the_exact_tail(total: int, drawn: int, marked: int, hits: int) -> None:
    drawn, marked = min(drawn, total), min(marked, total)
    hits = min(hits, drawn, marked)
    ways = sum(
        comb(marked, x) * comb(total - marked, drawn - x)
        for x in range(hits, min(drawn, marked) + 1)
    )
    assert fisher(hits, drawn, marked, total) == pytest.approx(ways / comb(total, drawn), rel=1e-9)


@pytest.mark.parametrize(
    ("ordered", "passed"),
    [
        ([], 0),
        ([0.1], 1),
        ([0.11], 0),
        ([0.02, 0.04, 0.06, 0.08, 0.1], 5),
        ([0.021, 0.041, 0.061, 0.081, 0.1], 5),  # the last one carries those before it
        ([0.001, 0.041, 0.059, 0.5, 0.6], 3),
        ([0.03, 0.05, 0.07, 0.5, 0.6], 0),
    ],
)
def test_benjamini_and_hochberg_at_ten_percent(ordered: list[float], passed: int) -> None:
    assert significant(ordered) == passed
