"""What happened to an account, one kind at a time; every text is a fact's own or ours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from metrics.models import SourceStatus, Survey
from metrics.scoring.flags import OPENED
from metrics.signals.numbers import count
from metrics.signals.sentiment import DETRACTOR
from metrics.signals.tickets import is_highest
from metrics.templatetags.formats import day as short_day
from metrics.templatetags.formats import flag_name
from metrics.templatetags.shell import SOURCE_NAMES
from metrics.views.account.events import Event
from metrics.views.account.known import Known

# parts of a statement of `together`; of tickets and surveys the newest version that was known
TICKETS = """
SELECT DISTINCT ON (external_id) external_id, opened_at, solved_at, severity, escalated, topic,
       comment
FROM metrics_ticket
WHERE account_id = %(account)s AND known_at <= %(cutoff)s AND opened_at < %(until)s
ORDER BY external_id, known_at DESC, id DESC
"""
SURVEYS = """
SELECT DISTINCT ON (s.external_id) s.kind, s.score, s.answered_at, s.comment, s.followed_up_at,
       coalesce(nullif(p.name, ''), nullif(p.email, ''), p.external_id) AS person
FROM metrics_survey s LEFT JOIN accounts_person p ON p.id = s.person_id
WHERE s.account_id = %(account)s AND s.known_at <= %(cutoff)s AND s.answered_at < %(until)s
ORDER BY s.external_id, s.known_at DESC, s.id DESC
"""
PEOPLE = """
SELECT coalesce(nullif(name, ''), nullif(email, ''), external_id) AS name, persona, "group",
       champion, deactivated_at AS left_at
FROM accounts_person
WHERE account_id = %(account)s AND known_at <= %(cutoff)s
  AND NOT (persona = ANY(%(not_people)s)) AND deactivated_at < %(until)s
ORDER BY id
"""
NOTES = """
SELECT text, n.created_at, coalesce(nullif(u.name, ''), u.email) AS created_by
FROM metrics_note n LEFT JOIN accounts_user u ON u.id = n.created_by_id
WHERE account_id = %(account)s AND removed_at IS NULL
ORDER BY n.created_at DESC, n.id DESC
"""
TASKS = """
SELECT title, due_on, t.created_at, done_at, coalesce(nullif(u.name, ''), u.email) AS done_by
FROM metrics_task t LEFT JOIN accounts_user u ON u.id = t.done_by_id
WHERE account_id = %(account)s AND removed_at IS NULL
ORDER BY t.id
"""
SOURCES = """
SELECT source, state, account_id IS NOT NULL AS is_own, from_day AS stopped_on, to_day AS back_on
FROM metrics_sourcestatus
WHERE (account_id = %(account)s OR account_id IS NULL)
  AND state IN ('broken', 'late', 'not_bought')
  AND from_day <= %(day)s AND known_at <= %(cutoff)s
ORDER BY id
"""
STOPS = {
    SourceStatus.State.BROKEN: "stopped",
    SourceStatus.State.LATE: "late",
    SourceStatus.State.NOT_BOUGHT: "not bought",
}


def flags(rows: list[Any]) -> Iterator[Event]:
    """Flags that opened or closed on published nights."""
    for row in rows:
        is_open = row.change == OPENED
        first = f" · {row.first}" if row.first else ""
        yield Event(
            day=row.changed_on,
            kind="flags",
            icon="flag",
            title=f"{flag_name(row.rule)}: {'opened' if is_open else 'closed'}",
            detail=f"Severity {row.severity} of 5{first}" if is_open else "",
        )


def tickets(known: Known, rows: list[Any]) -> Iterator[Event]:
    """Every ticket on the day it was opened."""
    for row in rows:
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


def surveys(known: Known, rows: list[Any]) -> Iterator[Event]:
    """Every answer."""
    for row in rows:
        if row.score is not None:
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


def onboarding(known: Known, rows: list[Any]) -> Iterator[Event]:
    """Value tasks that were done, and those that are late."""
    for row in rows:
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


def people(known: Known, rows: list[Any]) -> Iterator[Event]:
    """People who left."""
    for person in rows:
        where = ", ".join(text for text in (person.persona, person.group) if text)
        yield Event(
            day=known.organisation.day_of(person.left_at),
            kind="people",
            icon="person",
            title=f"Champion left: {person.name}" if person.champion else f"{person.name} left",
            detail=where,
            mark="Champion left" if person.champion else "",
        )


def notes(known: Known, rows: list[Any]) -> Iterator[Event]:
    """What users wrote down, whenever they did."""
    for row in rows:
        yield Event(
            day=known.organisation.day_of(row.created_at),
            kind="notes",
            icon="note",
            title=f"Note{f' of {row.created_by}' if row.created_by else ''}",
            detail=row.text,
        )


def tasks(known: Known, rows: list[Any]) -> Iterator[Event]:
    """Tasks that were given, and those that are done."""
    for row in rows:
        if row.done_at:
            yield Event(
                day=known.organisation.day_of(row.done_at),
                kind="tasks",
                icon="check",
                title=f"Task done: {row.title}",
                detail=row.done_by or "",
            )
        due = f"Due {short_day(row.due_on)}" if row.due_on else ""
        yield Event(
            day=known.organisation.day_of(row.created_at),
            kind="tasks",
            icon="plus",
            title=f"Task: {row.title}",
            detail=due,
        )


def sources(known: Known, rows: list[Any]) -> Iterator[Event]:
    """Sources that stopped or came back, here or everywhere."""
    for row in rows:
        name = SOURCE_NAMES.get(row.source, row.source.capitalize())
        where = "" if row.is_own else "For all accounts"
        yield Event(
            day=row.stopped_on,
            kind="sources",
            icon="plug",
            title=f"{name} {STOPS[SourceStatus.State(row.state)]}",
            detail=where,
        )
        if row.back_on and row.back_on <= known.day:
            yield Event(
                day=row.back_on, kind="sources", icon="plug", title=f"{name} back", detail=where
            )
