"""All signals over all accounts of a chunk, and the policy for what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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
    Source,
    Stage,
    State,
)
from metrics.signals.catalogue import SIGNALS
from metrics.signals.outages import Outage, outage, usage_speaks

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
    included, NaN: nothing); `counted` is true where there were data, for coverage.
    """

    raw: Floats
    n: Floats
    part: Floats
    whole: Floats
    state: npt.NDArray[np.object_]
    points: Floats
    as_of: Days
    counted: Bools
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
    frozen at the lowest of the last value, the portfolio's median and the value of the facts that
    did arrive, so that losing a source never raises a score. A usage source that has gone silent
    has no facts that arrived: its empty windows would turn missing into zero, and count only where
    there is no last value. BROKEN without any of them is left out.

    tables: what `measure` found, where several scorecards share it.
    """
    found = measure(frames) if tables is None else tables
    shape = (len(frames.accounts), SLOTS)
    out = Evaluated(
        **{name: np.full(shape, np.nan) for name in (*VALUES, "points")},
        state=np.full(shape, State.NOT_APPLICABLE.value, dtype=object),
        as_of=np.full(shape, NO_DAY, dtype="datetime64[D]"),
        counted=np.zeros(shape, dtype=bool),
        details=[{} for _ in range(shape[0])],
    )
    membership = stage_membership(stage_mix(frames.accounts["age_days"].to_numpy()))
    for signal in SIGNALS:
        measured = found[signal.code]
        lost = outage(frames, signal.needs, signal.uses)
        applies = ~lost.missing & (membership[:, signal.slot] > 0)
        heard = usage_speaks(frames) | (Source.USAGE not in signal.needs)
        arrived = curve_for(signal, config, frames.portfolio.tenant.cadence)(
            measured["raw"].to_numpy(dtype=np.float64)
        )
        _fill_points(out, signal, np.where(applies, arrived, np.nan), lost, heard, frames, previous)
        _fill_values(out, signal, measured, lost, heard, previous)
        _leave_out(out, signal, ~applies)
        for row, detail in enumerate(measured["detail"]):
            if detail and applies[row]:
                out.details[row][signal.code] = dict(detail)
    return out


def curve_for(signal: Signal, config: ScorecardConfig, cadence: Cadence) -> Curve:
    """The scorecard's curve; where that is the catalogue's and the product is not for every day,
    the catalogue's curve for that.
    """
    own = config.curves[signal.code]
    return signal.by_cadence.get(cadence, own) if own == signal.curve else own


def _fill_points(
    out: Evaluated,
    signal: Signal,
    arrived: Floats,
    lost: Outage,
    heard: Bools,
    frames: Frames,
    previous: Previous,
) -> None:
    """Points, the day they are of, and whether there were data behind them."""
    slot = signal.slot
    last, last_day = previous.points[:, slot], previous.as_of[:, slot]
    median = frames.portfolio.median_points.get(signal.code, np.nan)
    known = np.fmin(last, np.where(heard | np.isnan(last), arrived, np.nan))
    # the median alone is no value: a signal that had none would raise a score by breaking
    frozen = np.where(np.isnan(known), np.nan, np.fmin(known, median))
    carried = np.where(np.isnan(last), arrived, last)
    points = np.where(lost.broken, frozen, np.where(lost.stale, carried, arrived))
    today = np.datetime64(frames.day, "D")
    went = today - lost.days.astype("timedelta64[D]")
    day = np.where(lost.stale | lost.broken, np.where(np.isnat(last_day), went, last_day), today)
    out.points[:, slot] = points
    out.as_of[:, slot] = np.where(np.isnan(points), NO_DAY, day)
    out.counted[:, slot] = ~np.isnan(points) & ~lost.broken


def _fill_values(
    out: Evaluated,
    signal: Signal,
    measured: pd.DataFrame,
    lost: Outage,
    heard: Bools,
    previous: Previous,
) -> None:
    """State and values: with a carried value stand the facts that it was made of."""
    slot = signal.slot
    state = measured["state"].to_numpy(dtype=object)
    # what does not apply to an account has nothing to lose
    idle = (state == State.NOT_APPLICABLE.value) & np.isnan(out.points[:, slot])
    state = np.where(lost.stale & ~idle, State.STALE.value, state)
    out.state[:, slot] = np.where(lost.broken & ~idle, State.BROKEN.value, state)
    now = measured["raw"].to_numpy(dtype=np.float64)
    kept = lost.stale | (lost.broken & (~heard | np.isnan(now)))
    kept &= ~np.isnan(previous.points[:, slot])
    for name in VALUES:
        values = measured[name].to_numpy(dtype=np.float64)
        getattr(out, name)[:, slot] = np.where(kept, getattr(previous, name)[:, slot], values)


def _leave_out(out: Evaluated, signal: Signal, rows: Bools) -> None:
    """No source, or not for this stage: no value of any kind."""
    for name in (*VALUES, "points"):
        getattr(out, name)[rows, signal.slot] = np.nan
    out.state[rows, signal.slot] = State.NOT_APPLICABLE.value
    out.as_of[rows, signal.slot] = NO_DAY
    out.counted[rows, signal.slot] = False


def stage_membership(mix: Floats) -> Floats:
    """Share [A, 24] of an account's stages in which each signal counts; 0 for empty places."""
    order = list(Stage)
    membership = np.zeros((len(mix), SLOTS))
    for signal in SIGNALS:
        columns = [order.index(stage) for stage in signal.stages]
        membership[:, signal.slot] = mix[:, columns].sum(axis=1)
    return membership
