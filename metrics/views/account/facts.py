"""Down to the facts: seats, people, tickets and answers, as the night knew them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import Account, ArrMovement, Contract, Milestone, Organisation, Person
from metrics.models import ActivityCalendar, Run, Survey, Ticket, TrainingRecord

FIRST_PEOPLE = 10
NEW_DAYS = 56
SILENT_DAYS = 21
DONE = ("completed", "passed")


@dataclass(frozen=True, kw_only=True)
class Known:
    """What may be shown: facts of this account before `day` that were known by the cut-off."""

    account: Account
    run: Run
    organisation: Organisation

    @property
    def day(self) -> dt.date:
        """The business day of the night."""
        return self.run.business_day

    @property
    def until(self) -> dt.datetime:
        """The start of the business day: later facts belong to the next night."""
        return self.organisation.starts_at(self.day)


@dataclass(frozen=True, kw_only=True)
class PersonRow:
    """A person as the list shows her; `silent`: whole days since she was last active."""

    person: Person
    last_day: dt.date | None
    silent: int | None
    is_trained: bool
    is_new: bool

    @property
    def is_quiet(self) -> bool:
        """Has access, and has not been active for three weeks, or never."""
        silent = self.silent is None or self.silent > SILENT_DAYS
        return bool(self.person.provisioned_at) and silent


def terms(known: Known) -> Contract | None:
    """The contract in force: the newest terms whose first day has come."""
    begun = Q(starts_on=None) | Q(starts_on__lte=known.day)
    return contracts(known).filter(begun).first()


def contracts(known: Known) -> QuerySet[Contract]:
    """Versions of the contract, the newest first."""
    mine = Contract.objects.filter(account=known.account, known_at__lte=known.run.data_cutoff)
    return mine.order_by("-known_at")


def movements(known: Known) -> QuerySet[ArrMovement]:
    """Changes of ARR, the newest first."""
    mine = ArrMovement.objects.filter(
        account=known.account, known_at__lte=known.run.data_cutoff, on__lt=known.day
    )
    return mine.order_by("-on", "-pk")


def milestones(known: Known) -> list[Milestone]:
    """Value tasks by due day; what was completed later than the night counts as open."""
    rows = list(
        Milestone.objects.filter(
            account=known.account, known_at__lte=known.run.data_cutoff
        ).order_by("due_on", "name")
    )
    for row in rows:
        if row.completed_on and row.completed_on >= known.day:
            row.completed_on = None
    return rows


def first_value(milestones: list[Milestone]) -> Milestone | None:
    """The value task that was reached first."""
    reached = [task for task in milestones if task.is_value and task.completed_on]
    return min(reached, key=lambda task: task.completed_on or dt.date.max, default=None)


def people(known: Known) -> list[PersonRow]:
    """Everybody who has not left, the most recently active first."""
    everybody = Person.objects.filter(
        account=known.account, known_at__lte=known.run.data_cutoff
    ).exclude(persona__in=Person.NOT_PEOPLE)
    here = [p for p in everybody if not p.deactivated_at or p.deactivated_at >= known.until]
    last = dict(
        ActivityCalendar.objects.filter(account_id=known.account.pk).values_list(
            "person_id", "last_day"
        )
    )
    trained = _trained(known)
    rows = [_person(person, last.get(person.pk), trained, known) for person in here]
    return sorted(rows, key=lambda row: (row.silent is None, row.silent, row.person.name))


def _person(
    person: Person, last: dt.date | None, trained: dict[int, set[str]], known: Known
) -> PersonRow:
    silent = max((known.day - last).days, 0) if last else None
    courses = trained.get(person.pk, set())
    since = known.organisation.day_of(person.provisioned_at) if person.provisioned_at else None
    return PersonRow(
        person=person,
        last_day=last,
        silent=silent,
        is_trained=bool(courses & {"", person.persona}) or bool(courses and not person.persona),
        is_new=bool(since and 0 <= (known.day - since).days <= NEW_DAYS),
    )


def _trained(known: Known) -> dict[int, set[str]]:
    """Person -> personas of the courses she has completed ("" is for everybody)."""
    newest = (
        TrainingRecord.objects.filter(account=known.account, known_at__lte=known.run.data_cutoff)
        .order_by("external_id", "-known_at", "-pk")
        .distinct("external_id")
        .values_list("person_id", "persona", "status", "completed_at")
    )
    found: dict[int, set[str]] = {}
    for person, persona, status, at in newest:
        if status in DONE and (at is None or at < known.until):
            found.setdefault(person, set()).add(persona)
    return found


def tickets(known: Known) -> list[Ticket]:
    """Tickets of the last year, the newest first; dated fields of later days are empty."""
    newest = (
        Ticket.objects.filter(
            account=known.account,
            known_at__lte=known.run.data_cutoff,
            opened_at__lt=known.until,
            opened_at__gte=known.until - dt.timedelta(days=365),
        )
        .select_related("person")
        .order_by("external_id", "-known_at", "-pk")
        .distinct("external_id")
    )
    rows = sorted(newest, key=lambda ticket: ticket.opened_at, reverse=True)
    for row in rows:
        row.first_answer_at = _before(row.first_answer_at, known.until)
        row.solved_at = _before(row.solved_at, known.until)
    return rows


def answers(known: Known) -> list[Survey]:
    """Answers of the last year, the newest first."""
    newest = (
        Survey.objects.filter(account=known.account, known_at__lte=known.run.data_cutoff)
        .select_related("person")
        .order_by("external_id", "-known_at", "-pk")
        .distinct("external_id")
    )
    oldest = known.until - dt.timedelta(days=365)
    answered = [s for s in newest if s.answered_at and oldest <= s.answered_at < known.until]
    return sorted(answered, key=lambda survey: survey.answered_at or oldest, reverse=True)


def _before(at: dt.datetime | None, until: dt.datetime) -> dt.datetime | None:
    return at if at and at < until else None


def funnel(seats: dict[str, Any]) -> list[dict[str, Any]]:
    """Steps from sold to active with what each loses; the biggest loss is marked."""
    names = [
        ("sold", "Sold", ""),
        ("intended", "Should use it", "seats that nobody is named for"),
        ("provisioned", "Provisioned", "of the roster without access"),
        ("trained", "Trained", "people without their course"),
        ("active", "Active in 28 days", "people inactive for four weeks"),
    ]
    known = [(label, loss, seats[key]) for key, label, loss in names if seats.get(key) is not None]
    top = max((count for _, _, count in known), default=0) or 1
    rows: list[dict[str, Any]] = []
    for place, (label, loss, count) in enumerate(known):
        before = known[place - 1][2] if place else count
        lost = max(before - count, 0)
        rows.append(
            {
                "label": label,
                "count": count,
                "lost": lost,
                "note": f"{lost} {loss}",
                "width": 100 * count / top,
                "lost_width": 100 * lost / top,
                "more": max(count - before, 0),
            }
        )
    if rows and seats.get("trained_active") is not None and rows[-1]["lost"]:
        both, trained, active = seats["trained_active"], seats["trained"], seats["active"]
        rows[-1]["note"] = f"{trained - both} trained inactive, {active - both} active untrained"
    losses = [row["lost"] for row in rows]
    # of two equal losses the later one: people who are there are easier to win than seats to fill
    biggest = len(losses) - 1 - losses[::-1].index(max(losses)) if any(losses) else None
    return [row | {"is_biggest": place == biggest} for place, row in enumerate(rows)]
