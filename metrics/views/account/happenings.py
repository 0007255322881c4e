"""Reads what happened to an account, one kind at a time; every text is a fact's own or ours."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q

from metrics.models import FlagChange, Note, Run, SourceStatus, Survey, Task, Ticket
from metrics.scoring.flags import OPENED
from metrics.signals.numbers import count
from metrics.signals.sentiment import DETRACTOR
from metrics.signals.tickets import is_highest
from metrics.templatetags.formats import day as short_day
from metrics.templatetags.formats import flag_name
from metrics.templatetags.shell import SOURCE_NAMES
from metrics.views.account import events
from metrics.views.account.events import Event
from metrics.views.account.judgements import overrides_of
from metrics.views.account.known import Known, contracts, movements
from metrics.views.account.night import Night
from metrics.views.account.onboarding import milestones
from metrics.views.account.people import everybody

STOPS = {
    SourceStatus.State.BROKEN: "stopped",
    SourceStatus.State.LATE: "late",
    SourceStatus.State.NOT_BOUGHT: "not bought",
}


def flags(known: Known, night: Night) -> Iterator[Event]:
    """Flags that opened or closed on published nights."""
    rows = FlagChange.objects.filter(
        account_id=known.account.pk,
        day__lte=known.day,
        run_id__in=Run.objects.published().values("pk"),
    ).order_by("-day", "-pk")
    for row in rows:
        is_open = row.change == OPENED
        first = f" · {row.reasons[0]['text']}" if row.reasons else ""
        yield Event(
            day=row.day,
            kind="flags",
            icon="flag",
            title=f"{flag_name(row.rule)}: {'opened' if is_open else 'closed'}",
            detail=f"Severity {row.severity} of 5{first}" if is_open else "",
        )


def tickets(known: Known, night: Night) -> Iterator[Event]:
    """Every ticket on the day it was opened."""
    for row in _newest_tickets(known):
        day = known.organisation.day_of(row.opened_at)
        severe = is_highest(row.severity)
        word = "Severe ticket" if severe else "Escalated ticket" if row.escalated else "Ticket"
        solved = row.solved_at if row.solved_at and row.solved_at < known.until else None
        took = (known.organisation.day_of(solved) - day).days if solved else None
        after = f"after {count(took, 'day')}" if took else "the same day"
        state = "Open" if took is None else f"Solved {after}"
        yield Event(
            day=day,
            kind="tickets",
            icon="ticket",
            title=f"{word} {row.external_id}{f': {row.topic}' if row.topic else ''}",
            detail=f"{state}{f'. {row.comment}' if row.comment else ''}",
            mark="Severe ticket" if severe else "",
        )


def _newest_tickets(known: Known) -> list[Ticket]:
    newest = Ticket.objects.filter(
        account=known.account,
        known_at__lte=known.run.data_cutoff,
        opened_at__lt=known.until,
    )
    return list(newest.order_by("external_id", "-known_at", "-pk").distinct("external_id"))


def surveys(known: Known, night: Night) -> Iterator[Event]:
    """Every answer."""
    newest = (
        Survey.objects.filter(
            account=known.account,
            known_at__lte=known.run.data_cutoff,
            answered_at__lt=known.until,
        )
        .select_related("person")
        .order_by("external_id", "-known_at", "-pk")
        .distinct("external_id")
    )
    for row in newest:
        if row.answered_at and row.score is not None:
            is_nps = row.kind == Survey.Kind.NPS
            name = f"{row.kind.upper()} {row.score:.0f}"
            bad = is_nps and row.score <= DETRACTOR
            unanswered = bad and not row.followed_up_at
            detail = [row.comment, "Nobody has come back to it" if unanswered else ""]
            yield Event(
                day=known.organisation.day_of(row.answered_at),
                kind="surveys",
                icon="comment",
                title=f"{name}{f' from {row.person}' if row.person else ''}",
                detail=". ".join(text.rstrip(".") for text in detail if text),
                mark=name if is_nps else "",
            )


def onboarding(known: Known, night: Night) -> Iterator[Event]:
    """Value tasks that were done, and those that are late."""
    for row in milestones(known):
        if row.completed_on:
            late = (row.completed_on - row.due_on).days if row.due_on else 0
            yield Event(
                day=row.completed_on,
                kind="onboarding",
                icon="check",
                title=f"Value task done: {row.name}",
                detail=f"{count(late, 'day')} late" if late > 0 else "",
            )
        elif row.due_on and row.due_on < known.day:
            yield Event(
                day=row.due_on, kind="onboarding", icon="clock", title=f"Value task due: {row.name}"
            )


def contract(known: Known, night: Night) -> Iterator[Event]:
    """Changes of ARR, and the notice."""
    return events.contract(list(movements(known)), list(contracts(known)))


def people(known: Known, night: Night) -> Iterator[Event]:
    """People who left."""
    for person in everybody(known).filter(deactivated_at__lt=known.until):
        if person.deactivated_at is None:
            continue
        where = ", ".join(text for text in (person.persona, person.group) if text)
        yield Event(
            day=known.organisation.day_of(person.deactivated_at),
            kind="people",
            icon="person",
            title=f"Champion left: {person}" if person.champion else f"{person} left",
            detail=where,
            mark="Champion left" if person.champion else "",
        )


def overrides(known: Known, night: Night) -> Iterator[Event]:
    """What users judged."""
    return events.overrides(overrides_of(known.account), known.organisation)


def notes(known: Known, night: Night) -> Iterator[Event]:
    """What users wrote down, whenever they did."""
    rows = Note.objects.standing().filter(account=known.account).select_related("created_by")
    for row in rows.order_by("-created_at", "-pk"):
        yield Event(
            day=known.organisation.day_of(row.created_at),
            kind="notes",
            icon="note",
            title=f"Note{f' of {row.created_by}' if row.created_by else ''}",
            detail=row.text,
        )


def tasks(known: Known, night: Night) -> Iterator[Event]:
    """Tasks that were given, and those that are done."""
    rows = Task.objects.standing().filter(account=known.account)
    for row in rows.select_related("done_by", "created_by"):
        if row.done_at:
            yield Event(
                day=known.organisation.day_of(row.done_at),
                kind="tasks",
                icon="check",
                title=f"Task done: {row.title}",
                detail=str(row.done_by or ""),
            )
        due = f"Due {short_day(row.due_on)}" if row.due_on else ""
        yield Event(
            day=known.organisation.day_of(row.created_at),
            kind="tasks",
            icon="plus",
            title=f"Task: {row.title}",
            detail=due,
        )


def sources(known: Known, night: Night) -> Iterator[Event]:
    """Sources that stopped or came back, here or everywhere."""
    rows = SourceStatus.objects.filter(
        Q(account=known.account) | Q(account=None),
        state__in=list(STOPS),
        from_day__lte=known.day,
        known_at__lte=known.run.data_cutoff,
    )
    for row in rows:
        name = SOURCE_NAMES.get(row.source, row.source.capitalize())
        where = "" if row.account_id else "For all accounts"
        yield Event(
            day=row.from_day,
            kind="sources",
            icon="plug",
            title=f"{name} {STOPS[SourceStatus.State(row.state)]}",
            detail=where,
        )
        if row.to_day and row.to_day <= known.day:
            yield Event(
                day=row.to_day, kind="sources", icon="plug", title=f"{name} back", detail=where
            )
