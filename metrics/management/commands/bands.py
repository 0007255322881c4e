"""How the portfolio stands, and how steady its bands are: one JSON object."""

from __future__ import annotations

import datetime as dt
import json
from itertools import pairwise
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from metrics.models import Run

YEAR = 365.25
# a band that is back within this time did not mean anything
FLAP_DAYS = 60
STANDING = """
SELECT band, count(*), avg(coverage) FROM metrics_snapshot
WHERE day = %s AND run_id = %s GROUP BY band
"""
BANDS = """
SELECT s.account_id, s.day, s.band FROM metrics_snapshot s
JOIN metrics_run r ON r.id = s.run_id AND r.business_day = s.day AND r.is_published
WHERE s.day BETWEEN %s AND %s ORDER BY s.account_id, s.day
"""
Spell = tuple[dt.date, str]


class Command(BaseCommand):
    """`flaps`: changes of band that are undone within 60 days; grey is no band. Per account-year
    of published nights.
    """

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--from", dest="first", type=dt.date.fromisoformat)
        parser.add_argument("--to", dest="last", type=dt.date.fromisoformat)

    def handle(self, *args: Any, **options: Any) -> None:
        night = Run.objects.latest_published()
        if night is None:
            raise CommandError("no night is published yet")
        last = options["last"] or night.business_day
        first = options["first"] or last - dt.timedelta(days=365)
        self.stdout.write(json.dumps(_standing(night) | _steadiness(first, last)))


def _standing(night: Run) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(STANDING, [night.business_day, night.pk])
        rows = cursor.fetchall()
    accounts = sum(count for _, count, _ in rows)
    coverage = sum(count * mean for _, count, mean in rows) / accounts if accounts else None
    return {
        "day": night.business_day.isoformat(),
        "accounts": accounts,
        "bands": {band: count for band, count, _ in sorted(rows)},
        "coverage": coverage and round(coverage, 3),
    }


def _steadiness(first: dt.date, last: dt.date) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(BANDS, [first, last])
        nights: dict[int, list[Spell]] = {}
        for account, day, band in cursor.fetchall():
            if band != "grey":
                nights.setdefault(account, []).append((day, band))
    years = sum((seen[-1][0] - seen[0][0]).days for seen in nights.values()) / YEAR
    spells = [_spells(seen) for seen in nights.values()]
    changes = sum(len(of_account) - 1 for of_account in spells)
    flaps = sum(_flaps(of_account) for of_account in spells)
    return {
        "from": first.isoformat(),
        "to": last.isoformat(),
        "account_years": round(years, 2),
        "changes_per_account_year": round(changes / years, 3) if years else None,
        "flaps_per_account_year": round(flaps / years, 3) if years else None,
    }


def _spells(seen: list[Spell]) -> list[Spell]:
    """The day on which each band began."""
    changed = [now for before, now in pairwise(seen) if before[1] != now[1]]
    return [seen[0], *changed]


def _flaps(spells: list[Spell]) -> int:
    """How often a band came back within FLAP_DAYS of having gone."""
    return sum(
        before[1] == after[1] and (after[0] - gone[0]).days <= FLAP_DAYS
        for before, gone, after in zip(spells, spells[1:], spells[2:], strict=False)
    )
