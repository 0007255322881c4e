"""Publishing: one step that makes a whole night visible, or none of it."""

from __future__ import annotations

import datetime as dt
import logging

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from metrics.alerts import owe
from metrics.failpoints import failpoint
from metrics.models import Run, RunChunk
from metrics.models.runs import RunQuerySet
from metrics.nightly.current import prune_current, write_current
from metrics.nightly.show import is_newest, is_shown
from metrics.nightly.spread import write_spread

log = logging.getLogger(__name__)
PUBLISHING = 48_720  # advisory lock: one at a time, released with the transaction
LONGEST_PAUSE = 300.0  # seconds
COUNTS = """
SELECT count(*), count(score) FROM metrics_snapshot WHERE day = %s AND run_id = %s
"""


def publish(run: Run) -> bool:
    """Closes a run whose chunks are all done or dead, and moves the pointer to it.

    Whoever finishes last calls this, and so does every tick: a lock and the conditional update let
    exactly one of them through. False where another was faster, a chunk is still open, or the run
    was given up: a night that cannot be published must not hold up those after it.
    """
    if not _count_attempt(run):
        return False
    failpoint("before_finalise")
    with transaction.atomic():
        if not (_alone() and _close(run)):
            return False
        run.refresh_from_db()
        if run.state == Run.State.FAILED or _is_better_shown(run):
            return True
        newest = is_newest(run)
        if newest:
            prune_current(keep=run)
            if not is_shown(run):
                write_current(run)
            failpoint("mid_finalise")
            write_spread(run)
        Run.objects.published().filter(business_day=run.business_day).update(is_published=False)
        Run.objects.filter(pk=run.pk).update(is_published=True)
        _mark_rows(stale=not newest)
        owe(run)
    failpoint("after_publish")
    return True


def refresh_latest() -> None:
    """Rewrites the portfolio's rows once the last recalculation of past days is in.

    Changes, sparklines and momentum of the newest night rest on the days before it. The mark goes
    with the rewriting: whoever dies in it, or cannot do it now, leaves it to a later tick, after
    pauses that grow as those of publishing do. It is never given up, for nothing waits behind it;
    after some tries /readyz says so.
    """
    waiting = Run.objects.open().filter(kind=Run.Kind.RECALCULATION)
    if not _rested().filter(are_rows_stale=True).exists() or waiting.exists():
        return
    if not _count_rewriting():
        return
    with transaction.atomic():
        if _alone() and (latest := Run.objects.latest_published()):
            write_current(latest)
            _mark_rows(stale=False)


def _rested() -> RunQuerySet:
    return Run.objects.filter(Q(publish_after=None) | Q(publish_after__lte=Now()))


def _count_rewriting() -> bool:
    """As with publishing, before the work; false where somebody else is at it."""
    with transaction.atomic():
        stale = _rested().filter(are_rows_stale=True).first() if _alone() else None
        if stale is None:
            return False
        _note(stale, attempts=min(stale.publishing + 1, Run.MAX_PUBLISHING))
        return True


def _note(run: Run, *, attempts: int) -> None:
    Run.objects.filter(pk=run.pk).update(
        publishing=attempts, publish_after=Now() + pause_after(attempts)
    )


def _mark_rows(*, stale: bool) -> None:
    """`stale`: the newest night's rows are to be rewritten, and tries before count no more."""
    Run.objects.filter(are_rows_stale=True).update(are_rows_stale=False)
    latest = Run.objects.latest_published()
    if stale and latest:
        Run.objects.filter(pk=latest.pk).update(
            are_rows_stale=True, publishing=0, publish_after=None
        )


def _is_better_shown(run: Run) -> bool:
    """Whether accounts are missing that the revision has which is shown: that one stays, and the
    run, which can be read by its revision, says so.
    """
    shown = Run.objects.of_day(run.business_day)
    if run.state != Run.State.PARTIAL or not shown:
        return False
    if shown.state == Run.State.COMPLETE:
        why = "is complete"
    elif run.accounts < shown.accounts:
        why = "has more accounts"
    else:
        return False
    run.reason = f"{run.reason}; not shown, revision {shown.revision} {why}".lstrip("; ")
    run.save(update_fields=["reason"])
    prune_current(keep=shown)
    return True


def _alone() -> bool:
    """Whether nobody else publishes; nobody waits, for the next tick comes by anyway."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, 0)", [PUBLISHING])
        free: bool = cursor.fetchone()[0]
    return free


def _count_attempt(run: Run) -> bool:
    """Counts before the work, as with chunks; after MAX_PUBLISHING the run has failed."""
    with transaction.atomic():
        # asked once: a pause that ends between two questions would look like the last attempt
        own = _rested().open().filter(pk=run.pk).first() if _alone() else None
        if own is None:
            return False
        if own.publishing < Run.MAX_PUBLISHING:
            _note(own, attempts=own.publishing + 1)
            return True
        Run.objects.filter(pk=run.pk).update(state=Run.State.FAILED, finished_at=Now())
        log.error("run %s could not be published and is given up", run.pk)
    return False


def pause_after(attempts: int) -> dt.timedelta:
    """Half an hour in all, so that a lock that passes fails no night. The first attempts follow at
    once: they are those of several workers who finish together.
    """
    seconds = min(2.0 ** (attempts - 7), LONGEST_PAUSE) if attempts > 3 else 0.0
    return dt.timedelta(seconds=seconds)


def _close(run: Run) -> bool:
    unfinished = RunChunk.objects.filter(
        run=OuterRef("pk"), state__in=[RunChunk.State.NEW, RunChunk.State.LEASED]
    )
    with connection.cursor() as cursor:
        cursor.execute(COUNTS, [run.business_day, run.pk])
        accounts, scored = cursor.fetchone()
    closed = (
        Run.objects.filter(pk=run.pk, state__in=Run.OPEN_STATES)
        .filter(~Exists(unfinished))
        .update(
            state=_outcome(run),
            finished_at=Now(),  # of one clock: what was shown before or after is asked
            accounts=accounts,
            scored=scored,
            grey=accounts - scored,
        )
    )
    return closed == 1


def _outcome(run: Run) -> Run.State:
    """Failed where no account could be scored: a portfolio that is empty helps nobody."""
    ended = set(run.chunks.values_list("kind", "state"))
    lost = {kind for kind, state in ended if state == RunChunk.State.DEAD}
    nobody = RunChunk.Kind.SCORE in lost and (RunChunk.Kind.SCORE, RunChunk.State.DONE) not in ended
    if nobody or lost & {RunChunk.Kind.PREPARE, RunChunk.Kind.COMBINE}:
        return Run.State.FAILED
    return Run.State.PARTIAL if lost else Run.State.COMPLETE
