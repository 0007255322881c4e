"""All signals over all accounts of a chunk, and the policy for what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from accounts.stages import stage_mix
from metrics.scoring.config import ScorecardConfig
from metrics.scoring.curves import Curve
from metrics.signals.base import (
    SLOTS,
    Bools,
    Cadence,
    Floats,
    Frames,
    Signal,
    Stage,
    State,
)
from metrics.signals.catalogue import SIGNALS
from metrics.signals.outages import Outage, outage

NO_DAY = np.datetime64("NaT", "D")
Days = npt.NDArray[np.datetime64]
VALUES = ("raw", "n", "part", "whole")


@dataclass(frozen=True, kw_only=True)
class Previous:
    """What the night before knew of each signal, [A, 24] each: points and the day they were
    measured, and the values behind them; NaN, NaT: nothing.
    """

    points: Floats
    as_of: Days
    raw: Floats
    n: Floats
    part: Floats
    whole: Floats

    @classmethod
    def nothing(cls, accounts: int) -> Previous:
        """No day before."""
        shape = (accounts, SLOTS)
        return cls(
            points=np.full(shape, np.nan),
            as_of=np.full(shape, NO_DAY, dtype="datetime64[D]"),
            **{name: np.full(shape, np.nan) for name in VALUES},
        )


@dataclass(frozen=True, kw_only=True)
class Evaluated:
    """Everything measured, [A, 24] each. `points` is what counts (carried and frozen values
    included, NaN: nothing); `counted` is true where there were data, for coverage; `carried` where
    raw, n, part and whole are those of an earlier night.
    """

    raw: Floats
    n: Floats
    part: Floats
    whole: Floats
    state: npt.NDArray[np.object_]
    points: Floats
    as_of: Days
    counted: Bools
    carried: Bools
    details: list[dict[str, Any]]


Tables = Mapping[str, pd.DataFrame]


def measure(frames: Frames) -> Tables:
    """What every signal found, by code: the same whatever the scorecard."""
    return {signal.code: signal.raw(frames) for signal in SIGNALS}


def evaluate(
    frames: Frames, config: ScorecardConfig, previous: Previous, *, tables: Tables | None = None
) -> Evaluated:
    """Measures each signal, turns it into points, and applies the state of its sources:

    not bought, not connected, or a stage that the signal is not for: NOT_APPLICABLE, left out.
    Late for up to 14 days: STALE, the last value is carried. Broken, or late for longer: BROKEN,
    frozen at the lower of the last value and the portfolio's median. Facts that did arrive count
    where they are worse, so that losing a source never raises a score. A usage source that has
    gone silent has none: its empty windows would turn missing into zero, and count only where
    there is no last value; so do those of one that is back and owes most of four weeks, STALE until
    it has been heard of for long enough. BROKEN without any of them is left out.

    tables: what `measure` found, where several scorecards share it.
    """
    found = measure(frames) if tables is None else tables
    shape = (len(frames.accounts), SLOTS)
    out = Evaluated(
        **{name: np.full(shape, np.nan) for name in (*VALUES, "points")},
        state=np.full(shape, State.NOT_APPLICABLE.value, dtype=object),
        as_of=np.full(shape, NO_DAY, dtype="datetime64[D]"),
        counted=np.zeros(shape, dtype=bool),
        carried=np.zeros(shape, dtype=bool),
        details=[{} for _ in range(shape[0])],
    )
    membership = stage_membership(stage_mix(frames.accounts["age_days"].to_numpy()))
    for signal in SIGNALS:
        curve = curve_for(signal, config, frames.portfolio.tenant.cadence)
        last = _last_points(signal, curve, previous)
        lost = outage(frames, signal.needs, signal.uses, may_wait=~np.isnan(last))
        applies = ~lost.missing & (membership[:, signal.slot] > 0)
        arrived = curve(found[signal.code]["raw"].to_numpy(dtype=np.float64))
        arrived = np.where(applies, arrived, np.nan)
        _fill_points(out, signal, arrived, last, lost, frames, previous)
        _fill_values(out, signal, found[signal.code], lost, previous)
        _leave_out(out, signal, ~applies)
        for row, detail in enumerate(found[signal.code]["detail"]):
            if detail and applies[row] and not out.carried[row, signal.slot]:
                out.details[row][signal.code] = dict(detail)
    return out


def _last_points(signal: Signal, curve: Curve, previous: Previous) -> Floats:
    """Points of the night before [A]; where another scorecard's curve made them, no more than this
    one's gives for the same value.
    """
    points, raw = previous.points[:, signal.slot], previous.raw[:, signal.slot]
    return np.where(np.isnan(points), np.nan, np.fmin(points, curve(raw)))


def curve_for(signal: Signal, config: ScorecardConfig, cadence: Cadence) -> Curve:
    """The scorecard's curve; where that is the catalogue's and the product is not for every day,
    the catalogue's curve for that.
    """
    own = config.curves[signal.code]
    return signal.by_cadence.get(cadence, own) if own == signal.curve else own


def for_cadence(config: ScorecardConfig, cadence: Cadence) -> ScorecardConfig:
    """The scorecard with the curves that count where people are expected that often."""
    return replace(config, curves={s.code: curve_for(s, config, cadence) for s in SIGNALS})


def _fill_points(
    out: Evaluated,
    signal: Signal,
    arrived: Floats,
    last: Floats,
    lost: Outage,
    frames: Frames,
    previous: Previous,
) -> None:
    """Points, the day they are of, and whether there were data behind them."""
    slot = signal.slot
    has_last = ~np.isnan(last)
    news = np.where(lost.heard | ~has_last, arrived, np.nan)
    known = np.fmin(last, news)
    # the median alone is no value: a signal that had none would raise a score by breaking
    median = frames.portfolio.median_points.get(signal.code, np.nan)
    frozen = np.where(np.isnan(known), np.nan, np.fmin(known, median))
    points = np.where(lost.broken, frozen, np.where(lost.stale, known, arrived))
    out.carried[:, slot] = has_last & (
        (lost.stale & ~(news < last)) | (lost.broken & np.isnan(news))
    )
    today = np.datetime64(frames.day, "D")
    went = today - lost.days.astype("timedelta64[D]")
    last_day = previous.as_of[:, slot]
    then = np.where(np.isnat(last_day), went, last_day)
    old = lost.broken | (lost.stale & (out.carried[:, slot] | ~has_last))
    out.points[:, slot] = points
    out.as_of[:, slot] = np.where(np.isnan(points), NO_DAY, np.where(old, then, today))
    out.counted[:, slot] = ~np.isnan(points) & ~lost.broken


def _fill_values(
    out: Evaluated, signal: Signal, measured: pd.DataFrame, lost: Outage, previous: Previous
) -> None:
    """State and values: with a carried value stand the facts that it was made of."""
    slot = signal.slot
    state = measured["state"].to_numpy(dtype=object)
    # what does not apply to an account has nothing to lose
    idle = (state == State.NOT_APPLICABLE.value) & np.isnan(out.points[:, slot])
    state = np.where(lost.stale & ~idle, State.STALE.value, state)
    out.state[:, slot] = np.where(lost.broken & ~idle, State.BROKEN.value, state)
    carried = out.carried[:, slot]
    for name in VALUES:
        values = measured[name].to_numpy(dtype=np.float64)
        getattr(out, name)[:, slot] = np.where(carried, getattr(previous, name)[:, slot], values)


def _leave_out(out: Evaluated, signal: Signal, rows: Bools) -> None:
    """No source, or not for this stage: no value of any kind."""
    for name in (*VALUES, "points"):
        getattr(out, name)[rows, signal.slot] = np.nan
    out.state[rows, signal.slot] = State.NOT_APPLICABLE.value
    out.as_of[rows, signal.slot] = NO_DAY
    out.counted[rows, signal.slot] = False
    out.carried[rows, signal.slot] = False


def stage_membership(mix: Floats) -> Floats:
    """Share [A, 24] of an account's stages in which each signal counts; 0 for empty places."""
    order = list(Stage)
    membership = np.zeros((len(mix), SLOTS))
    for signal in SIGNALS:
        columns = [order.index(stage) for stage in signal.stages]
        membership[:, signal.slot] = mix[:, columns].sum(axis=1)
    return membership
