"""The first pass of a run: what depends on the whole portfolio, made of sums over ranges.

Each range is a chunk that anybody may do; what it found waits in the ledger. One more chunk, which
cannot be claimed while a sum is open, adds them up and cuts the chunks of the second pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction

from metrics.failpoints import failpoint
from metrics.frames import read_frames
from metrics.models import ChunkSums, Run, RunChunk
from metrics.nightly.chunks import Claim, finish, put_back
from metrics.nightly.nights import published_nights
from metrics.nightly.prepare import EVERY_ACCOUNT, window_of
from metrics.nightly.store import ensure_partition
from metrics.rollups import refresh_some
from metrics.signals.base import Portfolio
from metrics.signals.portfolio import combine, from_json, sample, to_json
from metrics.signals.sums import pack, unpack

ROLLUP_SECONDS = 10.0
# medians of what was measured (not carried) in the night before, by place
MEDIANS = """
SELECT slot.place, percentile_cont(0.5) WITHIN GROUP (ORDER BY slot.value)
FROM metrics_snapshot s, unnest(s.points, s.states) WITH ORDINALITY AS slot(value, state, place)
WHERE s.day = %s AND s.run_id = %s AND slot.state = 'OK' AND slot.value IS NOT NULL
  AND s.status <> 'leaving'
GROUP BY slot.place
"""


class NothingFoundError(Exception):
    """No chunk of the first pass could be done: nothing is known of the portfolio."""


def sum_up(chunk: Claim) -> None:
    """Rolls up the range's dirty days, and keeps its sums in the ledger.

    After a large import the days alone take longer than a lease should: then the chunk is put back,
    and whoever claims it next goes on with the days that are left.
    """
    if not roll_up(chunk):
        put_back(chunk, pause=0)
        return
    frames = read_frames(window_of(chunk.run, lo=chunk.lo, hi=chunk.hi), Portfolio())
    body = pack(sample(frames))
    failpoint("mid_compute", key=f"sum-{chunk.lo}")
    with transaction.atomic():
        finish(chunk)
        ChunkSums.objects.update_or_create(chunk_id=chunk.chunk_id, defaults={"body": body})
        failpoint("after_upsert", key=f"sum-{chunk.lo}")
    failpoint("after_commit", key=f"sum-{chunk.lo}")


def roll_up(chunk: Claim) -> bool:
    """The dirty days of the chunk's range; False where some are left for a next turn."""
    return refresh_some(_span(chunk), seconds=ROLLUP_SECONDS, tries=chunk.attempts - 1)


def combine_sums(chunk: Claim) -> None:
    """Stores the portfolio's inputs with the run and which nights before it rests on, and cuts the
    chunks in which it is scored.

    A range whose sums could not be made teaches the portfolio nothing; it is scored all the same.
    Raises NothingFoundError where that is so for all of them.
    """
    run = chunk.run
    ranges = list(run.chunks.filter(kind=RunChunk.Kind.SUM).order_by("lo"))
    nights = published_nights(run)
    portfolio = portfolio_inputs(run, nights)
    failpoint("mid_compute", key="combine")
    with transaction.atomic():
        finish(chunk)
        ensure_partition(run.business_day)
        RunChunk.objects.bulk_create(
            [
                RunChunk(run=run, kind=kind, lo=found.lo, hi=found.hi, accounts=found.accounts)
                for kind in (RunChunk.Kind.SCORE, RunChunk.Kind.SHOW)
                for found in ranges
                if found.accounts
            ]
        )
        Run.objects.filter(pk=run.pk).update(
            portfolio=portfolio, past=[night.pk for night in nights]
        )
        ChunkSums.objects.filter(chunk__run=run).delete()
        failpoint("after_upsert", key="combine")
    failpoint("after_commit", key="combine")


def portfolio_inputs(run: Run, nights: Sequence[Run]) -> dict[str, Any]:
    """Season index, priors, medians, zone as JSON; always added up in the same order. `nights`:
    those before, the newest first.
    """
    found = ChunkSums.objects.filter(chunk__run=run).order_by("chunk__lo")
    sums = [unpack(bytes(body)) for body in found.values_list("body", flat=True)]
    if not sums:
        raise NothingFoundError
    inputs = combine(
        sums,
        day=run.business_day,
        median_points=_medians(nights),
        tenant=from_json(run.portfolio or {}).tenant,
    )
    return to_json(inputs) | {"zone": run.zone}


def _span(chunk: Claim) -> range:
    """The chunk's range; the first and the last one have the accounts before and behind them too,
    which are no customers yet, or not any more.
    """
    others = chunk.run.chunks.filter(kind=RunChunk.Kind.SUM)
    is_first = not others.filter(lo__lt=chunk.lo).exists()
    is_last = not others.filter(lo__gt=chunk.lo).exists()
    return range(0 if is_first else chunk.lo, EVERY_ACCOUNT if is_last else chunk.hi)


def _medians(nights: Sequence[Run]) -> dict[str, float]:
    """Of the night before; a signal that it measured nowhere, because the source is lost for
    everybody, keeps the last median that there was.
    """
    if not nights:
        return {}
    before = nights[0]
    with connection.cursor() as cursor:
        cursor.execute(MEDIANS, [before.business_day, before.pk])
        measured = {f"S{place:02d}": median for place, median in cursor.fetchall()}
    return {**(before.portfolio or {}).get("median_points", {}), **measured}
