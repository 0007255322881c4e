"""Breadth: values computed by hand, the cases of the specification and more."""

from __future__ import annotations

from typing import Any

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
