"""The seats in force in each week of a window."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from metrics.frames.window import Window
from metrics.signals.base import Floats

CONTRACTS = """
SELECT account_id, seats_sold AS seats,
       greatest((known_at AT TIME ZONE %(zone)s)::date, starts_on) AS held_from
FROM accounts_contract
WHERE account_id >= %(lo)s AND account_id < %(hi)s AND known_at <= %(cutoff)s
ORDER BY account_id, known_at
"""


def seats_by_week(
    window: Window, *, account_ids: pd.Index[int], weeks: tuple[dt.date, ...]
) -> Floats:
    """Seats [A, W] in force at the end of each week; the oldest terms known hold before it.

    A backfilled contract has one version: it is taken as having held all along.
    """
    rows = window.fetch(CONTRACTS)
    seats = np.full((len(account_ids), len(weeks)), np.nan)
    ends = np.array([week + dt.timedelta(days=7) for week in weeks], dtype="datetime64[D]")
    account = account_ids.get_indexer(pd.Index(rows["account_id"]))
    sold = rows["seats"].to_numpy(dtype=np.float64)
    begin = np.array(rows["held_from"].tolist(), dtype="datetime64[D]")
    first = ~rows["account_id"].duplicated().to_numpy()
    # later versions overwrite the weeks that end after they were known and began
    for row in range(len(rows)):
        if account[row] >= 0:
            held = np.ones(len(weeks), dtype=bool) if first[row] else ends > begin[row]
            seats[account[row], held] = sold[row]
    return seats
