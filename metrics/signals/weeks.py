"""Days to weeks: active weekdays, exposure, the season."""

from __future__ import annotations

import datetime as dt

import numpy as np
import numpy.typing as npt

from metrics.signals.base import HISTORY_DAYS, Bools, Floats, Frames
from metrics.signals.heard import days_heard, looks_back
from metrics.signals.once import once

FRIDAY = 4
RECENT_DAYS = 28
QUIET_SEASON = 0.6  # weeks below this g say nothing about consistency


def complete_weeks(day: dt.date) -> tuple[dt.date, ...]:
    """Mondays of the ISO weeks that lie wholly in the HISTORY_DAYS before `day`, oldest first."""
    monday = day - dt.timedelta(days=HISTORY_DAYS)
    monday += dt.timedelta(days=-monday.weekday() % 7)
    weeks = []
    while monday + dt.timedelta(days=7) <= day:
        weeks.append(monday)
        monday += dt.timedelta(days=7)
    return tuple(weeks)


def weekly_active(frames: Frames) -> Bools:
    """Whether a person was active in each week [P, W]."""
    offset = HISTORY_DAYS - _monday_ago(frames)[0]
    end = offset + 7 * len(frames.weeks)
    came: Bools = np.logical_or.reduce(
        [frames.active[:, offset + weekday : end : 7] for weekday in range(7)]
    )
    return came


def active_days(frames: Frames) -> npt.NDArray[np.int8]:
    """act(u, w): distinct active weekdays of a person in each week [P, W], 0 to 5. Saturday and
    Sunday count to the Friday before; public holidays are not known.
    """
    offset = HISTORY_DAYS - _monday_ago(frames)[0]
    end = offset + 7 * len(frames.weeks)
    days = [frames.active[:, offset + weekday : end : 7] for weekday in range(7)]
    friday = days[4] | days[5] | days[6]
    counted: npt.NDArray[np.int8] = np.add.reduce([*days[:4], friday], axis=0, dtype=np.int8)
    return counted


@once
def active_days_in(frames: Frames, *, days: int) -> npt.NDArray[np.intp]:
    """Distinct active weekdays of a person in the last `days` days of which something was heard
    [P]. Saturday and Sunday count to the Friday before, if that is among those days.
    """
    recent = days_heard(frames, days=days)
    first = (frames.day - dt.timedelta(days=days)).weekday()
    weekday = (first + np.arange(days)) % 7
    fridays = np.flatnonzero(weekday == FRIDAY)
    counted: npt.NDArray[np.intp] = recent[:, weekday < FRIDAY].sum(axis=1, dtype=np.intp)
    late = [recent[:, np.minimum(fridays + later, days - 1)] for later in range(3)]
    counted += np.logical_or.reduce(late).sum(axis=1, dtype=np.intp)
    return counted


def exposed(frames: Frames) -> Bools:
    """Whole weeks [P, W] for which a current person had access."""
    tenure = frames.people["tenure_days"].to_numpy(dtype=np.float64)[:, None]
    present: Bools = tenure >= _monday_ago(frames)
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
    so_far = np.zeros((len(frames.people) + 1, len(frames.weeks)), dtype=np.int32)
    np.cumsum(weekly_active(frames), axis=0, out=so_far[1:])
    # people are ordered by account
    ends = np.searchsorted(frames.people["account"].to_numpy(), np.arange(len(frames.accounts) + 1))
    return np.diff(so_far[ends], axis=0).astype(np.float64)


@once
def active_28(frames: Frames) -> Bools:
    """Current people [P] with an active day since the first of the last 28 days of which something
    was heard: who was seen in what was heard of a week that is lost came, too.
    """
    current = frames.people["current"].to_numpy(dtype=bool)
    recent: Bools = current & frames.active[:, -RECENT_DAYS:].any(axis=1)
    reach = looks_back(frames, days=RECENT_DAYS)[frames.people["account"].to_numpy(dtype=np.intp)]
    longer = np.flatnonzero(current & ~recent & (reach > RECENT_DAYS))
    last_use = np.argmax(frames.active[longer, ::-1], axis=1) + 1
    recent[longer] = frames.active[longer].any(axis=1) & (last_use <= reach[longer])
    return recent


def _monday_ago(frames: Frames) -> npt.NDArray[np.int64]:
    """Days from each week's Monday to t [W]."""
    return (frames.day - frames.weeks[0]).days - 7 * np.arange(len(frames.weeks))
