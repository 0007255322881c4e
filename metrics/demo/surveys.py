"""Surveys that were sent, and the answers of those who felt like it."""

from __future__ import annotations

import numpy as np

from metrics.demo.companies import SCRIPTS
from metrics.demo.contracts import Customer
from metrics.demo.learning import Cells
from metrics.demo.people import Member
from metrics.demo.remarks import remark
from metrics.demo.world import Calendar, Plan, Purpose, State

# the survey service failed for two weeks: days before the end, and its length
OUTAGE = (56, 14)
CALLED_BACK = 0.8  # share of unhappy answers
_EVERY = {"nps": 120, "csat": 200}


def outage(plan: Plan) -> tuple[int, int]:
    """First day of the failure, and the first one after it."""
    begin = plan.days - OUTAGE[0]
    return begin, begin + OUTAGE[1]


def make_surveys(
    plan: Plan, calendar: Calendar, customer: Customer, members: list[Member]
) -> list[Cells]:
    """Everybody is asked about three times a year, in turns."""
    if "surveys" in customer.missing:
        return []
    rng = plan.rng(Purpose.SURVEYS, customer.index)
    rows = []
    for member in members:
        if member.came is None or not member.is_person:
            continue
        for kind, every in _EVERY.items():
            asked = 0.75 if kind == "nps" else 0.3
            at = float(rng.uniform(0, every))
            if rng.random() > asked:
                continue
            while at < plan.days:
                row = _survey(rng, plan, calendar, customer, member, kind=kind, day=int(at))
                if row is not None:
                    rows.append((int(at), row))
                at += every * float(rng.uniform(0.9, 1.1))
    rows.sort(key=lambda pair: pair[0])
    return [
        (f"{customer.external_id}-s{number + 1:04d}", customer.external_id, *row)
        for number, (_, row) in enumerate(rows)
    ]


def _survey(
    rng: np.random.Generator,
    plan: Plan,
    calendar: Calendar,
    customer: Customer,
    member: Member,
    *,
    kind: str,
    day: int,
) -> Cells | None:
    """Cells from person on; None where nobody could be asked, or it was not recorded."""
    feeling = float(customer.states[day, State.SENTIMENT]) + 0.25 * member.habit
    answers = rng.random() < 1 / (1 + np.exp(1.25 - 0.7 * feeling))
    wait, mood, writes = rng.exponential(2.5), rng.normal(), rng.random()
    last = customer.ends_at if member.left is None else min(member.left, customer.ends_at)
    lost_from, lost_to = outage(plan)
    if not (member.came or 0) + 21 < day < last or calendar.weekday[day] > 4:
        return None
    if lost_from <= day < lost_to:
        return None
    sent = day + 0.4
    at = day + int(wait) + float(rng.uniform(0.42, 0.75))
    answered = answers and at < min(last, plan.days) and not lost_from <= at < lost_to
    row = (member.external_id(customer), kind, calendar.moment(sent))
    if not answered:
        return (*row, "", "", "", "")
    score, text = _answer(rng, member, kind=kind, feeling=feeling + 0.9 * mood, writes=writes)
    # who is unhappy is called a few days later, unless that is forgotten
    back = at + 1 + 2 * wait
    unhappy = score <= (6 if kind == "nps" else 2) and writes < CALLED_BACK
    followed = calendar.moment(back) if unhappy and back < plan.days else ""
    return (*row, calendar.moment(at), score, text, followed)


def _answer(
    rng: np.random.Generator, member: Member, *, kind: str, feeling: float, writes: float
) -> tuple[int, str]:
    nps = int(np.clip(round(7.05 + 1.35 * feeling), 0, 10))
    score = nps if kind == "nps" else int(np.clip(round(3.6 + 0.65 * feeling), 1, 5))
    if writes > 0.45:
        return score, ""
    good, bad = (9, 6) if kind == "nps" else (4, 2)
    mood = "good" if score >= good else "bad" if score <= bad else "mixed"
    return score, remark(rng, language=SCRIPTS[member.script].language, mood=mood)
