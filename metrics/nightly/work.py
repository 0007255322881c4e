"""What a worker does when it is woken: claim, compute, store, until nothing is left."""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass

from django.db import Error, connection
from django.db.models import Exists, OuterRef
from structlog.contextvars import bound_contextvars

from metrics.failpoints import failpoint
from metrics.ingest.retries import is_locked_out
from metrics.models import Run, RunChunk
from metrics.nightly.chunks import Claim, LeaseLost, bury, claim, fail, put_back, step_aside
from metrics.nightly.first_pass import combine_sums, sum_up
from metrics.nightly.leases import kept
from metrics.nightly.prepare import prepare
from metrics.nightly.publish import publish, refresh_latest
from metrics.nightly.score_chunk import score_chunk
from metrics.nightly.show import show_rows
from metrics.nightly.waiting import imports_before

log = logging.getLogger(__name__)
DO: dict[str, Callable[[Claim], None]] = {
    RunChunk.Kind.PREPARE: prepare,
    RunChunk.Kind.SUM: sum_up,
    RunChunk.Kind.COMBINE: combine_sums,
    RunChunk.Kind.SCORE: score_chunk,
    RunChunk.Kind.SHOW: show_rows,
}
CUTS = (RunChunk.Kind.PREPARE, RunChunk.Kind.COMBINE)  # there are more chunks after them


@dataclass(frozen=True)
class Worked:
    """How many chunks were done, and whether time ended before the chunks did."""

    done: int
    more: bool


def work(owner: str, *, seconds: float, wake: Callable[[], None] | None = None) -> Worked:
    """Does chunks for about `seconds` and publishes runs that became complete.

    Every step may be repeated, by this worker or another. `wake` calls one more worker where there
    is more to do than one can: it calls the next.
    """
    until = time.monotonic() + seconds
    done = 0
    bury()
    publish_finished()
    while time.monotonic() < until:
        failpoint("before_claim")
        chunk = claim(owner)
        if chunk is None:
            return Worked(done, more=False)
        if chunk.kind == RunChunk.Kind.PREPARE and imports_before(chunk.run.data_cutoff):
            put_back(chunk)
            continue
        if wake and not done and _waiting(chunk):
            wake()
        with bound_contextvars(run=chunk.run.pk, chunk=chunk.chunk_id):
            failpoint("after_claim", key=_key(chunk))
            _do(chunk)
        done += 1
        if wake and chunk.kind in CUTS and _waiting(chunk) > 1:
            wake()
        publish_finished()
    return Worked(done, more=True)


def publish_finished() -> None:
    """Publishes each run that has no open chunk left, then rewrites the rows that rest on it. A run
    that cannot be published keeps neither others nor chunks from being done: it is tried again, and
    given up in the end.
    """
    unfinished = RunChunk.objects.filter(
        run=OuterRef("pk"), state__in=[RunChunk.State.NEW, RunChunk.State.LEASED]
    )
    for run in Run.objects.open().filter(~Exists(unfinished)).order_by("business_day"):
        with bound_contextvars(run=run.pk):
            try:
                publish(run)
            except Exception:
                log.exception("run %s could not be published, it is tried again", run.pk)
                mend_connection()
    try:
        refresh_latest()
    except Exception:
        log.exception("the portfolio's rows could not be rewritten, it is tried again")
        mend_connection()


def mend_connection() -> None:
    """After an error: a connection that broke is closed, and the next query makes another."""
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()


def _key(chunk: Claim) -> int | str:
    """What a failpoint calls it: a chunk of scores by its first account alone."""
    if chunk.kind in CUTS:
        return chunk.kind
    return chunk.lo if chunk.kind == RunChunk.Kind.SCORE else f"{chunk.kind}-{chunk.lo}"


def _waiting(chunk: Claim) -> int:
    return chunk.run.chunks.filter(state=RunChunk.State.NEW).count()


def _do(chunk: Claim) -> None:
    try:
        with kept(chunk):
            DO[chunk.kind](chunk)
    except LeaseLost:
        log.warning("run %s chunk %s: lease lost, result dropped", chunk.run.pk, chunk.chunk_id)
    except Exception as error:
        _fail(chunk, error)


def _fail(chunk: Claim, error: Exception) -> None:
    """On a connection that works: what failed may have been the connection itself. Where there is
    no database at all, the lease ends by itself.
    """
    last = traceback.extract_tb(error.__traceback__)[-1]
    text = f"{type(error).__name__}: {error} ({last.name}, line {last.lineno})"
    mend_connection()
    try:
        if is_locked_out(error) and step_aside(chunk, text):
            log.warning("run %s chunk %s steps aside: %s", chunk.run.pk, chunk.chunk_id, text)
            return
        log.error("run %s chunk %s failed", chunk.run.pk, chunk.chunk_id, exc_info=error)
        fail(chunk, text)
    except Error:
        connection.close()
        raise
