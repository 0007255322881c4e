"""What happened, out of facts that are known: for the list, and for the marks on the trend."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from accounts.models import ArrMovement, Contract, Organisation
from metrics.models import Override, Scorecard, Survey, Ticket
from metrics.models.scores import Band
from metrics.scoring.overrides import points_text
from metrics.signals.tickets import is_highest
from metrics.views.account.night import Day

SHOWN = 12
MARKS = 6
MARKS_APART = dt.timedelta(days=18)


@dataclass(frozen=True, kw_only=True)
class Event:
    """One thing that happened. mark: its label on the trend, empty for none."""

    day: dt.date
    kind: str
    title: str
    detail: str = ""
    mark: str = ""


def bands(history: list[Day]) -> Iterator[Event]:
    """Days on which the band changed."""
    for before, now in pairwise(history):
        if before.band != now.band:
            yield Event(
                day=now.day,
                kind=now.band,
                title=f"Band changed to {Band(now.band).label.lower()}",
                detail=f"Before that {Band(before.band).label.lower()}",
            )


def scorecards(history: list[Day]) -> list[Event]:
    """Days from which another version was used."""
    changed = [
        (now.day, now.scorecard_id)
        for before, now in pairwise(history)
        if before.scorecard_id != now.scorecard_id
    ]
    if not changed:
        return []
    cards = Scorecard.objects.in_bulk({card for _, card in changed})
    return [
        Event(
            day=day,
            kind="scorecard",
            title=f"Scorecard {cards[card]}",
            detail=cards[card].reason,
            mark=f"Scorecard {cards[card]}",
        )
        for day, card in changed
    ]


def support(tickets: list[Ticket], organisation: Organisation) -> Iterator[Event]:
    """Tickets that were severe or escalated."""
    for ticket in tickets:
        severe = is_highest(ticket.severity)
        if severe or ticket.escalated:
            word = "Severe" if severe else "Escalated"
            yield Event(
                day=organisation.day_of(ticket.opened_at),
                kind="ticket",
                title=f"{word} ticket {ticket.external_id}",
                detail=ticket.topic,
                mark=f"{word} ticket" if severe else "",
            )


def surveys(answers: list[Survey], organisation: Organisation) -> Iterator[Event]:
    """Answers to the NPS question."""
    for answer in answers:
        if answer.kind == Survey.Kind.NPS and answer.score is not None and answer.answered_at:
            who = f" from {answer.person}" if answer.person else ""
            yield Event(
                day=organisation.day_of(answer.answered_at),
                kind="survey",
                title=f"NPS {answer.score:.0f}{who}",
                detail=answer.comment,
                mark=f"NPS {answer.score:.0f}" if answer.score <= 6 else "",
            )


def contract(movements: list[ArrMovement], versions: list[Contract]) -> Iterator[Event]:
    """Changes of ARR, and the notice."""
    for movement in movements:
        name = movement.get_type_display()
        amount = f"{movement.amount:+,.0f}".replace("-", "\u2212")
        title = "Contract began" if movement.type == ArrMovement.Type.NEW else name
        mark = "" if movement.type == ArrMovement.Type.NEW else name
        yield Event(
            day=movement.on, kind="contract", title=title, detail=f"ARR {amount}", mark=mark
        )
    notice = next((terms.notice_on for terms in versions if terms.notice_on), None)
    if notice:
        yield Event(day=notice, kind="notice", title="Notice given", mark="Notice given")


def judgements(overrides: list[Override], organisation: Organisation) -> Iterator[Event]:
    """Overrides that somebody gave or withdrew."""
    for override in overrides:
        name = f"Override {points_text(override.points)}"
        by = f" by {override.created_by}" if override.created_by else ""
        yield Event(
            day=override.starts_on,
            kind="override",
            title=f"{name}{by}",
            detail=override.reason,
            mark=name,
        )
        ended = override.ended_on(organisation.zone)
        if ended < override.expires_on:
            by = f" by {override.withdrawn_by}" if override.withdrawn_by else ""
            yield Event(day=ended, kind="override", title=f"{name} withdrawn{by}")


def newest(events: list[Event]) -> list[Event]:
    """For the list."""
    return sorted(events, key=lambda event: event.day, reverse=True)[:SHOWN]


def marks(
    events: list[Event], *, first: dt.date, last: dt.date = dt.date.max
) -> list[tuple[dt.date, str]]:
    """For the trend: the newest few that do not lie on top of one another, the rarer first."""
    rank = {"notice": 0, "override": 1, "scorecard": 2, "contract": 3, "ticket": 4, "survey": 5}
    kept: list[Event] = []
    marked = [event for event in events if event.mark and first <= event.day <= last]
    for event in sorted(marked, key=lambda e: (rank.get(e.kind, 9), -e.day.toordinal())):
        if len(kept) < MARKS and all(abs(event.day - other.day) > MARKS_APART for other in kept):
            kept.append(event)
    return [(event.day, event.mark) for event in sorted(kept, key=lambda event: event.day)]
