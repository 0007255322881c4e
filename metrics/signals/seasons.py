"""The season index: how busy the whole portfolio was in each week, against its own usual. Pure."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import numpy.typing as npt

from metrics.signals.base import Floats, Frames, Source, SourceState
from metrics.signals.weeks import active_users, in_life

MIN_ACCOUNTS, MIN_USERS = 20, 5
OWN_WEEKS, MIN_OWN_WEEKS = 13, 7
SEASON_RANGE = (0.3, 1.5)
LOST = (SourceState.LATE.value, SourceState.BROKEN.value)


def users_heard(frames: Frames) -> Floats:
    """Active users [A, W], NaN before the contract's start and for weeks that an outage swallowed,
    be it over or not: nobody was heard of, which is no season.
    """
    lost = np.isin(frames.source_state[Source.USAGE], LOST)
    down = np.where(lost, frames.late_days[Source.USAGE], 0)
    sundays = np.array([(frames.day - week).days - 6 for week in frames.weeks])
    heard = in_life(frames) & ~frames.unheard & (sundays > down[:, None])
    return np.where(heard, active_users(frames), np.nan)


def season(
    users: npt.NDArray[np.floating[Any]], weeks: tuple[dt.date, ...]
) -> dict[dt.date, float]:
    """g(w): median over accounts with at least 5 active users of the week's active users / their
    own mean of the 13 weeks before (at least 7 of which were heard), clipped; needs 20 such
    accounts. `users` is [A, W], NaN unknown.
    """
    known = ~np.isnan(users)
    begins = np.where(known.any(axis=1), known.argmax(axis=1), len(weeks))
    found = {}
    for column in range(OWN_WEEKS, len(weeks)):
        own = slice(column - OWN_WEEKS, column)
        heard = known[:, own].sum(axis=1)
        usual = np.nansum(users[:, own], axis=1, dtype=np.float64) / np.maximum(heard, 1)
        # an account that is younger than that has no usual yet
        old = (begins <= column - OWN_WEEKS) & (heard >= MIN_OWN_WEEKS)
        large = old & known[:, column] & (usual >= MIN_USERS)
        if large.sum() >= MIN_ACCOUNTS:
            g = float(np.median(users[large, column] / usual[large]))
            found[weeks[column]] = min(max(g, SEASON_RANGE[0]), SEASON_RANGE[1])
    return found
