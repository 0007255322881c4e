"""A run's first chunk: what depends on the whole portfolio, and the cut into chunks."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Organisation
from metrics.failpoints import failpoint
from metrics.frames import Window, read_account_ids, read_frames
from metrics.models import Run, RunChunk
from metrics.nightly.chunks import Claim, finish
from metrics.nightly.store import ensure_partition, published_run
from metrics.rollups import refresh
from metrics.signals.base import Cadence, Portfolio, Tenant
from metrics.signals.portfolio import combine, from_json, sample, to_json

EVERY_ACCOUNT = 2**63 - 1
# medians of what was measured (not carried) in the night before, by place
MEDIANS = """
SELECT slot.place, percentile_cont(0.5) WITHIN GROUP (ORDER BY slot.value)
FROM metrics_snapshot s, unnest(s.points, s.states) WITH ORDINALITY AS slot(value, state, place)
WHERE s.day = %s AND s.run_id = %s AND slot.state = 'OK' AND slot.value IS NOT NULL
  AND s.status <> 'leaving'
GROUP BY slot.place
"""


def prepare(chunk: Claim) -> None:
    """Rolls up what is dirty, stores the portfolio's inputs with the run, cuts the chunks."""
    run = chunk.run
    Run.objects.filter(pk=run.pk, started_at=None).update(started_at=timezone.now())
    refresh()
    ranges = account_ranges(run)
    portfolio = portfolio_inputs(run, ranges)
    failpoint("mid_compute", key="prepare")
    with transaction.atomic():
        finish(chunk)
        ensure_partition(run.business_day)
        RunChunk.objects.bulk_create(
            [RunChunk(run=run, lo=lo, hi=hi, accounts=count) for lo, hi, count in ranges]
        )
        Run.objects.filter(pk=run.pk).update(state=Run.State.RUNNING, portfolio=portfolio)
        failpoint("after_upsert", key="prepare")
    failpoint("after_commit", key="prepare")


def account_ranges(run: Run) -> list[tuple[int, int, int]]:
    """Half-open ranges of account ids with at most CHUNK_ACCOUNTS to be scored each."""
    size: int = settings.CHUNK_ACCOUNTS
    ids = read_account_ids(window_of(run, lo=0, hi=EVERY_ACCOUNT))
    firsts = ids[::size]
    ends = [*firsts[1:], ids[-1] + 1] if ids else []
    sizes = [len(ids[i : i + size]) for i in range(0, len(ids), size)]
    return list(zip(firsts, ends, sizes, strict=True))


def portfolio_inputs(run: Run, ranges: list[tuple[int, int, int]]) -> dict[str, Any]:
    """Season index, priors, medians, zone as JSON; memory follows one chunk, not the portfolio."""
    samples = [
        sample(read_frames(window_of(run, lo=lo, hi=hi), Portfolio())) for lo, hi, _ in ranges
    ]
    # a night that is made once more as it was keeps what was said then
    said = from_json(run.portfolio).tenant if run.portfolio else tenant()
    inputs = combine(samples, day=run.business_day, median_points=_medians(run), tenant=said)
    return to_json(inputs) | {"zone": run.zone}


def tenant() -> Tenant:
    """What the organisation says of itself today; the run keeps it."""
    said = Organisation.current()
    return Tenant(
        cadence=Cadence(said.cadence),
        value_days=said.value_days,
        depth_reference=said.depth_reference,
        answer_hours=said.answer_hours,
        chat_hours=said.chat_minutes / 60,
        call_hours=said.call_seconds / 3600,
    )


def window_of(run: Run, *, lo: int, hi: int) -> Window:
    """What the run may see of a range of accounts."""
    return Window(
        day=run.business_day,
        cutoff=run.data_cutoff,
        zone=run.zone,
        lo=lo,
        hi=hi,
    )


def _medians(run: Run) -> dict[str, float]:
    """Of the night before; a signal that it measured nowhere, because the source is lost for
    everybody, keeps the last median that there was.
    """
    before = published_run(before=run.business_day)
    if before is None:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(MEDIANS, [before.business_day, before.pk])
        measured = {f"S{place:02d}": median for place, median in cursor.fetchall()}
    return {**(before.portfolio or {}).get("median_points", {}), **measured}
