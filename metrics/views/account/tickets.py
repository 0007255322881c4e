"""The tickets of an account as the night knew them, and what they look like as a whole."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from statistics import median
from typing import Any

import pandas as pd

from accounts.models import Person
from metrics.models import Snapshot, Survey, Ticket
from metrics.signals.base import Tenant
from metrics.signals.catalogue import BY_CODE
from metrics.signals.story import value_of
from metrics.signals.support import CLOCK_CHANNELS, SATISFIED, business_hours
from metrics.signals.tickets import is_highest
from metrics.views.account.known import Known, before

YEAR = dt.timedelta(days=365)
FIRST_COMMENTS = 5
LEVELS = {
    Ticket.Maturity.INTRO: "Introductory",
    Ticket.Maturity.ADVANCED: "Advanced",
    Ticket.Maturity.UNKNOWN: "Not said",
}
NO_PRIORITY = "Not said"


@dataclass(frozen=True, kw_only=True)
class TicketRow:
    """A ticket as a list shows it. age: days open so far, or until it was solved. hours: until the
    first answer, of business or, for calls, of the clock; target: what is promised.
    """

    ticket: Ticket
    opened_on: dt.date
    age: int
    hours: float | None
    target: float

    @property
    def is_open(self) -> bool:
        """Nobody has solved it."""
        return self.ticket.solved_at is None

    @property
    def is_severe(self) -> bool:
        """Of the highest priority that there is."""
        return is_highest(self.ticket.severity)

    @property
    def level(self) -> str:
        """Introductory or advanced, where somebody said so."""
        return LEVELS[Ticket.Maturity(self.ticket.maturity)]

    @property
    def is_slow(self) -> bool:
        """Answered later than promised."""
        return self.hours is not None and self.hours > self.target


def tickets(known: Known) -> list[TicketRow]:
    """Tickets of the last year and all that are open, the newest first; dated fields of later
    days are empty.
    """
    newest = (
        Ticket.objects.filter(
            account=known.account,
            known_at__lte=known.run.data_cutoff,
            opened_at__lt=known.until,
            opened_at__gte=known.until - 2 * YEAR,
        )
        .select_related("person")
        .order_by("external_id", "-known_at", "-pk")
        .distinct("external_id")
    )
    kept = []
    for ticket in newest:
        ticket.first_answer_at = before(ticket.first_answer_at, known.until)
        ticket.solved_at = before(ticket.solved_at, known.until)
        if ticket.opened_at >= known.until - YEAR or ticket.solved_at is None:
            kept.append(ticket)
    return _rows(sorted(kept, key=attrgetter("opened_at"), reverse=True), known)


def _rows(kept: list[Ticket], known: Known) -> list[TicketRow]:
    zone, tenant = known.organisation.zone, known.run.tenant
    starts = pd.Series([ticket.opened_at.astimezone(zone).replace(tzinfo=None) for ticket in kept])
    ends = pd.Series(
        [
            (ticket.first_answer_at or ticket.opened_at).astimezone(zone).replace(tzinfo=None)
            for ticket in kept
        ]
    )
    worked = business_hours(starts, ends).tolist() if kept else []
    return [
        TicketRow(
            ticket=ticket,
            opened_on=known.organisation.day_of(ticket.opened_at),
            age=_age(ticket, known),
            hours=_hours(ticket, hours),
            target=_target(ticket.channel.lower(), tenant),
        )
        for ticket, hours in zip(kept, worked, strict=True)
    ]


def _age(ticket: Ticket, known: Known) -> int:
    ends = known.organisation.day_of(ticket.solved_at) if ticket.solved_at else known.day
    return (ends - known.organisation.day_of(ticket.opened_at)).days


def _hours(ticket: Ticket, worked: float) -> float | None:
    if ticket.first_answer_at is None:
        return None
    if ticket.channel.lower() in CLOCK_CHANNELS:
        return max((ticket.first_answer_at - ticket.opened_at).total_seconds() / 3600, 0.0)
    return worked


def _target(channel: str, tenant: Tenant) -> float:
    if channel in CLOCK_CHANNELS:
        return tenant.call_hours
    return tenant.chat_hours if channel == "chat" else tenant.answer_hours


@dataclass(frozen=True, kw_only=True)
class Kind:
    """Tickets of one level or priority: of a year, of those open, the median age of these."""

    name: str
    count: int
    open: int
    escalated: int
    age: float | None


def kinds(rows: list[TicketRow], key: Callable[[TicketRow], str], first: list[str]) -> list[Kind]:
    """In the order of `first`, then the most frequent; what nobody said comes last."""
    found: dict[str, list[TicketRow]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    rank = {name: place for place, name in enumerate(first)}
    names = sorted(
        found, key=lambda name: (name == NO_PRIORITY, rank.get(name, 99), -len(found[name]), name)
    )
    return [
        Kind(
            name=name,
            count=len(found[name]),
            open=sum(row.is_open for row in found[name]),
            escalated=sum(row.ticket.escalated for row in found[name]),
            age=median([row.age for row in found[name] if row.is_open])
            if any(row.is_open for row in found[name])
            else None,
        )
        for name in names
    ]


def support(rows: list[TicketRow], rated: list[Survey], now: Snapshot) -> dict[str, Any]:
    """What the account's page says of its tickets; the speed and the ratings are those of the
    night. rated: answered surveys of kind csat.
    """
    waiting = sorted(
        (row for row in rows if row.is_open),
        key=lambda row: (not row.is_severe, not row.ticket.escalated, -row.age),
    )
    severe = sorted({row.ticket.severity for row in rows if row.is_severe})
    return {
        "count": len(rows),
        "open": waiting,
        "oldest": max((row.age for row in waiting), default=None),
        "escalated": sum(row.ticket.escalated for row in rows),
        "levels": kinds(rows, lambda row: row.level, list(LEVELS.values())),
        "priorities": kinds(rows, lambda row: row.ticket.severity or NO_PRIORITY, severe),
        "speed": _measured(now, "S19"),
        "satisfied": _measured(now, "S20"),
        "comments": ratings(rows, rated)[:FIRST_COMMENTS],
    }


def _measured(now: Snapshot, code: str) -> Any:
    """The value of a signal, where there is one."""
    return None if now.raw[BY_CODE[code].slot] is None else value_of(now, code)


@dataclass(frozen=True, kw_only=True)
class Rating:
    """How satisfied somebody was, of 5, with what she wrote."""

    at: dt.datetime
    score: float
    comment: str
    person: Person | None
    about: str

    @property
    def is_good(self) -> bool:
        """Counts as satisfied."""
        return self.score >= SATISFIED


def ratings(rows: list[TicketRow], rated: list[Survey]) -> list[Rating]:
    """Ratings with a comment, on tickets and in surveys, the newest first."""
    on_tickets = [
        Rating(
            at=ticket.solved_at or ticket.opened_at,
            score=ticket.csat,
            comment=ticket.comment,
            person=ticket.person,
            about=ticket.topic or ticket.external_id,
        )
        for ticket in (row.ticket for row in rows)
        if ticket.csat is not None and ticket.comment
    ]
    asked = [
        Rating(
            at=survey.answered_at,
            score=survey.score,
            comment=survey.comment,
            person=survey.person,
            about="survey",
        )
        for survey in rated
        if survey.score is not None and survey.comment and survey.answered_at
    ]
    return sorted([*on_tickets, *asked], key=attrgetter("at"), reverse=True)
