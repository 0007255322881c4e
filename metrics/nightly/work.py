"""What a worker does when it is woken: claim, compute, store, until nothing is left."""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from metrics.failpoints import failpoint
from metrics.models import Run, RunChunk
from metrics.nightly.chunks import Claim, LeaseLost, bury, claim, fail, put_back
from metrics.nightly.prepare import prepare
from metrics.nightly.publish import publish
from metrics.nightly.score_chunk import score_chunk
from metrics.nightly.waiting import imports_before

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Worked:
    """How many chunks were done, and whether time ended before the chunks did."""

    done: int
    more: bool


def work(owner: str, *, seconds: float, wake: Callable[[], None] | None = None) -> Worked:
    """Does chunks for about `seconds` and publishes runs that became complete.

    Every step may be repeated, by this worker or another. `wake` calls the other workers when a
    run has been cut into several chunks.
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
        failpoint("after_claim", key=_key(chunk))
        _do(chunk)
        done += 1
        if wake and chunk.kind == RunChunk.Kind.PREPARE and _waiting(chunk) > 1:
            wake()
        publish_finished()
    return Worked(done, more=True)


def publish_finished() -> None:
    """Publishes each run that has no open chunk left."""
    unfinished = RunChunk.objects.filter(
        run=OuterRef("pk"), state__in=[RunChunk.State.NEW, RunChunk.State.LEASED]
    )
    for run in Run.objects.open().filter(~Exists(unfinished)).order_by("business_day"):
        publish(run)


def _key(chunk: Claim) -> int | str:
    return "prepare" if chunk.kind == RunChunk.Kind.PREPARE else chunk.lo


def _waiting(chunk: Claim) -> int:
    return chunk.run.chunks.filter(state=RunChunk.State.NEW).count()


def _do(chunk: Claim) -> None:
    try:
        (prepare if chunk.kind == RunChunk.Kind.PREPARE else score_chunk)(chunk)
    except LeaseLost:
        log.warning("run %s chunk %s: lease lost, result dropped", chunk.run.pk, chunk.chunk_id)
    except Exception as error:
        log.exception("run %s chunk %s failed", chunk.run.pk, chunk.chunk_id)
        last = traceback.extract_tb(error.__traceback__)[-1]
        fail(chunk, f"{type(error).__name__}: {error} ({last.name}, line {last.lineno})")
