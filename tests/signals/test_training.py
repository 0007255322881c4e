"""Training: values computed by hand, the cases of the specification and more."""

from __future__ import annotations

from typing import Any

from tests.frames_maker import make_frames, person
from tests.signals.checks import check, idle, is_null, result


def trained(*people: int, **over: Any) -> list[dict[str, Any]]:
    return [{"person": place, "completed_days_ago": 5, **over} for place in people]


def test_s02_people_trained() -> None:
    check("S02", make_frames(people=idle(4), training=trained(0, 1, 2)), 0.75, 85.0)
    # a second course of the same person is no second person
    check("S02", make_frames(people=idle(4), training=trained(0, 0)), 0.25, 25.0)


def test_s02_expects_a_ramp_in_the_first_90_days() -> None:
    # day 42: .3 + .7 * 42 / 84 = .65; half of them trained
    check(
        "S02",
        make_frames(age=42, people=idle(4), training=trained(0, 1)),
        0.5 / 0.65,
        86.923077,
    )


def test_s02_asks_for_a_course_of_the_own_persona_where_there_is_one() -> None:
    people = [person(persona="lead"), person(persona="planner"), person(), person(left_days=3)]
    training = [
        *trained(0, persona="planner"),  # there is no course for leads here: any will do
        *trained(1, persona="", course="Basics"),  # there is one for planners, and this is not it
        *trained(2, persona="planner"),  # nobody knows who she is
        *trained(3, persona="planner"),  # has left
    ]
    check("S02", make_frames(people=people, training=training), 2 / 3, 75.0)
    training += trained(1, persona="planner")
    check("S02", make_frames(people=people, training=training), 1.0, 100.0)


def test_s02_knows_a_course_by_its_having_been_assigned_in_the_same_account() -> None:
    planners = [person(account=account, persona="planner") for account in (0, 0, 1, 1)]
    assigned = {"person": 0, "persona": "planner", "status": "assigned"}
    frames = make_frames(
        accounts=2,
        people=planners,
        training=[assigned, *trained(0, 1, 2, 3, persona="", course="Basics")],
    )
    check("S02", frames, 0.0, 0.0)
    assert result("S02", frames, 1) == (1.0, "OK", 100.0)


def test_s02_knows_a_course_by_its_name() -> None:
    planners = [person(persona="planner") for _ in range(4)]
    training = [
        {"person": 0, "course": "Planning", "persona": "planner", "status": "assigned"},
        *trained(1, course="Planning", persona=""),  # her row does not say for whom it is
        *trained(2, course="Planning", persona="lead"),  # begun when she was a lead
        *trained(3, course="Basics", persona="lead"),
    ]
    check("S02", make_frames(people=planners, training=training), 0.5, 55.0)


def test_s02_needs_two_people() -> None:
    is_null("S02", make_frames(people=idle(1), training=trained(0)), "TOO_LITTLE")
