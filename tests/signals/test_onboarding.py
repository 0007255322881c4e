"""Onboarding and value: values computed by hand, the cases of the specification and more."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

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


def test_s03_needs_a_task() -> None:
    is_null("S03", make_frames(age=45), "TOO_LITTLE")
