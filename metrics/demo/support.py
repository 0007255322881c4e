"""Support tickets: opened by people who are there, answered in business hours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from metrics.demo.companies import SCRIPTS
from metrics.demo.contracts import Customer
from metrics.demo.learning import Cells
from metrics.demo.people import Member
from metrics.demo.remarks import remark
from metrics.demo.usage import Flags
from metrics.demo.world import Calendar, Floats, Ints, Plan, Purpose, State

TOPICS = {
    "intro": ("log-in", "first dashboard", "invite people", "import", "password", "navigation"),
    "advanced": ("API", "workflows", "forecasts", "single sign-on", "schedules", "permissions"),
    "unknown": ("billing", "other", "slow pages"),
}
SEVERITIES = ("low", "normal", "high", "urgent")
# median hours of the working day until the first answer, by channel
CHANNELS = {"email": 3.6, "web": 3.0, "chat": 0.12, "phone": 0.04}
_CHANNEL_SHARES = (0.45, 0.25, 0.22, 0.08)
OPENS, CLOSES = 9.0, 17.0


@dataclass(frozen=True, kw_only=True)
class _Ticket:
    """A ticket before its answer: who, when, and how the support is on that day."""

    day: int
    opened: float
    member: Member
    support: float
    competence: float
    tenure: int


def make_tickets(
    plan: Plan,
    calendar: Calendar,
    customer: Customer,
    members: list[Member],
    active: Flags,
) -> list[Cells]:
    """Tickets of one customer in order of opening."""
    if "tickets" in customer.missing:
        return []
    rng = plan.rng(Purpose.TICKETS, customer.index)
    person, day = _openings(rng, customer, members, active)
    rows = []
    for number, (who, at) in enumerate(zip(person, day, strict=True)):
        member = members[who]
        states = customer.states[at]
        hour = float(np.clip(rng.normal(12.6, 2.6), 7.0, 19.5))
        ticket = _Ticket(
            day=int(at),
            opened=at + hour / 24,
            member=member,
            support=float(states[State.SUPPORT]),
            competence=float(states[State.COMPETENCE]),
            tenure=int(at - (member.came or 0)),
        )
        row_id = f"{customer.external_id}-t{number + 1:04d}"
        rows.append((row_id, customer.external_id, *_row(rng, plan, calendar, customer, ticket)))
    return rows


def _openings(
    rng: np.random.Generator, customer: Customer, members: list[Member], active: Flags
) -> tuple[Ints, Ints]:
    """(people, days) of tickets: the more the product troubles them, and the newer they are."""
    days = active.shape[1]
    came = np.array([member.came if member.came is not None else 0.0 for member in members])
    tenure = np.arange(days) - came[:, None]
    trouble = np.exp(-0.75 * np.clip(customer.states[:, State.SUPPORT] - 0.6, -3.0, 1.5))
    rate: Floats = 0.016 * trouble * (1 + 2.0 * np.exp(-np.maximum(tenure, 0) / 30))
    opened = active & (rng.random(active.shape) < rate)
    day, person = np.nonzero(opened.T)
    return person, day


def _row(
    rng: np.random.Generator, plan: Plan, calendar: Calendar, customer: Customer, ticket: _Ticket
) -> Cells:
    channel = list(CHANNELS)[int(rng.choice(4, p=_CHANNEL_SHARES))]
    trouble = float(np.clip(0.6 - ticket.support, -1.5, 3.0))
    severity = SEVERITIES[int(np.clip(rng.normal(0.9 + 0.35 * trouble, 0.75), 0, 3.4))]
    maturity = _maturity(rng, ticket)
    topics = TOPICS[maturity]
    wait = CHANNELS[channel] * float(rng.lognormal(0.45 * trouble, 0.7))
    answered = business_time(calendar, ticket.opened, wait)
    work = float(rng.lognormal(1.6 + 0.5 * trouble, 0.9))
    solved = business_time(calendar, answered, work)
    escalated = rng.random() < 0.035 * np.exp(0.9 * trouble)
    reopens = int(rng.poisson(0.07 * np.exp(0.7 * trouble)))
    csat, text = _opinion(rng, ticket, trouble + 0.25 * np.log(wait / CHANNELS[channel]))
    is_solved = solved < plan.days
    return (
        ticket.member.external_id(customer),
        calendar.moment(ticket.opened),
        calendar.moment(answered) if answered < plan.days else "",
        calendar.moment(solved) if is_solved else "",
        severity,
        topics[int(rng.integers(len(topics)))],
        maturity,
        "true" if escalated else "false",
        reopens,
        channel,
        csat if is_solved else "",
        text if is_solved else "",
    )


def _maturity(rng: np.random.Generator, ticket: _Ticket) -> str:
    """Beginners' questions fade with time and competence."""
    intro = 0.28 + 0.45 * np.exp(-ticket.tenure / 60) - 0.14 * ticket.competence
    draw = rng.random()
    if draw > 0.9:
        return "unknown"
    return "intro" if draw < 0.9 * np.clip(intro, 0.06, 0.92) else "advanced"


def _opinion(rng: np.random.Generator, ticket: _Ticket, trouble: float) -> tuple[int | str, str]:
    """CSAT 1 to 5 of those who answer, and what a third of them write."""
    draw, feeling, writes = rng.random(), rng.normal(4.75 - 0.75 * trouble, 0.75), rng.random()
    if draw > 0.45:
        return "", ""
    score = int(np.clip(round(feeling), 1, 5))
    if writes > 0.35:
        return score, ""
    mood = "good" if score >= 4 else "mixed" if score == 3 else "bad"
    return score, remark(rng, language=SCRIPTS[ticket.member.script].language, mood=mood)


def business_time(calendar: Calendar, at: float, hours: float) -> float:
    """The moment `hours` of working time (Mon-Fri, 9 to 17) after `at`, in days."""
    left = hours
    day = int(np.floor(at))
    hour = (at - day) * 24
    while True:
        if calendar.day(day).weekday() < 5:
            begin = max(hour, OPENS)
            if begin + left < CLOSES:
                return day + (begin + left) / 24
            left -= max(CLOSES - begin, 0.0)
        day, hour = day + 1, 0.0
