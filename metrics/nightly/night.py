"""One night of some accounts under one scorecard: measured -> score -> caps -> flags. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from accounts.stages import stage_of
from metrics.nightly.cause import causes
from metrics.nightly.flagging import flag_rows
from metrics.scoring import caps
from metrics.scoring.bands import BandState, next_band
from metrics.scoring.caps import Capped
from metrics.scoring.config import ScorecardConfig
from metrics.scoring.flags import Flag
from metrics.scoring.score import Scored
from metrics.scoring.trend import LONG_DAYS, Trend, direction, trend
from metrics.signals.base import Bools, Floats, Frames
from metrics.signals.cap_facts import cap_facts
from metrics.signals.evaluate import VALUES, Evaluated, Previous, Tables, evaluate
from metrics.signals.rescore import outer_weights, score_points

MOMENTUM_MIN_AGE = 270  # days


@dataclass(frozen=True, kw_only=True)
class Past:
    """What published nights said of A accounts. before: the newest one, one row per account, index
    account_id. scores, cards: final scores and scorecards of the 90 days before [A, 90], oldest
    first. half_year_ago: score and scorecard_id of one night, index account_id.
    """

    before: pd.DataFrame
    scores: Floats
    cards: npt.NDArray[np.int64]
    half_year_ago: pd.DataFrame


@dataclass(frozen=True, kw_only=True)
class Night:
    """Everything computed for A accounts."""

    account_ids: npt.NDArray[np.int64]
    scorecard_id: int
    frames: Frames
    measured: Evaluated
    scored: Scored
    capped: Capped
    bands: list[BandState]
    stages: list[str]
    momentum: Floats
    short: Trend  # over 28 days
    long: Trend  # over 91 days
    direction: list[str]
    flags: list[list[Flag]]
    flags_before: list[list[Flag]]
    dimension_weights: Floats
    causes: list[str]


def score_frames(
    frames: Frames, config: ScorecardConfig, past: Past, *, scorecard_id: int, tables: Tables
) -> Night:
    """Everything a snapshot holds, for all accounts of the frames."""
    ids = frames.accounts["account_id"]
    before = past.before.reindex(ids)
    age = frames.accounts["age_days"].to_numpy()
    measured = evaluate(frames, config, _previous(before), tables=tables)
    scored = score_points(measured.points, counted=measured.counted, age_days=age, config=config)
    facts = cap_facts(
        frames, measured, held=_held(before), has_before=before["day"].notna().to_numpy()
    )
    capped = caps.apply(scored.score, facts, config.caps)
    bands = _bands(frames.day, capped.final, _at_once(scored, capped), before, config)
    momentum = _momentum(frames, capped.final, past.half_year_ago.reindex(ids), scorecard_id)
    history = _history(past, capped.final, scorecard_id)
    short, long = trend(history), trend(history, days=LONG_DAYS)
    flags_before = [_flags(stored) for stored in before["flags"]]
    return Night(
        account_ids=ids.to_numpy(),
        scorecard_id=scorecard_id,
        frames=frames,
        measured=measured,
        scored=scored,
        capped=capped,
        bands=bands,
        stages=[stage_of(days) for days in age],
        momentum=momentum,
        short=short,
        long=long,
        direction=direction(short, long),
        flags=flag_rows(
            frames,
            measured,
            scored,
            capped,
            bands=[state.band for state in bands],
            momentum=momentum,
            falling=short.falling | long.falling,
            before=flags_before,
        ),
        flags_before=flags_before,
        dimension_weights=outer_weights(age, config),
        causes=causes(frames, measured, scored, capped, bands=[state.band for state in bands]),
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


def _held(before: pd.DataFrame) -> Mapping[str, Bools]:
    """Rules that each account's night before had [A] per rule."""
    rules = [
        {cap["rule"] for cap in held} if isinstance(held, list) else set()
        for held in before["caps"]
    ]
    return {
        rule.code: np.array([rule.code in held for held in rules], dtype=bool)
        for rule in caps.RULES
    }


def _at_once(scored: Scored, capped: Capped) -> Bools:
    """Where an urgent cap binds: the band follows without waiting [A]."""
    urgent = [
        capped.holds[rule.code] for rule in caps.RULES if rule.at_once and rule.cap is not None
    ]
    binds: Bools = np.logical_or.reduce(urgent) & (capped.final < scored.score)
    return binds


def _bands(
    day: dt.date, final: Floats, at_once: Bools, before: pd.DataFrame, config: ScorecardConfig
) -> list[BandState]:
    columns = ("day", "band", "pending_band", "pending_since", "pending_count")
    stored = zip(*(before[column] for column in columns), strict=True)
    return [
        next_band(
            _band_state(*was),
            day=day,
            score=None if np.isnan(score) else float(score),
            at_once=bool(urgent),
            config=config,
        )
        for score, urgent, was in zip(final, at_once, stored, strict=True)
    ]


def _band_state(day: Any, band: Any, pending: Any, since: Any, count: Any) -> BandState | None:
    if not isinstance(band, str):
        return None
    return BandState(
        day=day, band=band, pending=pending, since=since if pending else None, count=int(count)
    )


def _momentum(frames: Frames, final: Floats, past: pd.DataFrame, scorecard_id: int) -> Floats:
    """S(t) - S(t - 182 d) under one scorecard, for accounts older than 270 days; else NaN."""
    then = pd.to_numeric(past["score"]).to_numpy(dtype=np.float64)
    same = (past["scorecard_id"] == scorecard_id).to_numpy(dtype=bool)
    old = frames.accounts["age_days"].to_numpy() > MOMENTUM_MIN_AGE
    return np.where(same & old, final - then, np.nan)


def _history(past: Past, final: Floats, scorecard_id: int) -> Floats:
    """Final scores [A, 91] up to tonight's; another scorecard's are no part of a trend."""
    scores = np.where(past.cards == scorecard_id, past.scores, np.nan)
    return np.concatenate([scores, final[:, None]], axis=1)


def _flags(stored: object) -> list[Flag]:
    return [Flag.from_dict(flag) for flag in stored] if isinstance(stored, list) else []
