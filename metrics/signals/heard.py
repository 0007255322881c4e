"""The days of which something was heard: a week that an outage swallowed is cut out of time. Pure.

What looks back over some days looks back further by the weeks without a word (`Frames.unheard`), as
if the clock had stood still: leaving them in would take them for weeks in which nobody came, and a
shorter look would still miss whoever comes every other week. So the outage alone neither raises
nor lowers a value, up to the rest of a week of which a part was heard.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from metrics.signals.base import HISTORY_DAYS, Bools, Frames
from metrics.signals.once import once

Places = npt.NDArray[np.intp]


@once
def looks_back(frames: Frames, *, days: int) -> Places:
    """How many days ago the first of the last `days` days lies of which something was heard [A];
    HISTORY_DAYS at most.
    """
    reach = np.full(len(frames.accounts), days)
    for accounts, columns in _by_outage(frames, days=days):
        reach[accounts] = HISTORY_DAYS - columns[0] if len(columns) == days else HISTORY_DAYS
    return reach


def days_heard(frames: Frames, *, days: int) -> Bools:
    """Whether a person was active on each of the last `days` days of which something was heard
    [P, days], oldest first; False where not so many are known. Whole weeks are cut out, so that
    each column has the weekday that it would have without.
    """
    recent = frames.active[:, -days:]
    account = frames.people["account"].to_numpy(dtype=np.intp)
    for accounts, columns in _by_outage(frames, days=days):
        people = accounts[account]
        heard = np.zeros((int(people.sum()), days), dtype=bool)
        heard[:, days - len(columns) :] = frames.active[people][:, columns]
        recent = recent.copy()
        recent[people] = heard
    return recent


@once
def unheard_days(frames: Frames) -> Bools:
    """Days of weeks without a word [A, HISTORY_DAYS]."""
    lost = np.zeros((len(frames.accounts), HISTORY_DAYS), dtype=bool)
    first = HISTORY_DAYS - (frames.day - frames.weeks[0]).days
    by_day = np.repeat(frames.unheard, 7, axis=1)
    lost[:, first : first + by_day.shape[1]] = by_day
    return lost


def _by_outage(frames: Frames, *, days: int) -> list[tuple[Bools, Places]]:
    """Accounts [A] that an outage concerns within the last `days` days, those alike together, and
    the columns of their last days of which something was heard: `days`, or all there are.
    """
    lost = unheard_days(frames)
    touched: Bools = np.asarray(lost[:, -days:].any(axis=1))
    if not touched.any():
        return []
    kinds, which = np.unique(lost[touched], axis=0, return_inverse=True)
    found = []
    for number, kind in enumerate(kinds):
        accounts: Bools = np.zeros(touched.shape, dtype=np.bool_)
        accounts[np.flatnonzero(touched)[which.reshape(-1) == number]] = True
        found.append((accounts, np.flatnonzero(~kind)[-days:]))
    return found
