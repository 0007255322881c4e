"""Down to the facts: seats, people, tickets and answers behind the score."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet, Subquery

from accounts.models import Account, Contract, Person
from metrics.models import ActivityCalendar, Run, Snapshot, Survey, Ticket, TrainingRecord

PEOPLE = 25
NEWEST = 6


def funnel(seats: dict[str, Any]) -> list[dict[str, Any]]:
    """Steps from sold to active with what each loses; the biggest loss is marked and named."""
    names = [
        ("sold", "Sold", ""),
        ("intended", "Should use it", "seats that nobody is named for"),
        ("provisioned", "Provisioned", "people without access"),
        ("trained", "Trained", "people without a course"),
        ("active", "Active in 28 days", "people not active"),
    ]
    known = [(label, loss, seats[key]) for key, label, loss in names if seats.get(key) is not None]
    top = max((count for _, _, count in known), default=0)
    rows: list[dict[str, Any]] = []
    for place, (label, loss, count) in enumerate(known):
        lost = max(known[place - 1][2] - count, 0) if place else 0
        rows.append(
            {
                "label": label,
                "count": count,
                "lost": lost,
                "loss": loss,
                "width": 100 * count / top if top else 0,
                "lost_width": 100 * lost / top if top else 0,
                "worst": False,
            }
        )
    worst = max(rows, key=lambda row: row["lost"], default=None)
    if worst and worst["lost"]:
        worst["worst"] = True
    return rows


def terms(account: Account, run: Run) -> Contract | None:
    """The contract as the night knew it."""
    return (
        Contract.objects.filter(account=account, known_at__lte=run.data_cutoff)
        .order_by("-known_at")
        .first()
    )


def people(account: Account, run: Run) -> tuple[list[Person], int]:
    """The first people by last activity, and how many there are. Each has `last_day`,
    `is_trained`, `is_new`, `days_silent`.
    """
    everybody = Person.objects.filter(account=account).exclude(persona__in=Person.NOT_PEOPLE)
    last = ActivityCalendar.objects.filter(account_id=account.pk, person_id=OuterRef("pk"))
    trained = TrainingRecord.objects.filter(
        person=OuterRef("pk"), is_latest=True, status__in=["completed", "passed"]
    )
    rows = list(
        everybody.filter(deactivated_at=None)
        .annotate(last_day=Subquery(last.values("last_day")[:1]), is_trained=Exists(trained))
        .order_by(F("last_day").desc(nulls_last=True), "name")[:PEOPLE]
    )
    for person in rows:
        person.is_new = _is_new(person, run.business_day)
        last_day = getattr(person, "last_day", None)
        person.days_silent = (run.business_day - last_day).days if last_day else None
    return rows, everybody.filter(deactivated_at=None).count()


def _is_new(person: Person, today: dt.date) -> bool:
    at = person.provisioned_at
    return bool(at and 0 <= (today - at.date()).days <= 56)


def tickets(account: Account) -> QuerySet[Ticket]:
    """The newest tickets."""
    newest = Ticket.objects.filter(account=account, is_latest=True).select_related("person")
    return newest.order_by("-opened_at")[:NEWEST]


def answers(account: Account) -> QuerySet[Survey]:
    """The newest answers, with their comments."""
    answered = Survey.objects.filter(account=account, is_latest=True).exclude(answered_at=None)
    return answered.select_related("person").order_by("-answered_at")[:NEWEST]


def seats_of(now: Snapshot) -> list[dict[str, Any]]:
    """The funnel of a night."""
    return funnel(now.seats or {})
