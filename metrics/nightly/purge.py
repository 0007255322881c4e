"""What is kept for how long: once a day, what is older goes, a little at a time.

A run goes together with its snapshots. Facts stay: a past day is made again from them. So does the
history of flags, to which rows are only ever added, and the counts of a batch when the rows that it
refused are gone.
"""

from __future__ import annotations

import datetime as dt
import logging
import re

from django.contrib.sessions.models import Session
from django.db import OperationalError, connection

from metrics.models import AlertMail, Batch, HookDelivery, KeptReply, Reject, Replaced, Run
from metrics.models.replies import KEPT_REPLIES
from metrics.nightly.store import ensure_partition

log = logging.getLogger(__name__)

KEPT_SCORES_MONTHS = 36
KEPT_REJECTS = dt.timedelta(days=90)
KEPT_UNDO = dt.timedelta(days=90)
KEPT_MAILS = dt.timedelta(days=90)
KEPT_DELIVERIES = dt.timedelta(days=7)  # senders of webhooks try for days
AHEAD = dt.timedelta(days=10)
SLICE = 5_000  # rows in one transaction
# one on its way out comes first: no other can go before it
PARTITIONS = """
SELECT c.relname, i.inhdetachpending
FROM pg_class c LEFT JOIN pg_inherits i ON i.inhrelid = c.oid
WHERE c.relkind = 'r' AND c.relname LIKE 'metrics_snapshot_%'
    AND pg_table_is_visible(c.oid)
ORDER BY i.inhdetachpending IS TRUE DESC, c.relname
"""
NAME = re.compile(r"metrics_snapshot_(\d{4})_(\d{2})")


def purge(now: dt.datetime) -> dict[str, int]:
    """How many of each went: months of scores, refused rows, rows kept for an undo, sessions,
    answers kept for who asks again, ids of webhooks' deliveries,
    notes of mails.

    What comes has its place before: the partition of the days ahead.
    """
    ensure_partition(now.date() + AHEAD)
    sessions, _ = Session.objects.filter(expire_date__lt=now).delete()
    mails, _ = AlertMail.objects.filter(asked_at__lt=now - KEPT_MAILS).delete()
    replies, _ = KeptReply.objects.filter(kept_at__lt=now - KEPT_REPLIES).delete()
    return {
        "months": _drop_months(now.date()),
        "rejects": _drop_rejects(now - KEPT_REJECTS),
        "replaced": _drop_undo(now - KEPT_UNDO),
        "deliveries": _drop_deliveries(now - KEPT_DELIVERIES),
        "sessions": sessions,
        "replies": replies,
        "mails": mails,
    }


def _drop_months(today: dt.date) -> int:
    """Whole partitions: no row is looked at. Where somebody reads them for long, as a backup does,
    the next day goes on.
    """
    oldest = today.year * 12 + today.month - 1 - KEPT_SCORES_MONTHS
    with connection.cursor() as cursor:
        cursor.execute(PARTITIONS)
        partitions = cursor.fetchall()
    dropped = 0
    for name, is_pending in partitions:
        found = NAME.fullmatch(name)
        if found and int(found[1]) * 12 + int(found[2]) - 1 < oldest:
            try:
                _drop_month(name, dt.date(int(found[1]), int(found[2]), 1), is_pending=is_pending)
            except OperationalError as error:
                log.info("%s is still read, it goes another day: %s", name, error)
                break
            dropped += 1
    return dropped


def _drop_month(name: str, first: dt.date, *, is_pending: bool | None) -> None:
    """`is_pending`: whether it is already on its way out of the table; None where it is out.

    Nobody stands behind one that waits: until the last step no lock keeps readers or writers of the
    table away, and with the last step nobody knows the partition any more.
    """
    after = (first + dt.timedelta(days=32)).replace(day=1)
    Run.objects.filter(business_day__gte=first, business_day__lt=after).delete()
    with connection.cursor() as cursor:
        if is_pending is not None:
            how = "FINALIZE" if is_pending else "CONCURRENTLY"
            cursor.execute(f"ALTER TABLE metrics_snapshot DETACH PARTITION {name} {how}")
        cursor.execute(f"DROP TABLE {name}")  # a name that NAME has matched


def _drop_rejects(before: dt.datetime) -> int:
    """Raw rows hold what customers sent, people's names too."""
    old = Reject.objects.filter(batch__finished_at__lt=before).order_by("pk")
    gone = 0
    while found := list(old.values_list("pk", flat=True)[:SLICE]):
        gone += Reject.objects.filter(pk__in=found).delete()[0]
    return gone


def _drop_deliveries(before: dt.datetime) -> int:
    """Facts stay, and know their own ids."""
    old = HookDelivery.objects.filter(received_at__lt=before).order_by("pk")
    gone = 0
    while found := list(old.values_list("pk", flat=True)[:SLICE]):
        gone += HookDelivery.objects.filter(pk__in=found).delete()[0]
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
