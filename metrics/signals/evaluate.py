"""All signals over all accounts of a chunk, and the policy for what is missing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from metrics.scoring.config import ScorecardConfig
from metrics.signals.base import SLOTS, Bools, Floats, Frames, Signal, SourceState, Stage, State
from metrics.signals.catalogue import SIGNALS

STALE_DAYS = 14
NO_DAY = np.datetime64("NaT", "D")
Days = npt.NDArray[np.datetime64]


@dataclass(frozen=True, kw_only=True)
class Previous:
    """The last points of each signal [A, 24] and the day they were measured; NaN, NaT: never."""

    points: Floats
    as_of: Days

    @classmethod
    def nothing(cls, accounts: int) -> Previous:
        """No day before."""
        return cls(
            points=np.full((accounts, SLOTS), np.nan),
            as_of=np.full((accounts, SLOTS), NO_DAY, dtype="datetime64[D]"),
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


def evaluate(frames: Frames, config: ScorecardConfig, previous: Previous) -> Evaluated:
    """Measures each signal, turns it into points, and applies the state of its sources:

    not bought, not connected: NOT_APPLICABLE, left out. Late for up to 14 days: STALE, the last
    value is carried. Broken, or late for longer: BROKEN, the lowest of the last value, the
    portfolio's median and the value of the facts that did arrive; so losing a source never raises
    a score, on a day without a day before it too.
    """
    shape = (len(frames.accounts), SLOTS)
    out = Evaluated(
        raw=np.full(shape, np.nan),
        n=np.full(shape, np.nan),
        part=np.full(shape, np.nan),
        whole=np.full(shape, np.nan),
        state=np.full(shape, State.NOT_APPLICABLE.value, dtype=object),
        points=np.full(shape, np.nan),
        as_of=np.full(shape, NO_DAY, dtype="datetime64[D]"),
        counted=np.zeros(shape, dtype=bool),
    )
    for signal in SIGNALS:
        measured = signal.raw(frames)
        arrived = config.curves[signal.code](measured["raw"].to_numpy(dtype=np.float64))
        _fill(out, signal, measured, arrived, frames, previous)
    return out


def _fill(
    out: Evaluated,
    signal: Signal,
    measured: pd.DataFrame,
    arrived: Floats,
    frames: Frames,
    previous: Previous,
) -> None:
    slot = signal.slot
    last, last_day = previous.points[:, slot], previous.as_of[:, slot]
    missing, stale, broken = _source_policy(signal, frames)
    state = measured["state"].to_numpy(dtype=object).copy()
    state[stale], state[broken], state[missing] = (
        State.STALE.value,
        State.BROKEN.value,
        State.NOT_APPLICABLE.value,
    )
    today = np.datetime64(frames.day, "D")
    carried = np.where(np.isnan(last), arrived, last)
    median = frames.portfolio.median_points.get(signal.code, np.nan)
    known = np.stack([last, arrived])
    lowest = np.fmin(np.fmin(known[0], known[1]), median)
    lowest = np.where(np.isnan(known).all(axis=0), np.nan, lowest)
    points = np.where(broken, lowest, np.where(stale, carried, arrived))
    points[missing] = np.nan
    measured_now = ~np.isnan(arrived) & ~stale & ~broken & ~missing
    for column in ("raw", "n", "part", "whole"):
        values = measured[column].to_numpy(dtype=np.float64)
        getattr(out, column)[:, slot] = np.where(missing, np.nan, values)
    out.state[:, slot] = state
    out.points[:, slot] = points
    out.as_of[:, slot] = np.where(measured_now, today, np.where(np.isnan(points), NO_DAY, last_day))
    out.counted[:, slot] = ~np.isnan(points) & ~broken


def _source_policy(signal: Signal, frames: Frames) -> tuple[Bools, Bools, Bools]:
    """Accounts whose sources of this signal are missing / late / broken [A] each."""
    accounts = len(frames.accounts)
    missing, stale, broken = (np.zeros(accounts, dtype=bool) for _ in range(3))
    for source in signal.needs:
        state, days = frames.source_state[source], frames.late_days[source]
        late = state == SourceState.LATE.value
        missing |= (state == SourceState.NOT_BOUGHT.value) | (state == SourceState.ABSENT.value)
        broken |= (state == SourceState.BROKEN.value) | (late & (days > STALE_DAYS))
        stale |= late & (days <= STALE_DAYS)
    return missing, stale & ~broken & ~missing, broken & ~missing


def stage_membership(mix: Floats) -> Floats:
    """Share [A, 24] of an account's stages in which each signal counts; 0 for empty places."""
    order = list(Stage)
    membership = np.zeros((len(mix), SLOTS))
    for signal in SIGNALS:
        columns = [order.index(stage) for stage in signal.stages]
        membership[:, signal.slot] = mix[:, columns].sum(axis=1)
    return membership
