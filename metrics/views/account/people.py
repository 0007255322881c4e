"""The people of an account as the night knew them: who is there, who left, who is trained."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from operator import attrgetter

from django.db import DEFAULT_DB_ALIAS, connection

from accounts.models import Person
from metrics.views.account.known import Known

NEW_DAYS = 56
SILENT_DAYS = 21
ACTIVE_DAYS = 28
LEFT_DAYS = 182
DONE = ("completed", "passed")
BEGUN = ("assigned", "enrolled", "in_progress", "failed")
NAMES = [field.attname for field in Person._meta.concrete_fields]
COLUMNS = ", ".join(f'p."{field.column}"' for field in Person._meta.concrete_fields)
EVERYBODY = f"""
SELECT c.last_day, {COLUMNS}
FROM accounts_person p
LEFT JOIN metrics_activity_calendar c ON c.account_id = p.account_id AND c.person_id = p.id
WHERE p.account_id = %(account)s AND p.known_at <= %(cutoff)s
  AND NOT (p.persona = ANY(%(not_people)s))
"""  # noqa: S608  # our own columns
COURSES = """
SELECT DISTINCT ON (external_id) person_id, course, persona, status, completed_at
FROM metrics_trainingrecord
WHERE account_id = %(account)s AND known_at <= %(cutoff)s
ORDER BY external_id, known_at DESC, id DESC
"""
TRAINED, IN_TRAINING, UNTRAINED = "trained", "in training", "not trained"


@dataclass(frozen=True, kw_only=True)
class PersonRow:
    """A person as a list shows her; `silent`: whole days since she was last active."""

    person: Person
    last_day: dt.date | None
    silent: int | None
    training: str
    since: dt.date | None  # she has access
    left_on: dt.date | None
    is_new: bool

    @property
    def name(self) -> str:
        """Her name, or else what her source calls her."""
        return str(self.person)

    @property
    def is_trained(self) -> bool:
        """Has completed her course."""
        return self.training == TRAINED

    @property
    def is_active(self) -> bool:
        """Came in the last four weeks."""
        return self.silent is not None and self.silent <= ACTIVE_DAYS

    @property
    def is_quiet(self) -> bool:
        """Has access, and has not been active for three weeks, or never."""
        silent = self.silent is None or self.silent > SILENT_DAYS
        return bool(self.person.provisioned_at) and silent


@dataclass(frozen=True, kw_only=True)
class People:
    """here: the most recently active first; left: in half a year, the last first."""

    here: list[PersonRow]
    left: list[PersonRow]


def everybody(known: Known) -> list[tuple[Person, dt.date | None]]:
    """Whoever counts as a person and was known, also who left; and her last active day."""
    with connection.cursor() as cursor:
        cursor.execute(EVERYBODY, known.parameters)
        return [
            (Person.from_db(DEFAULT_DB_ALIAS, NAMES, values), last)
            for last, *values in cursor.fetchall()
        ]


def people(known: Known) -> People:
    """Everybody who counts as a person; who left is told by when."""
    training = trained(known)
    rows = [_row(person, last, training, known) for person, last in everybody(known)]
    here = [row for row in rows if row.left_on is None]
    oldest = known.day - dt.timedelta(days=LEFT_DAYS)
    left = [row for row in rows if row.left_on and row.left_on >= oldest]
    return People(
        here=sorted(here, key=lambda row: (row.silent is None, row.silent, row.name)),
        left=sorted(left, key=attrgetter("left_on"), reverse=True),
    )


def _row(person: Person, last: dt.date | None, training: Training, known: Known) -> PersonRow:
    since = known.organisation.day_of(person.provisioned_at) if person.provisioned_at else None
    gone = person.deactivated_at if _is_gone(person, known) else None
    left_on = known.organisation.day_of(gone) if gone else None
    return PersonRow(
        person=person,
        last_day=last,
        silent=max((known.day - last).days, 0) if last else None,
        training=training.state_of(person),
        since=since,
        left_on=left_on,
        is_new=bool(since and not left_on and 0 <= (known.day - since).days <= NEW_DAYS),
    )


def _is_gone(person: Person, known: Known) -> bool:
    return person.deactivated_at is not None and person.deactivated_at < known.until


@dataclass(frozen=True, kw_only=True)
class Training:
    """Courses by person: done and begun ones; paths: persona -> courses meant for it."""

    done: dict[int, set[str]]
    begun: set[int]
    paths: dict[str, set[str]]

    def state_of(self, person: Person) -> str:
        """Trained: has completed a course of her role, or any where there is none for it."""
        courses = self.done.get(person.pk, set())
        path = self.paths.get(person.persona, set()) if person.persona else set()
        if courses & path if path else courses:
            return TRAINED
        return IN_TRAINING if courses or person.pk in self.begun else UNTRAINED


def trained(known: Known) -> Training:
    """The newest known state of every course."""
    found = Training(done={}, begun=set(), paths={})
    with connection.cursor() as cursor:
        cursor.execute(COURSES, known.parameters)
        newest = cursor.fetchall()
    for person, course, persona, status, at in newest:
        if persona:
            found.paths.setdefault(persona, set()).add(course)
        if status in DONE and (at is None or at < known.until):
            found.done.setdefault(person, set()).add(course)
        elif status in (*DONE, *BEGUN):
            found.begun.add(person)
    return found
