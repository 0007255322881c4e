"""Chunks of a run: claimed with a lease and a fence, finished once, given up after five tries.

Times are the database's own (`now()`), so that workers with wrong clocks agree. A lease is kept by
`metrics.nightly.leases` while the work goes on.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from django.conf import settings
from django.db import connection

from metrics.models import Run, RunChunk
from metrics.nightly.waiting import LONGEST

log = logging.getLogger(__name__)
PAUSE = 2.0  # seconds
# a chunk steps aside for a lock until its run is as old as this: twice as long as a night waits for
# an import, since what waited for one may then find the next before it
PATIENT = 2 * LONGEST
# of claims of one chunk: a run that is older, as of a year of past days, has this many all the same
FREE = 100
# a night never waits behind a recalculation; within a kind the older day goes first, because a
# day's bands and carried values rest on the days before
CLAIM = f"""
WITH next AS (
    SELECT c.id
    FROM metrics_runchunk c JOIN metrics_run r ON r.id = c.run_id
    WHERE r.state IN ('new', 'running') AND c.attempts < {RunChunk.MAX_ATTEMPTS}
      AND (c.state = 'new' OR (c.state = 'leased' AND c.lease_until < now()))
      AND (c.not_before IS NULL OR c.not_before <= now())
      AND (c.kind <> 'combine' OR NOT EXISTS (
          SELECT 1 FROM metrics_runchunk sums
          WHERE sums.run_id = c.run_id AND sums.kind = 'sum' AND sums.state IN ('new', 'leased')
      ))
      AND (c.kind <> 'show' OR NOT EXISTS (
          SELECT 1 FROM metrics_runchunk scores
          WHERE scores.run_id = c.run_id AND scores.kind = 'score'
            AND scores.state IN ('new', 'leased')
      ))
      AND NOT EXISTS (
          SELECT 1 FROM metrics_run earlier
          WHERE earlier.state IN ('new', 'running') AND earlier.kind = r.kind
            AND earlier.business_day < r.business_day
      )
    ORDER BY (r.kind <> 'nightly'), r.business_day, c.lo
    FOR UPDATE OF c SKIP LOCKED LIMIT 1
)
UPDATE metrics_runchunk c
SET state = 'leased', attempts = c.attempts + 1, fence = c.fence + 1, owner = %s,
    lease_until = now() + %s * interval '1 s', not_before = NULL
FROM next WHERE c.id = next.id
RETURNING c.id, c.run_id, c.kind, c.lo, c.hi, c.fence, c.attempts
"""  # noqa: S608 our own names, values are parameters
FINISH = """
UPDATE metrics_runchunk SET state = 'done', lease_until = NULL
WHERE id = %s AND state = 'leased' AND fence = %s
"""
FAIL = f"""
UPDATE metrics_runchunk
SET state = CASE WHEN attempts >= {RunChunk.MAX_ATTEMPTS} THEN 'dead' ELSE 'new' END,
    last_error = %s, lease_until = NULL, not_before = now() + attempts * attempts * interval '1 s'
WHERE id = %s AND state = 'leased' AND fence = %s
RETURNING state
"""  # noqa: S608 our own names, values are parameters
PUT_BACK = """
UPDATE metrics_runchunk
SET state = 'new', attempts = attempts - 1, lease_until = NULL,
    not_before = now() + %s * interval '1 s'
WHERE id = %s AND state = 'leased' AND fence = %s
"""
# a run only grows older and a fence higher, so that nobody steps aside for ever
STEP_ASIDE = f"""
UPDATE metrics_runchunk c
SET state = 'new', attempts = c.attempts - 1, last_error = %s, lease_until = NULL,
    not_before = now() + least(c.fence, 30) * interval '1 s'
FROM metrics_run r
WHERE c.id = %s AND c.state = 'leased' AND c.fence = %s AND r.id = c.run_id
  AND (c.fence < {FREE} OR r.created_at > now() - %s * interval '1 s')
"""  # noqa: S608 our own names, values are parameters
# a worker that dies leaves its chunk leased; once the attempts are used up nobody claims it again
BURY = f"""
UPDATE metrics_runchunk
SET state = 'dead',
    last_error = CASE last_error WHEN '' THEN 'the worker stopped without a word'
                                 ELSE last_error END
WHERE state = 'leased' AND lease_until < now() AND attempts >= {RunChunk.MAX_ATTEMPTS}
RETURNING run_id, id, owner, last_error
"""  # noqa: S608 our own names, values are parameters


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A chunk that this worker may do until its lease ends."""

    chunk_id: int
    run: Run
    kind: str
    lo: int
    hi: int
    fence: int
    attempts: int


class LeaseLost(Exception):
    """Another worker has claimed the chunk since; what this one made must not be stored."""


def claim(owner: str) -> Claim | None:
    """The next chunk to do, or None. The attempt is counted before the work begins."""
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [owner[:200], settings.LEASE_SECONDS])
        row = cursor.fetchone()
    if row is None:
        return None
    chunk_id, run_id, kind, lo, hi, fence, attempts = row
    run = Run.objects.select_related("scorecard").get(pk=run_id)
    return Claim(
        chunk_id=chunk_id, run=run, kind=kind, lo=lo, hi=hi, fence=fence, attempts=attempts
    )


def finish(chunk: Claim) -> None:
    """Marks the chunk done; call it inside the transaction that stores the results.

    Raises LeaseLost, and so rolls the transaction back, where the fence is not ours any more.
    """
    with connection.cursor() as cursor:
        cursor.execute(FINISH, [chunk.chunk_id, chunk.fence])
        if cursor.rowcount != 1:
            raise LeaseLost


def fail(chunk: Claim, error: str) -> None:
    """Stores why; the chunk is tried again after a pause, or is dead after the last attempt."""
    with connection.cursor() as cursor:
        cursor.execute(FAIL, [error[:10_000], chunk.chunk_id, chunk.fence])
        row = cursor.fetchone()
    if row == (RunChunk.State.DEAD.value,):
        log.error("run %s chunk %s is given up: %s", chunk.run.pk, chunk.chunk_id, error)


def put_back(chunk: Claim, *, pause: float = PAUSE) -> None:
    """Its time has not come, or it is done in part: it may be claimed again after a pause, and has
    lost no attempt.
    """
    with connection.cursor() as cursor:
        cursor.execute(PUT_BACK, [pause, chunk.chunk_id, chunk.fence])


def step_aside(chunk: Claim, error: str) -> bool:
    """Somebody else held what it needed: it may be claimed again after a pause that grows, and has
    lost no attempt. False where it has stepped aside for too long: that is a failure like others.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            STEP_ASIDE, [error[:10_000], chunk.chunk_id, chunk.fence, PATIENT.total_seconds()]
        )
        return bool(cursor.rowcount == 1)


def bury() -> int:
    """Chunks whose last attempt ended without a word are dead; how many there were."""
    with connection.cursor() as cursor:
        cursor.execute(BURY)
        buried = cursor.fetchall()
    for run_id, chunk_id, owner, error in buried:
        log.error("run %s chunk %s is given up: %s (%s)", run_id, chunk_id, error, owner)
    return len(buried)
