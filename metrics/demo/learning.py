"""Training records, and the value tasks of the first 90 days."""

from __future__ import annotations

import numpy as np

from metrics.demo.contracts import Customer
from metrics.demo.features import COURSES, Course
from metrics.demo.people import Member
from metrics.demo.world import Calendar, Plan, Purpose, State

Cells = tuple[object, ...]
# status, when it was reached, and the result of the test
Outcome = tuple[str, float | None, int | str]

# name, day after the start on which it is due, whether customers see value in it
MILESTONES = (
    ("Kick-off held", 7, False),
    ("Single sign-on connected", 14, False),
    ("Data imported", 21, False),
    ("First dashboard shared", 30, True),
    ("Half of the seats active", 45, True),
    ("First report on schedule", 60, True),
    ("Goals reviewed together", 90, False),
)


def make_training(
    plan: Plan, calendar: Calendar, customer: Customer, members: list[Member]
) -> list[Cells]:
    """A record per person and course, as it stands at the end of the period.

    Courses completed before the period are in: they are as much a state as a login is.
    """
    if "training" in customer.missing:
        return []
    rng = plan.rng(Purpose.TRAINING, customer.index)
    rows: list[Cells] = []
    for member in members:
        if member.came is None or not member.is_person:
            continue
        for number, course in enumerate(COURSES):
            if member.persona not in course.personas or rng.random() > course.share:
                continue
            if number > 0 and rng.random() < 0.25:
                continue
            outcome = _outcome(rng, plan, customer, member, course)
            rows.append(_record(calendar, customer, member, number, outcome))
    return rows


def _record(
    calendar: Calendar, customer: Customer, member: Member, number: int, outcome: Outcome
) -> Cells:
    course, (status, at, score) = COURSES[number], outcome
    return (
        f"{member.external_id(customer)}-c{number + 1}",
        member.external_id(customer),
        course.name,
        member.persona,
        course.level,
        status,
        "" if at is None else calendar.moment(at),
        score,
    )


def _outcome(
    rng: np.random.Generator, plan: Plan, customer: Customer, member: Member, course: Course
) -> Outcome:
    came = float(member.came or 0.0)
    seen = min(max(int(came), 0), plan.days - 1)
    states = customer.states[seen]
    eager = 0.9 + 1.0 * states[State.COMPETENCE] + 0.5 * states[State.PEOPLE] + 0.4 * member.habit
    eager -= {"beginner": 0.0, "intermediate": 0.7, "expert": 1.4}[course.level]
    will, passes, wait = rng.random() < 1 / (1 + np.exp(-eager)), rng.random(), rng.exponential()
    weeks = {"beginner": 2.0, "intermediate": 8.0, "expert": 16.0}[course.level]
    day = came + 1 + wait * 7 * weeks * float(np.exp(-0.4 * states[State.COMPETENCE]))
    at = np.floor(day) + rng.uniform(0.35, 0.73)
    until = min(customer.ends_at, plan.days, member.left or np.inf)
    if not will or at >= until:
        open_states = ("assigned", "enrolled", "in_progress")
        return open_states[int(rng.integers(3))], None, ""
    score = int(np.clip(rng.normal(80 + 6 * states[State.COMPETENCE], 9), 20, 100))
    if course.level == "beginner":
        return "completed", float(at), ""
    return ("passed" if passes < 0.93 else "failed"), float(at), score


def make_milestones(plan: Plan, calendar: Calendar, customer: Customer) -> list[Cells]:
    """The tasks of customers who started within two years of the period's beginning."""
    if "milestones" in customer.missing or customer.starts_at < -730:
        return []
    rng = plan.rng(Purpose.MILESTONES, customer.index)
    states = customer.states[customer.begin]
    quality = float(0.5 * states[State.PEOPLE] + 0.5 * states[State.COMPETENCE])
    stalled = customer.story is not None and customer.story.key == "stalled_onboarding"
    rows: list[Cells] = []
    for number, (name, due, value) in enumerate(MILESTONES):
        pace = float(np.clip(rng.lognormal(-0.18 - 0.3 * quality, 0.3), 0.25, 4.0))
        never = rng.random() < 0.3 / (1 + np.exp(1.5 + 2 * quality)) or (stalled and number > 1)
        done = customer.starts_at + max(round(due * pace), 1)
        is_done = not never and done < min(customer.ends_at, plan.days)
        rows.append(
            (
                customer.external_id,
                name,
                calendar.day(customer.starts_at + due).isoformat(),
                calendar.day(done).isoformat() if is_done else "",
                "true" if value else "false",
                # to the first and the last of them our own people see
                customer.owner if number in (0, len(MILESTONES) - 1) else "",
            )
        )
    return rows
