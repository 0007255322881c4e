"""Days to calendar months, for products that nobody needs every week."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import numpy as np

from metrics.signals.base import HISTORY_DAYS, Bools, Frames


def complete_months(day: dt.date, *, count: int) -> list[dt.date]:
    """First days of the last `count` calendar months that ended before `day`, oldest first, and
    the first day of the month after them.
    """
    firsts = [day.replace(day=1)]
    for _ in range(count):
        firsts.append((firsts[-1] - dt.timedelta(days=1)).replace(day=1))
    return firsts[::-1]


def monthly_active(frames: Frames, *, count: int) -> Bools:
    """Whether a person was active in each of the last complete months [P, count]."""
    starts = _starts(frames, count)
    months = [
        frames.active[:, HISTORY_DAYS - first : HISTORY_DAYS - after].any(axis=1)
        for first, after in pairwise(starts)
    ]
    return np.stack(months, axis=1)


def exposed_months(frames: Frames, *, count: int) -> Bools:
    """Whole months [P, count] for which a current person had access."""
    tenure = frames.people["tenure_days"].to_numpy(dtype=np.float64)[:, None]
    present: Bools = tenure >= np.array(_starts(frames, count)[:-1])
    return present


def unheard_months(frames: Frames, *, count: int) -> Bools:
    """Complete months [A, count] that share a day with an unheard week."""
    firsts = complete_months(frames.day, count=count)
    week = dt.timedelta(days=7)
    touched = [
        frames.unheard[:, [monday < after and monday + week > first for monday in frames.weeks]]
        for first, after in pairwise(firsts)
    ]
    return np.stack([weeks.any(axis=1) for weeks in touched], axis=1)


def _starts(frames: Frames, count: int) -> list[int]:
    """Days from the first day of each month to t, and from the first day after them."""
    return [(frames.day - first).days for first in complete_months(frames.day, count=count)]
