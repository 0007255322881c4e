"""Breadth: values computed by hand, the cases of the specification and more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from metrics.signals.catalogue import BY_CODE
from tests.frames_maker import make_frames, person
from tests.signals.checks import check, is_null


def group(name: str, *, active: int, idle: int = 0, intended: bool = True) -> list[Any]:
    return [
        person(group=name, intended=intended, active=[2] if place < active else [])
        for place in range(active + idle)
    ]


def test_s12_groups_reached() -> None:
    people = group("A", active=1) + group("B", active=0, idle=3) + group("C", active=2)
    check("S12", make_frames(people=people), 2 / 3, 65 - 40 / 0.34 * (0.67 - 2 / 3))


def test_s12_one_of_ten_is_no_living_group() -> None:
    people = group("A", active=1, idle=9) + group("B", active=2, idle=8)
    check("S12", make_frames(people=people), 0.5, 25 + 40 / 0.34 * 0.17)


def test_s12_without_a_list_the_account_defines_its_own_groups() -> None:
    people = group("A", active=1, intended=False) + group("B", active=1, intended=False)
    check("S12", make_frames(people=people), 1.0, 100.0)


def test_s12_does_not_concern_a_single_group() -> None:
    is_null("S12", make_frames(people=group("A", active=3)), "NOT_APPLICABLE")
    is_null("S12", make_frames(), "NOT_APPLICABLE")


def test_s12_a_group_whose_people_left_should_still_use_it() -> None:
    people = [
        *group("A", active=1),
        person(group="B", intended=True, left_days=5, active=[9]),
        *group("C", active=1, idle=3),
        *[person(group="C", intended=True, left_days=40) for _ in range(20)],
    ]
    # one of the four who are there is a fifth and more
    check("S12", make_frames(people=people), 2 / 3, 65 - 40 / 0.34 * (0.67 - 2 / 3))


def test_s12_counts_no_group_without_a_name_or_without_anybody_provisioned() -> None:
    people = [
        *group("A", active=1, intended=False),
        *group("", active=2, intended=False),
        *group("B", active=0, idle=2, intended=False),
        person(group="C", tenure=float("nan")),
    ]
    check("S12", make_frames(people=people), 0.5, 25 + 40 / 0.34 * 0.17)


def test_s12_shows_personas_by_the_same_rule() -> None:
    def personas(*named: tuple[str, bool]) -> Any:
        people = [person(persona=name, active=[3] if came else []) for name, came in named]
        return BY_CODE["S12"].raw(make_frames(people=people))["detail"][0]

    assert personas(("lead", True), ("clerk", False), ("clerk", False)) == {"personas": [1, 2]}
    assert personas(("lead", True), ("", False), ("lead", False)) is None
    # one of six is less than a fifth
    assert personas(("lead", True), *[("lead", False)] * 5, ("clerk", True)) == {"personas": [1, 2]}


# S13: DAY is a Wednesday; 60 weekdays lie in the 84 days before it
WORKDAYS = [ago for ago in range(1, 85) if (ago + 4) % 7 not in (0, 1)]


def works(name: str, days: int, **over: Any) -> Any:
    return person(group=name, active=WORKDAYS[:days], **{"intended": True} | over)


def even(*days: int, **over: Any) -> list[Any]:
    return [works(name, count, **over) for name, count in zip("ABCD", days, strict=False)]


@pytest.mark.parametrize(
    ("days", "raw", "points"),
    [
        ((10, 10, 10, 10), 1.0, 100.0),
        ((56, 8, 8, 8), 0.307692, 38.461538),
        ((50, 50, 0, 0), 1 / 3, 40.0),
        ((40, 0, 0, 0), 0.0, 20.0),
        ((20, 10), 0.8, 85.0),  # HHI 5/9
    ],
)
def test_s13_evenness(days: Sequence[int], raw: float, points: float) -> None:
    check("S13", make_frames(people=even(*days)), raw, points)


def test_s13_a_group_that_is_three_times_as_large_may_do_three_times_as_much() -> None:
    people = [*[works("A", 10)] * 3, works("B", 10)]
    check("S13", make_frames(people=people), 1.0, 100.0)
    # density 30/3 and 30/1: p = .25 and .75, HHI .625
    check("S13", make_frames(people=[*people[:3], works("B", 30)]), 0.6, 61.666667)


def test_s13_counts_the_work_of_everybody_and_the_size_of_those_who_are_there() -> None:
    people = [
        works("A", 10),
        works("A", 10, left_days=3),
        works("A", 10, intended=False),
        works("B", 30),
        works("", 60),  # of no group
        works("C", 60, intended=False),  # of a group that need not use it
    ]
    check("S13", make_frames(people=people), 1.0, 100.0)
    # a group that everybody left has the size of those who were listed: 15 days each of two
    gone = [works("B", 20, left_days=3), works("B", 10, left_days=3)]
    check("S13", make_frames(people=[works("A", 15), *gone]), 1.0, 100.0)


def test_s13_without_a_list_the_account_defines_its_own_groups() -> None:
    people = [*even(20, 10, intended=False), works("C", 0, intended=False, tenure=float("nan"))]
    check("S13", make_frames(people=people), 0.8, 85.0)


def test_s13_needs_two_groups_and_twenty_active_weekdays() -> None:
    is_null("S13", make_frames(people=even(50)), "NOT_APPLICABLE")
    is_null("S13", make_frames(), "NOT_APPLICABLE")
    is_null("S13", make_frames(people=even(10, 9)), "TOO_LITTLE")
    check("S13", make_frames(people=even(10, 10)), 1.0, 100.0)
    row = BY_CODE["S13"].raw(make_frames(people=even(56, 8, 8, 8))).iloc[0]
    assert (row["n"], row["part"], row["whole"]) == (80, pytest.approx(1 / 0.52), 4)


# S14


def busy(*days: int) -> list[Any]:
    return [person(active=WORKDAYS[:count]) for count in days]


@pytest.mark.parametrize(
    ("days", "raw", "points", "factor"),
    [
        ((42, 7, 7, 7, 7, 6, 6, 6, 6, 6), 0.42, 59.0, 3),
        ((30,), 0.5, 45.0, 1),
        ((20, 10), 0.5, 45.0, 1),
        ((10, 30, 0), 0.5625, 35.625, 1),  # three quarters of a pair's share
        ((5, 5, 5, 5), 0.25, 86.666667, 2),
        ((6, 5, 5, 5), 6 / 21, 100 - (6 / 21 - 0.15) / 0.15 * 20, 2),
        ((8, 1, 1), 0.8, 7.5, 1),
    ],
)
def test_s14_dependence_on_one_person(
    days: Sequence[int], raw: float, points: float, factor: int
) -> None:
    frames = make_frames(people=busy(*days))
    check("S14", frames, raw, points)
    row = BY_CODE["S14"].raw(frames).iloc[0]
    assert row["detail"] == {"bus_factor": factor}
    assert (row["part"], row["whole"]) == (max(days), sum(days))
    assert row["n"] == sum(count > 0 for count in days)


def test_s14_does_not_get_better_when_the_champion_leaves() -> None:
    champion, *others = busy(40, 5, 5)
    check("S14", make_frames(people=[{**champion, "left_days": 1}, *others]), 0.8, 7.5)


def test_s14_of_nobody_is_unknown_and_each_account_has_its_own() -> None:
    is_null("S14", make_frames(people=[person(active=[85])]), "TOO_LITTLE")
    is_null("S14", make_frames(), "TOO_LITTLE")
    people = [
        *[{**row, "account": 2} for row in busy(9, 8, 7, 6)],
        *[{**row, "account": 0} for row in busy(3, 3, 4)],
    ]
    found = BY_CODE["S14"].raw(make_frames(accounts=3, people=people))
    assert found["raw"].to_list() == pytest.approx([0.4, float("nan"), 0.3], nan_ok=True)
    assert found["detail"].to_list() == [{"bus_factor": 2}, None, {"bus_factor": 2}]
