"""Builds customers and their facts in the open, by plain functions."""

from __future__ import annotations

import datetime as dt
import itertools
import uuid
from typing import Any

from accounts.models import Account, Contract, Milestone, Person
from metrics.models import (
    ChangedDay,
    Feature,
    Scorecard,
    SourceStatus,
    Survey,
    Ticket,
    TrainingRecord,
    UsageEvent,
)
from metrics.signals.defaults import default_config

DAY = dt.date(2026, 3, 18)  # a Wednesday
_numbers = itertools.count(1)


def at(day: dt.date, hour: int = 12) -> dt.datetime:
    """A moment of a day, in UTC."""
    return dt.datetime.combine(day, dt.time(hour), dt.UTC)


def ago(days: int) -> dt.date:
    """A day before DAY."""
    return DAY - dt.timedelta(days=days)


def make_account(*, seats: int | None = 20, started: int = 500, **over: Any) -> Account:
    """An account whose contract began `started` days before DAY, known from then on."""
    number = next(_numbers)
    values = {
        "external_id": f"A-{number}",
        "name": f"Account {number}",
        "known_at": at(ago(started), 0),
    } | over
    account = Account.objects.create(**values)
    terms = {"seats_sold": seats, "starts_on": ago(started), "known_at": values["known_at"]}
    make_contract(account, **terms)
    return account


def make_contract(account: Account, **over: Any) -> Contract:
    """Terms known from `known_at` on."""
    return Contract.objects.create(account=account, **{"known_at": at(ago(500)), **over})


def make_person(account: Account, *, since: int = 400, **over: Any) -> Person:
    """Someone provisioned `since` days before DAY."""
    number = next(_numbers)
    values = {
        "external_id": f"P-{number}",
        "name": f"Person {number}",
        "provisioned_at": at(ago(since)),
        "known_at": at(ago(since)),
        "group": "Planning",
        "persona": "planner",
    }
    return Person.objects.create(account=account, **{**values, **over})


def make_feature(key: str = "reports", **over: Any) -> Feature:
    """A feature, one per key."""
    return Feature.objects.get_or_create(key=key, defaults={"name": key.title(), **over})[0]


def use(
    account: Account,
    person: Person | None,
    *days_ago: int,
    feature: str | None = "reports",
    **over: Any,
) -> list[UsageEvent]:
    """One event on each of the days; `feature=None` is a log-in. Marks the days dirty."""
    events = []
    used = make_feature(feature) if feature else None
    for days in days_ago:
        values = {
            "occurred_at": at(ago(days)),
            "day": ago(days),
            "event_key": uuid.uuid4(),
            "known_at": at(ago(days), 13),
            "batch_id": 1,
        }
        events.append(
            UsageEvent(
                account=account,
                person=person,
                feature=used,
                **{**values, **over},
            )
        )
    ChangedDay.objects.bulk_create(
        ChangedDay(account_id=account.pk, day=event.day) for event in events
    )
    return UsageEvent.objects.bulk_create(events)


def make_ticket(account: Account, *, opened: int = 10, **over: Any) -> Ticket:
    """A ticket opened `opened` days before DAY."""
    values = {
        "external_id": f"T-{next(_numbers)}",
        "opened_at": at(ago(opened), 9),
        "known_at": at(ago(opened), 9),
        "channel": "email",
        "batch_id": 1,
    }
    return Ticket.objects.create(account=account, **{**values, **over})


def make_survey(
    account: Account, *, sent: int = 30, answered: int | None = None, **over: Any
) -> Survey:
    """An NPS question sent, and answered, so many days before DAY."""
    values = {
        "external_id": f"S-{next(_numbers)}",
        "kind": "nps",
        "sent_at": at(ago(sent)),
        "answered_at": at(ago(answered)) if answered is not None else None,
        "known_at": at(ago(sent)),
        "batch_id": 1,
    }
    return Survey.objects.create(account=account, **{**values, **over})


def make_training(person: Person, *, completed: int | None = 20, **over: Any) -> TrainingRecord:
    """A course of a person, completed so many days before DAY or still open."""
    done = completed is not None
    values = {
        "external_id": f"C-{next(_numbers)}",
        "course": "Basics",
        "status": "completed" if done else "enrolled",
        "completed_at": at(ago(completed)) if completed is not None else None,
        "known_at": at(ago(completed if completed is not None else 30)),
        "batch_id": 1,
    }
    return TrainingRecord.objects.create(
        account=person.account, person=person, **{**values, **over}
    )


def make_milestone(account: Account, **over: Any) -> Milestone:
    """A value task."""
    values = {"name": f"Task {next(_numbers)}", "known_at": at(ago(500))}
    return Milestone.objects.create(account=account, **{**values, **over})


def make_status(
    source: str, state: str, *, since: int, until: int | None = None, **over: Any
) -> SourceStatus:
    """A span of a source, from `since` days before DAY to before `until`."""
    values = {
        "from_day": ago(since),
        "to_day": ago(until) if until is not None else None,
        "known_at": at(ago(since)),
    }
    return SourceStatus.objects.create(source=source, state=state, **{**values, **over})


def live_scorecard() -> Scorecard:
    """The published version that every installation begins with."""
    if not Scorecard.objects.published().exists():
        Scorecard.objects.create(
            version=1,
            state="published",
            body=default_config().to_dict(),
            published_at=at(ago(900)),
            reason="defaults",
        )
    return Scorecard.objects.live()


def make_line(
    slug: str = "enterprise", *, segments: Any = ("Enterprise",), plans: Any = (), **over: Any
) -> Scorecard:
    """A published version of another line; `over` changes parts of the default's body."""
    body = default_config().to_dict() | over
    body["applies_to"] = {"segments": list(segments), "plans": list(plans)}
    draft = Scorecard.objects.start_draft(live_scorecard(), by=None, line=slug, body=body)
    draft.publish(edition=draft.edition, by=None, reason="They buy differently")
    return draft
