"""Weeks in which nobody was heard of because the usage source was down, and not afterwards either.

A source that comes back may deliver what it owes, or never. What it owes for ever looks like weeks
in which nobody came.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from metrics.frames.window import Window
from metrics.signals.base import HISTORY_DAYS, Bools

# while an outage lasts, the values of the days before it are kept; one without an end ends where
# the same account (or everybody) is said to be live again
ENDED = """
SELECT account_id, (%(day)s::date - from_day) AS first_ago, (%(day)s::date - until) AS end_ago
FROM {spans} s CROSS JOIN LATERAL (
    SELECT least(s.to_day, min(later.from_day)) AS until FROM {spans} later
    WHERE later.source = 'usage' AND later.state = 'live' AND later.known_at <= %(cutoff)s
      AND later.account_id IS NOT DISTINCT FROM s.account_id AND later.from_day >= s.from_day
) ended
WHERE source = 'usage' AND state IN ('late', 'broken') AND known_at <= %(cutoff)s
  AND from_day < until AND until < %(day)s AND until > %(first_day)s
  AND (account_id IS NULL OR account_id >= %(lo)s AND account_id < %(hi)s)
"""
SATURDAY = 5


def unheard_weeks(
    window: Window,
    ended: list[Any],
    *,
    account_ids: pd.Index[int],
    whose: npt.NDArray[np.intp],
    active: Bools,
    weeks: tuple[dt.date, ...],
) -> Bools:
    """[A, W]: weeks with a working day in an outage that is over, on whose days of outage nobody
    of the account was active. `ended`: rows of ENDED; `whose`: positions of the accounts of the
    people [P]; `active` is [P, HISTORY_DAYS].
    """
    if not ended or not weeks:
        return np.zeros((len(account_ids), len(weeks)), dtype=bool)
    down = _outage_days(ended, account_ids)
    used = np.zeros_like(down)
    np.logical_or.at(used, whose, active)
    start = (weeks[0] - window.first_day).days
    by_week = (len(account_ids), len(weeks), 7)
    down = down[:, start : start + 7 * len(weeks)].reshape(by_week)
    used = used[:, start : start + 7 * len(weeks)].reshape(by_week)
    # a weekend alone takes no working day from anybody
    return np.asarray(down[:, :, :SATURDAY].any(axis=2) & ~(down & used).any(axis=2))


def _outage_days(ended: list[Any], account_ids: pd.Index[int]) -> Bools:
    """Days of the window on which the source was down [A, HISTORY_DAYS]."""
    down = np.zeros((len(account_ids), HISTORY_DAYS), dtype=bool)
    places = account_ids.get_indexer(pd.Index([span.account_id or 0 for span in ended]))
    for span, place in zip(ended, places, strict=True):
        days = slice(max(HISTORY_DAYS - span.first_ago, 0), HISTORY_DAYS - span.end_ago)
        if span.account_id is None:
            down[:, days] = True
        elif place >= 0:
            down[place, days] = True
    return down
