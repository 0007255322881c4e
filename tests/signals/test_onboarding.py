"""Onboarding and value: values computed by hand, the cases of the specification and more."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from metrics.signals.base import Portfolio, Tenant
from metrics.signals.catalogue import BY_CODE
from tests.frames_maker import make_frames, person
from tests.signals.checks import active, check, idle, is_null


@pytest.mark.parametrize(
    ("seats", "users", "age", "raw", "points"),
    [
        (50, 30, 200, 0.6, 70.0),
        (50, 25, 200, 0.5, 57.5),
        (50, 25, 35, 0.5 / 0.625, 90.0),  # the ramp expects 62.5 % of the seats on day 35
        (50, 50, 90, 1.0, 100.0),
        (10, 0, 200, 0.0, 0.0),  # a living source without activity is a true zero
    ],
)
def test_s01_seats_in_use(seats: int, users: int, age: int, raw: float, points: float) -> None:
    frames = make_frames(seats=seats, age=age, people=active(users) + idle(3))
    check("S01", frames, raw, points)


def test_s01_says_nothing_of_unknown_seats_unknown_people_or_the_first_week() -> None:
    is_null("S01", make_frames(seats=np.nan, people=active(3)), "TOO_LITTLE")
    is_null("S01", make_frames(seats=0, people=active(3)), "TOO_LITTLE")
    is_null("S01", make_frames(seats=9), "TOO_LITTLE")
    is_null("S01", make_frames(seats=9, age=6, people=active(3)), "TOO_LITTLE")


def test_s01_counts_neither_leavers_nor_activity_29_days_ago() -> None:
    people = [person(active=[28]), person(active=[29]), person(active=[1], left_days=1)]
    check("S01", make_frames(seats=4, people=people), 0.25, 26.25)


def tasks(done: int, open_: int, due: float = 90) -> list[dict[str, Any]]:
    return [{"due_day": due, "completed_day": 10}] * done + [{"due_day": due}] * open_


@pytest.mark.parametrize(
    ("age", "done", "open_", "raw", "points"),
    [
        (45, 3, 3, 1.0, 85.0),
        (45, 2, 4, 2 / 3, 46.666667),
        (5, 0, 6, 0.0, 0.0),  # .333 of a task expected, floor .5
        (5, 1, 5, 2.0, 100.0),
        (400, 4, 2, 2 / 3, 46.666667),  # as on day 90
    ],
)
def test_s03_value_tasks(age: int, done: int, open_: int, raw: float, points: float) -> None:
    facts = (
        tasks(done, open_)
        if age >= 10
        else [{"due_day": 90, "completed_day": 2}] * done + tasks(0, open_)
    )
    check("S03", make_frames(age=age, milestones=facts), raw, points)


def test_s03_stays_at_day_90() -> None:
    late = [{"due_day": 90, "completed_day": 90}, {"due_day": 90, "completed_day": 91}]
    check("S03", make_frames(age=200, milestones=late), 0.5, 30.0)


def test_s03_needs_a_task_with_a_due_day() -> None:
    is_null("S03", make_frames(age=45), "TOO_LITTLE")
    undated = {"due_day": None, "completed_day": 10}
    is_null("S03", make_frames(age=45, milestones=[undated]), "TOO_LITTLE")
    check("S03", make_frames(age=45, milestones=[*tasks(2, 4), undated]), 2 / 3, 46.666667)


def test_s01_more_seats_than_intended_people_are_over_sold() -> None:
    def detail(seats: float, *people: Any) -> Any:
        return BY_CODE["S01"].raw(make_frames(seats=seats, people=people))["detail"][0]

    listed = [person(intended=True) for _ in range(3)]
    gone = person(intended=True, left_days=9)
    assert detail(4, *listed, gone, person()) == {"over_sold": True}
    assert detail(3, *listed, gone, person()) is None
    assert detail(np.nan, *listed) is None
    assert detail(4, person()) is None  # nobody is listed: nothing to compare with


def value(*completed: float) -> list[dict[str, Any]]:
    return [{"due_day": 90, "completed_day": day, "value": True} for day in completed]


@pytest.mark.parametrize(
    ("age", "milestones", "raw", "points", "part", "n"),
    [
        (200, value(60), 4 / 3, 60.0, 60, 1),
        (200, value(60, 30, np.nan), 2 / 3, 93.333333, 30, 2),
        (40, value(36), 0.8, 88.0, 36, 1),
        (40, value(0), 0.0, 100.0, 0, 1),
        (40, value(-12), 0.0, 100.0, 0, 1),  # before the contract began
        (46, value(np.nan), 46 / 45, 78.666667, 46, 0),
        (90, value(np.nan, np.nan), 2.0, 25.0, 90, 0),
        (300, value(np.nan), 300 / 45, 0.0, 300, 0),
    ],
)
def test_s04_time_to_value(
    age: int, milestones: Any, raw: float, points: float, part: float, n: float
) -> None:
    frames = make_frames(age=age, milestones=milestones)
    check("S04", frames, raw, points)
    row = BY_CODE["S04"].raw(frames).iloc[0]
    assert (row["part"], row["whole"], row["n"]) == (part, 45, n)
    assert row["detail"] == (None if n else {"open": True})


def test_s04_a_value_moment_needs_no_due_day() -> None:
    moment = {"due_day": None, "completed_day": 60, "value": True}
    check("S04", make_frames(milestones=[moment, *tasks(1, 1)]), 4 / 3, 60.0)


def test_s04_has_the_target_of_the_organisation() -> None:
    slow = Portfolio(tenant=Tenant(value_days=90))
    check("S04", make_frames(milestones=value(45), portfolio=slow), 0.5, 100.0)
    is_null("S04", make_frames(age=90, milestones=value(np.nan), portfolio=slow), "TOO_LITTLE")


def test_s04_says_nothing_before_the_target_or_without_a_value_moment() -> None:
    is_null("S04", make_frames(age=45, milestones=value(np.nan)), "TOO_LITTLE")
    is_null("S04", make_frames(age=400, milestones=tasks(3, 3)), "TOO_LITTLE")
    frames = make_frames(accounts=2, age=400, milestones=[*value(20), {"account": 1}])
    found = BY_CODE["S04"].raw(frames)
    assert found["state"].tolist() == ["OK", "TOO_LITTLE"]
    assert found["detail"].tolist() == [None, None]
