"""What is kept for how long: once a day, what is older goes, a little at a time.

A run goes together with its snapshots. Facts stay: a past day is made again from them. So does the
history of flags, to which rows are only ever added, and the counts of a batch when the rows that it
refused are gone.
"""

from __future__ import annotations

import datetime as dt
import re

from django.contrib.sessions.models import Session
from django.db import connection, transaction

from metrics.models import Batch, Reject, Replaced, Run

KEPT_SCORES_MONTHS = 36
KEPT_REJECTS = dt.timedelta(days=90)
KEPT_UNDO = dt.timedelta(days=90)
SLICE = 5_000  # rows in one transaction
PARTITIONS = """
SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
WHERE i.inhparent = 'metrics_snapshot'::regclass ORDER BY c.relname
"""
NAME = re.compile(r"metrics_snapshot_(\d{4})_(\d{2})")


def purge(now: dt.datetime) -> dict[str, int]:
    """How many of each went: months of scores, refused rows, rows kept for an undo, sessions."""
    sessions, _ = Session.objects.filter(expire_date__lt=now).delete()
    return {
        "months": _drop_months(now.date()),
        "rejects": _drop_rejects(now - KEPT_REJECTS),
        "replaced": _drop_undo(now - KEPT_UNDO),
        "sessions": sessions,
    }


def _drop_months(today: dt.date) -> int:
    """Whole partitions: no row is looked at."""
    oldest = today.year * 12 + today.month - 1 - KEPT_SCORES_MONTHS
    with connection.cursor() as cursor:
        cursor.execute(PARTITIONS)
        names = [row[0] for row in cursor.fetchall()]
    dropped = 0
    for name in names:
        found = NAME.fullmatch(name)
        if found and int(found[1]) * 12 + int(found[2]) - 1 < oldest:
            _drop_month(name, dt.date(int(found[1]), int(found[2]), 1))
            dropped += 1
    return dropped


def _drop_month(name: str, first: dt.date) -> None:
    after = (first + dt.timedelta(days=32)).replace(day=1)
    runs = Run.objects.filter(business_day__gte=first, business_day__lt=after)
    with transaction.atomic():
        runs.delete()
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE {name}")  # a name that NAME has matched


def _drop_rejects(before: dt.datetime) -> int:
    """Raw rows hold what customers sent, people's names too."""
    old = Reject.objects.filter(batch__finished_at__lt=before).order_by("pk")
    gone = 0
    while found := list(old.values_list("pk", flat=True)[:SLICE]):
        gone += Reject.objects.filter(pk__in=found).delete()[0]
    return gone


def _drop_undo(before: dt.datetime) -> int:
    """An old batch cannot be undone any more, and nothing says what it replaced."""
    Batch.objects.filter(finished_at__lt=before, is_undoable=True, undo_asked_at=None).update(
        is_undoable=False
    )
    old = Batch.objects.filter(is_undoable=False).values("pk")
    gone = 0
    while found := list(
        Replaced.objects.filter(batch_id__in=old)
        .order_by("pk")
        .values_list("pk", flat=True)[:SLICE]
    ):
        gone += Replaced.objects.filter(pk__in=found).delete()[0]
    return gone
