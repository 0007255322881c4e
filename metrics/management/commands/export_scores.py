"""Writes the scores of a day as CSV to standard output."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction

from metrics.models import Run
from metrics.signals.base import SLOTS

COLUMNS = (
    "account_external_id",
    "day",
    "score",
    "raw_score",
    "band",
    "stage",
    "coverage",
    "confidence",
    "momentum",
    "caps",
    "flags",
    "scorecard",
)
# caps that hold, binding or not; open flags
ROWS = """
SELECT a.external_id, s.day, s.score, s.raw_score, s.band, s.stage, s.coverage, s.confidence,
       s.momentum,
       (SELECT coalesce(string_agg(cap->>'rule', ' ' ORDER BY place), '')
        FROM jsonb_array_elements(s.caps) WITH ORDINALITY AS c(cap, place)
        WHERE cap->>'cap' IS NOT NULL),
       (SELECT coalesce(string_agg(flag->>'rule', ' ' ORDER BY place), '')
        FROM jsonb_array_elements(s.flags) WITH ORDINALITY AS f(flag, place)
        WHERE flag->>'state' = 'open'),
       CASE k.line WHEN 'default' THEN '' ELSE k.line || ' ' END || 'v' || k.version,
       s.raw, s.points, s.states
FROM metrics_snapshot s
JOIN accounts_account a ON a.id = s.account_id
JOIN metrics_scorecard k ON k.id = s.scorecard_id
WHERE s.day = %s AND s.run_id = %s ORDER BY a.external_id
"""


class Command(BaseCommand):
    """One line per account of the published run of the day, or of another revision of it; empty =
    no value.
    """

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--day", type=dt.date.fromisoformat, required=True)
        parser.add_argument("--revision", type=int, help="default: the published one")
        parser.add_argument("--signals", action="store_true", help="raw, points, state of each")

    def handle(self, *args: Any, **options: Any) -> None:
        day, revision = options["day"], options["revision"]
        run = Run.objects.of_day(day, revision=revision)
        if run is None:
            raise CommandError(no_run(day, revision))
        signals = bool(options["signals"])
        writer = csv.writer(self.stdout, lineterminator="\n")
        writer.writerow([*COLUMNS, *(_signal_columns() if signals else ())])
        for row in _rows(run):
            writer.writerow([*row[:12], *(_signal_values(*row[12:]) if signals else ())])


def no_run(day: dt.date, revision: int | None) -> str:
    """Why there is nothing to show."""
    if revision is None:
        return f"no run of {day} is published"
    stored = Run.objects.filter(business_day=day, state__in=Run.STORED_STATES)
    known = ", ".join(str(number) for number in sorted(stored.values_list("revision", flat=True)))
    return f"no revision {revision} of {day} is stored; there is {known or 'none'}"


def _signal_columns() -> Iterator[str]:
    for slot in range(SLOTS):
        yield from (f"S{slot + 1:02d}_{part}" for part in ("raw", "points", "state"))


def _signal_values(raw: list[Any], points: list[Any], states: list[Any]) -> Iterator[Any]:
    for slot in range(SLOTS):
        yield from (raw[slot], points[slot], states[slot])


def _rows(run: Run) -> Iterator[tuple[Any, ...]]:
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(ROWS, [run.business_day, run.pk])
        yield from cursor
