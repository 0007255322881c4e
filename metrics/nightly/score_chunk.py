"""One chunk of a night: frames -> signals -> score -> caps -> bands -> cause -> snapshots."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
from django.db import transaction

from accounts.stages import stage_of
from metrics.frames import read_frames
from metrics.models import Run
from metrics.nightly.cause import causes
from metrics.nightly.chunks import Claim, finish
from metrics.nightly.prepare import window_of
from metrics.nightly.rows import Night, rows
from metrics.nightly.store import published_run, read_before, read_scores, write_snapshots
from metrics.scoring import caps
from metrics.scoring.bands import BandState, next_band
from metrics.scoring.config import ScorecardConfig
from metrics.signals.base import Bools, Floats, Frames
from metrics.signals.cap_facts import cap_facts
from metrics.signals.defaults import read_config
from metrics.signals.evaluate import VALUES, Previous, evaluate
from metrics.signals.portfolio import from_json
from metrics.signals.rescore import outer_weights, score_points

MOMENTUM_DAYS = 182  # or up to six days more, where not every night was calculated
MOMENTUM_MIN_AGE = 270


def score_chunk(chunk: Claim) -> None:
    """Computes outside any transaction, stores in one short one, if the lease still holds."""
    run = chunk.run
    config = read_config(run.scorecard.body)
    frames = read_frames(window_of(run, lo=chunk.lo, hi=chunk.hi), from_json(run.portfolio or {}))
    before = read_before(published_run(before=run.business_day), lo=chunk.lo, hi=chunk.hi)
    past = published_run(before=run.business_day - dt.timedelta(days=MOMENTUM_DAYS - 1))
    too_old = past and (run.business_day - past.business_day).days >= MOMENTUM_DAYS + 7
    half_year_ago = read_scores(None if too_old else past, lo=chunk.lo, hi=chunk.hi)
    night = score_frames(run, frames, config, before=before, half_year_ago=half_year_ago)
    with transaction.atomic():
        finish(chunk)
        write_snapshots(rows(run, night))


def score_frames(
    run: Run,
    frames: Frames,
    config: ScorecardConfig,
    *,
    before: pd.DataFrame,
    half_year_ago: pd.DataFrame,
) -> Night:
    """Everything a snapshot holds, for all accounts of the frames. Pure."""
    ids = frames.accounts["account_id"]
    before = before.reindex(ids)
    age = frames.accounts["age_days"].to_numpy()
    measured = evaluate(frames, config, _previous(before))
    scored = score_points(measured.points, counted=measured.counted, age_days=age, config=config)
    facts = cap_facts(
        frames, measured, held=_held(before), has_before=before["day"].notna().to_numpy(dtype=bool)
    )
    capped = caps.apply(scored.score, facts, config.caps)
    final, holds = capped.final, capped.holds
    urgent = np.logical_or.reduce(
        [holds[rule.code] for rule in caps.RULES if rule.at_once and rule.cap is not None]
    )
    bands = _bands(frames.day, final, urgent & (final < scored.score), before, config)
    return Night(
        account_ids=ids.to_numpy(),
        frames=frames,
        measured=measured,
        scored=scored,
        final=final,
        holds=holds,
        bands=bands,
        stages=[stage_of(days) for days in age],
        momentum=_momentum(run, frames, final, half_year_ago.reindex(ids)),
        dimension_weights=outer_weights(age, config),
        causes=causes(frames, measured, scored.weights, bands=[b.band for b in bands], holds=holds),
    )


def _previous(before: pd.DataFrame) -> Previous:
    """Last points, their days and the values behind them, out of the night before."""
    previous = Previous.nothing(len(before))
    stored = np.array([isinstance(points, list) for points in before["points"]], dtype=bool)
    if stored.any():
        previous.as_of[stored] = np.array(before["as_of"][stored].tolist(), dtype="datetime64[D]")
        for name in ("points", *VALUES):
            values = np.array(before[name][stored].tolist(), dtype=np.float64)
            getattr(previous, name)[stored] = values
    return previous


def _held(before: pd.DataFrame) -> dict[str, Bools]:
    """Which rules the snapshot before had, [A] per rule."""
    known = [
        {cap["rule"] for cap in held} if isinstance(held, list) else set()
        for held in before["caps"]
    ]
    return {
        rule.code: np.array([rule.code in held for held in known], dtype=bool)
        for rule in caps.RULES
    }


def _bands(
    day: dt.date, final: Floats, at_once: Bools, before: pd.DataFrame, config: ScorecardConfig
) -> list[BandState]:
    states = []
    for row, score in enumerate(final):
        was = before.iloc[row]
        state = None
        if isinstance(was["band"], str):
            state = BandState(
                day=was["day"],
                band=was["band"],
                pending=was["pending_band"],
                since=was["pending_since"] if was["pending_band"] else None,
                count=int(was["pending_count"]),
            )
        states.append(
            next_band(
                state,
                day=day,
                score=None if np.isnan(score) else float(score),
                at_once=bool(at_once[row]),
                config=config,
            )
        )
    return states


def _momentum(run: Run, frames: Frames, final: Floats, past: pd.DataFrame) -> Floats:
    """S(t) - S(t - 182 d) under one scorecard, for accounts older than 270 days; else NaN."""
    then = pd.to_numeric(past["score"]).to_numpy(dtype=np.float64)
    same = (past["scorecard_id"] == run.scorecard_id).to_numpy(dtype=bool)
    old = frames.accounts["age_days"].to_numpy() > MOMENTUM_MIN_AGE
    return np.where(same & old, final - then, np.nan)
