"""Engagement per user: S05 weekly consistency, S07 usage against own normal, S09 breadth."""

from __future__ import annotations

import numpy as np
import pandas as pd

from metrics.signals.base import Bools, Floats, Frames, State
from metrics.signals.values import per_account, ratio, states, table
from metrics.signals.weeks import (
    active_28,
    active_users,
    exposed,
    in_life,
    kept,
    season,
    weekly_active,
)

CONSISTENCY_WEEKS = 12
MIN_EXPOSED = 4
RECENT_WEEKS, BASELINE_WEEKS = 4, 26
MIN_BASELINE_WEEKS, MIN_BASELINE_USERS = 8, 3
NEW_FEATURE_DAYS = 56


def weekly_consistency(frames: Frames) -> pd.DataFrame:
    """S05: mean over current people, exposed to at least 4 of the last 12 kept weeks, of weeks
    active / weeks exposed. Averages people, so that one of them cannot carry it. n = people.
    """
    weeks = kept(frames)[-CONSISTENCY_WEEKS:]
    there = exposed(frames)[:, weeks]
    came = weekly_active(frames)[:, weeks] & there
    counted = frames.people["current"].to_numpy(dtype=bool) & (there.sum(axis=1) >= MIN_EXPOSED)
    share = np.where(counted, np.nan_to_num(ratio(came.sum(1) * 1.0, there.sum(1) * 1.0)), 0)
    n = per_account(frames, frames.people["account"], counted)
    raw = ratio(per_account(frames, frames.people["account"], share), n)
    return table(raw, state=states(len(n), (n < 2, State.TOO_LITTLE)), n=n)


def usage_against_own_normal(frames: Frames) -> pd.DataFrame:
    """S07: q_w = active users / (season * seats); mean of the last 4 kept weeks / median of the
    26 kept weeks before - 1. The median bears up to half of the weeks being bad. n = baseline
    weeks; part, whole = active users in a recent and in a normal week.
    """
    weeks = kept(frames)
    recent, before = weeks[-RECENT_WEEKS:], weeks[:-RECENT_WEEKS][-BASELINE_WEEKS:]
    users = np.where(in_life(frames), active_users(frames), np.nan)
    q = users / (season(frames) * _seats(frames))
    n = np.isfinite(users[:, before]).sum(axis=1).astype(np.float64)
    normal_users = _median(users[:, before])
    enough = (n >= MIN_BASELINE_WEEKS) & (normal_users >= MIN_BASELINE_USERS)
    raw = ratio(q[:, recent].mean(axis=1), _median(q[:, before])) - 1
    return table(
        raw,
        state=states(len(n), (~enough, State.TOO_LITTLE)),
        n=n,
        part=users[:, recent].mean(axis=1),
        whole=normal_users,
    )


def feature_breadth(frames: Frames) -> pd.DataFrame:
    """S09: mean over people active in 28 days of features used in 56 days / features relevant
    for their persona; features younger than 56 days are left out. Where an account's source knows
    log-ins only, nobody has a feature, and that is no zero. n = people.
    """
    relevant = _relevant(frames)
    used = np.zeros(relevant.shape, dtype=bool)
    recent = frames.feature_use[frames.feature_use["last_days_ago"] <= NEW_FEATURE_DAYS]
    used[recent["person"].to_numpy(), recent["feature"].to_numpy()] = True
    can = relevant.sum(axis=1)
    counted = active_28(frames) & (can > 0)
    share = np.where(counted, (used & relevant).sum(axis=1) / np.maximum(can, 1), 0)
    n = per_account(frames, frames.people["account"], counted)
    raw = ratio(per_account(frames, frames.people["account"], share), n)
    seen = per_account(frames, frames.people["account"], used.any(axis=1)) > 0
    return table(raw, state=states(len(n), ((n < 2) | ~seen, State.TOO_LITTLE)), n=n)


def _seats(frames: Frames) -> Floats:
    """Seats [A, W]; a week whose seats are unknown or zero has those of the weeks beside it, and
    1 where none is known: the same in every week, they cancel.
    """
    seats = pd.DataFrame(frames.seats_by_week)
    filled = seats.where(seats > 0).ffill(axis=1).bfill(axis=1).fillna(1.0)
    return filled.to_numpy(dtype=np.float64)


def _relevant(frames: Frames) -> Bools:
    """Which feature concerns whom [P, F]: no persona named, or the person's own."""
    old = ~(frames.features["released_days_ago"].to_numpy(dtype=np.float64) < NEW_FEATURE_DAYS)
    codes, personas = pd.factorize(frames.people["persona"])
    by_persona = np.zeros((len(personas), len(old)), dtype=bool)
    for column, wanted in enumerate(frames.features["personas"]):
        by_persona[:, column] = [
            old[column] and (not wanted or not persona or persona in wanted) for persona in personas
        ]
    return by_persona[codes]


def _median(values: Floats) -> Floats:
    """Median per row of what is there; NaN for an empty row."""
    return pd.DataFrame(values).median(axis=1).to_numpy(dtype=np.float64)
