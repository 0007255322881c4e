"""One chunk of a night: read, measure once, score under every scorecard, store."""

from __future__ import annotations

import numpy as np
from django.db import transaction

from metrics.failpoints import failpoint
from metrics.frames import read_frames
from metrics.models import Run, RunChunk
from metrics.nightly.chunks import Claim, finish, put_back
from metrics.nightly.first_pass import roll_up
from metrics.nightly.history import write_flag_changes
from metrics.nightly.night import Past, score_frames
from metrics.nightly.nights import half_year_before, nights_before
from metrics.nightly.policy import configs_of, scorecards_of
from metrics.nightly.prepare import window_of
from metrics.nightly.rows import rows
from metrics.nightly.store import read_before, read_history, read_scores, write_snapshots
from metrics.scoring.assign import which
from metrics.scoring.trend import LONG_DAYS
from metrics.signals.base import Frames
from metrics.signals.evaluate import measure
from metrics.signals.portfolio import from_json


def score_chunk(chunk: Claim) -> None:
    """Computes outside any transaction, stores in one short one, if the lease still holds."""
    run = chunk.run
    if _is_stale(chunk) and not roll_up(chunk):
        put_back(chunk, pause=0)
        return
    frames = read_frames(window_of(run, lo=chunk.lo, hi=chunk.hi), from_json(run.portfolio or {}))
    past = _past(run, frames, chunk)
    tables = measure(frames)
    failpoint("mid_compute", key=chunk.lo)
    configs = configs_of(run)
    chosen = which(frames.accounts["segment"].tolist(), frames.accounts["plan"].tolist(), configs)
    nights = [
        (
            np.flatnonzero(chosen == place),
            score_frames(frames, config, past, scorecard_id=card.pk, tables=tables),
        )
        for place, (card, config) in enumerate(zip(scorecards_of(run), configs, strict=True))
        if (chosen == place).any()
    ]
    with transaction.atomic():
        finish(chunk)
        write_snapshots(rows(run, night, own) for own, night in nights)
        for own, night in nights:
            write_flag_changes(run, night, own)
        failpoint("after_upsert", key=chunk.lo)
    failpoint("after_commit", key=chunk.lo)


def _is_stale(chunk: Claim) -> bool:
    """Whether the first pass gave the range up, and may have left its dirty days."""
    sums = chunk.run.chunks.filter(kind=RunChunk.Kind.SUM, lo=chunk.lo)
    return sums.filter(state=RunChunk.State.DEAD).exists()


def _past(run: Run, frames: Frames, chunk: Claim) -> Past:
    """What the nights before the run's day say of the chunk's accounts."""
    nights, span = nights_before(run), {"lo": chunk.lo, "hi": chunk.hi}
    ids = frames.accounts["account_id"].to_numpy()
    scores, cards = read_history(nights, ids, until=run.business_day, days=LONG_DAYS - 1, **span)
    return Past(
        before=read_before(nights, ids, **span),
        scores=scores,
        cards=cards,
        half_year_ago=read_scores(half_year_before(run, nights), **span),
    )
