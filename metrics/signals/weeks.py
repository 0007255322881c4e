"""Days to weeks: active weekdays, exposure, the season."""

from __future__ import annotations

import datetime as dt

import numpy as np
import numpy.typing as npt

from metrics.signals.base import HISTORY_DAYS, Bools, Floats, Frames

QUIET_SEASON = 0.6  # weeks below this g say nothing about consistency
FRIDAY = 4


def weekly_days(frames: Frames) -> npt.NDArray[np.int8]:
    """act(u, w) [P, W]: distinct active weekdays, Saturday and Sunday counted to their Friday."""
    offset = HISTORY_DAYS - _monday_ago(frames)[0]
    whole = frames.active[:, offset : offset + 7 * len(frames.weeks)]
    days = whole.reshape(len(whole), len(frames.weeks), 7)
    early = days[:, :, :FRIDAY].sum(axis=2, dtype=np.int8)
    weekly: npt.NDArray[np.int8] = (early + days[:, :, FRIDAY:].any(axis=2)).astype(np.int8)
    return weekly


def exposed(frames: Frames) -> Bools:
    """Whole weeks [P, W] for which a person had access."""
    monday = _monday_ago(frames)
    tenure = frames.people["tenure_days"].to_numpy(dtype=np.float64)[:, None]
    left = frames.people["left_days"].to_numpy(dtype=np.float64)[:, None]
    present: Bools = (tenure >= monday) & ~(left >= monday - 6)
    return present


def in_life(frames: Frames) -> Bools:
    """Weeks [A, W] that lie wholly after the contract's start."""
    alive: Bools = frames.accounts["age_days"].to_numpy()[:, None] >= _monday_ago(frames)
    return alive


def season(frames: Frames) -> Floats:
    """g(w) [W]; 1 where the portfolio could not say."""
    return np.array([frames.portfolio.season.get(week, 1.0) for week in frames.weeks])


def kept(frames: Frames) -> npt.NDArray[np.intp]:
    """Columns of the weeks that are no quiet season, oldest first."""
    return np.flatnonzero(season(frames) >= QUIET_SEASON)


def active_users(frames: Frames) -> Floats:
    """AU [A, W]: people active in each week, those who have left since included."""
    users = np.zeros((len(frames.accounts), len(frames.weeks)))
    np.add.at(users, frames.people["account"].to_numpy(dtype=np.intp), weekly_days(frames) > 0)
    return users


def active_28(frames: Frames) -> Bools:
    """Current people [P] with an active day in the last 28."""
    current = frames.people["current"].to_numpy(dtype=bool)
    recent: Bools = current & frames.active[:, -28:].any(axis=1)
    return recent


def _monday_ago(frames: Frames) -> npt.NDArray[np.int64]:
    """Days from each week's Monday to t [W]."""
    return np.array([(frames.day - week) // dt.timedelta(days=1) for week in frames.weeks])
