"""Who uses which feature: people x features over 30 days, with what is new and what was dropped."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection

from metrics.models import Feature
from metrics.models.together import read, together
from metrics.views.account.people import PersonRow

DAYS = 30
BEFORE_DAYS = 90  # what was used in these days before, and not since, was dropped
FIRST_PEOPLE = 12
FIRST_FEATURES = 8
SHADES = (1, 5, 13)  # days from which a cell has the first, second, third shade
ORDER = {Feature.Level.CORE: 0, Feature.Level.INTERMEDIATE: 1, Feature.Level.ADVANCED: 2}
FEATURES = together(
    features="""
    SELECT id AS pk, key, name, level, personas, is_declared, released_on
    FROM metrics_feature WHERE key <> 'login'
    """
)
# a calendar is a bit string, its first bit the day `base`
USES = """
SELECT person_id, feature_id, used, before, is_new FROM (
    SELECT person_id, feature_id,
           bit_count(substring(used_days, %(first)s - base + 1, %(days)s)) AS used,
           bit_count(substring(used_days, %(first)s - %(before)s - base + 1, %(before)s)) AS before,
           first_day >= %(first)s AS is_new
    FROM metrics_feature_calendar
    WHERE account_id = %(account)s AND first_day < %(day)s
) calendar
WHERE used > 0 OR before > 0
"""


@dataclass(frozen=True, kw_only=True)
class Use:
    """What a person does with a feature. days: on which she used it, of the last 30."""

    days: int = 0
    is_new: bool = False

    @property
    def shade(self) -> str:
        """One of three; new; dropped, which is used before and not since."""
        if not self.days:
            return "dropped"
        return "new" if self.is_new else str(sum(self.days >= least for least in SHADES))

    @property
    def said(self) -> str:
        """In words."""
        if not self.days:
            return "dropped"
        days = f"{self.days} day{'' if self.days == 1 else 's'}"
        return f"new, {days}" if self.is_new else days


@dataclass(frozen=True, kw_only=True)
class Matrix:
    """uses: person -> feature -> what she does with it; columns: those of the features shown."""

    features: list[Any]  # rows of FEATURES
    columns: list[Any]
    uses: dict[int, dict[int, Use]]

    def row(self, row: PersonRow) -> dict[str, Any]:
        """A person with a cell per feature; None: never, or long ago. Where nobody's use of any is
        known, nobody used none: usage does not say which.
        """
        hers = self.uses.get(row.person.pk, {})
        if not self.uses:
            return {"row": row, "cells": [None] * len(self.columns), "used": None, "relevant": None}
        return {
            "row": row,
            "cells": [hers.get(feature.pk) for feature in self.columns],
            "used": self.used(row),
            "relevant": sum(1 for feature in self.features if is_for(feature, row.person.persona)),
        }

    def used(self, row: PersonRow) -> int:
        """Features that are meant for her and that she used in 30 days."""
        hers = self.uses.get(row.person.pk, {})
        return sum(
            1
            for feature in self.features
            if is_for(feature, row.person.persona) and feature.pk in hers and hers[feature.pk].days
        )

    def dropped(self, row: PersonRow) -> int:
        """Features that she used before and not since."""
        return sum(1 for use in self.uses.get(row.person.pk, {}).values() if not use.days)

    def days(self, row: PersonRow) -> int:
        """Days summed over features."""
        return sum(use.days for use in self.uses.get(row.person.pk, {}).values())


def is_for(feature: Any, persona: str) -> bool:
    """Whether a feature is meant for a role; one that names none is for everybody."""
    return not feature.personas or persona in feature.personas


def read_matrix(account_id: int, day: dt.date) -> Matrix:
    """The account's uses of 30 days before `day`, and what was dropped in the 90 before those."""
    first = day - dt.timedelta(days=DAYS)
    parameters: dict[str, dt.date | int] = {
        "account": account_id,
        "day": day,
        "first": first,
        "days": DAYS,
        "before": BEFORE_DAYS,
    }
    uses: dict[int, dict[int, Use]] = {}
    with connection.cursor() as cursor:
        cursor.execute(USES, parameters)
        for person, feature, used, _, is_new in cursor.fetchall():
            uses.setdefault(person, {})[feature] = Use(days=used, is_new=is_new)
    features = _features(uses, day)
    return Matrix(features=features, columns=features, uses=uses)


def _features(uses: dict[int, dict[int, Use]], day: dt.date) -> list[Any]:
    """Released ones that somebody described, and others once they are used; the basic ones first,
    of a level those that most people use.
    """
    people: dict[int, int] = {}
    for hers in uses.values():
        for feature, use in hers.items():
            people[feature] = people.get(feature, 0) + bool(use.days)
    shown = [
        feature
        for feature in read(FEATURES, {})["features"]
        if feature.pk in people
        or (feature.is_declared and (feature.released_on is None or feature.released_on < day))
    ]
    return sorted(
        shown, key=lambda f: (ORDER[Feature.Level(f.level)], -people.get(f.pk, 0), f.name)
    )


def first_columns(matrix: Matrix) -> Matrix:
    """The columns that fit on the account's page: those that most people know, in their order."""
    known: dict[int, int] = {}
    for hers in matrix.uses.values():
        for feature in hers:
            known[feature] = known.get(feature, 0) + 1
    rank = sorted(matrix.features, key=lambda f: -known.get(f.pk, 0))[:FIRST_FEATURES]
    kept = {feature.pk for feature in rank}
    return replace(matrix, columns=[f for f in matrix.features if f.pk in kept])


def first_people(rows: Collection[PersonRow], matrix: Matrix) -> list[PersonRow]:
    """Half of them those who use most, the others those who dropped most or never came; in the
    order in which they were last active.
    """
    if len(rows) <= FIRST_PEOPLE:
        return list(rows)
    most = sorted(rows, key=lambda row: -matrix.days(row))[: FIRST_PEOPLE // 2]
    chosen = {row.person.pk for row in most}
    lost = sorted(
        (row for row in rows if row.person.pk not in chosen and row.since),
        key=lambda row: (-matrix.dropped(row), matrix.days(row)),
    )
    chosen |= {row.person.pk for row in lost[: FIRST_PEOPLE - len(most)]}
    return [row for row in rows if row.person.pk in chosen]
