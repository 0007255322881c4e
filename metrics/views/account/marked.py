"""Events that only the trend needs: read with as few columns as it takes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from metrics.models import Survey, Ticket
from metrics.signals.tickets import is_highest
from metrics.views.account.events import Event
from metrics.views.account.known import Known
from metrics.views.account.people import everybody


def marked(known: Known, *, since: dt.date) -> Iterator[Event]:
    """What the trend marks beside scorecards, overrides and contract, since a day: severe tickets,
    NPS answers, champions who left.
    """
    first = known.organisation.starts_at(since)
    yield from _severe(known, first)
    yield from _answered(known, first)
    gone = everybody(known).filter(
        champion=True, deactivated_at__gte=first, deactivated_at__lt=known.until
    )
    for person in gone:
        if person.deactivated_at:
            title = f"Champion left: {person}"
            yield _mark(known, person.deactivated_at, "people", title, "Champion left")


def _severe(known: Known, first: dt.datetime) -> Iterator[Event]:
    opened = (
        Ticket.objects.filter(
            account=known.account,
            known_at__lte=known.run.data_cutoff,
            opened_at__gte=first,
            opened_at__lt=known.until,
        )
        .order_by("external_id", "-known_at", "-pk")
        .distinct("external_id")
        .values_list("external_id", "opened_at", "severity")
    )
    for name, at, severity in opened:
        if is_highest(severity):
            yield _mark(known, at, "tickets", f"Severe ticket {name}", "Severe ticket")


def _answered(known: Known, first: dt.datetime) -> Iterator[Event]:
    answered = (
        Survey.objects.filter(
            account=known.account,
            kind=Survey.Kind.NPS,
            known_at__lte=known.run.data_cutoff,
            answered_at__gte=first,
            answered_at__lt=known.until,
            score__isnull=False,
        )
        .order_by("external_id", "-known_at", "-pk")
        .distinct("external_id")
        .values_list("answered_at", "score")
    )
    for at, score in answered:
        if at and score is not None:
            yield _mark(known, at, "surveys", f"NPS {score:.0f}", f"NPS {score:.0f}")


def _mark(known: Known, at: dt.datetime, kind: str, title: str, mark: str) -> Event:
    return Event(day=known.organisation.day_of(at), kind=kind, title=title, mark=mark)
