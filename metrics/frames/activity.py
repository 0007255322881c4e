"""Who was active on which day, from the calendars; exactly as known by the cut-off.

A calendar that learnt something after the cut-off is not read; its person's days come from
`metrics_usage_user_day`, where each says when it became known.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from metrics.frames.calendars import read_calendars, unpack, usable
from metrics.frames.window import Window
from metrics.signals.base import HISTORY_DAYS, Bools

CALENDAR = {
    "account_id": "bigint",
    "person_id": "bigint",
    "base": "date",
    "first_day": "date",
    "known_at": "moment",
    "event_days": "bits",
    "login_days": "bits",
}
USER_DAYS = """
SELECT account_id, person_id, (day - %(first_day)s::date) AS at,
       coalesce(events_known_at <= %(cutoff)s, false) AS event,
       coalesce(logins_known_at <= %(cutoff)s, false) AS login
FROM metrics_usage_user_day
WHERE account_id >= %(lo)s AND account_id < %(hi)s AND day >= %(first_day)s AND day < %(day)s
  AND (%(everybody)s OR person_id = ANY(%(persons)s))
  AND (events_known_at <= %(cutoff)s OR logins_known_at <= %(cutoff)s)
"""


def read_activity(
    window: Window, *, account_ids: pd.Index[int], person_ids: pd.Index[int]
) -> tuple[Bools, npt.NDArray[np.float64]]:
    """Active days [P, HISTORY_DAYS] of the people, and days since anybody's last use [A].

    Usage without a person counts for the second only. Log-ins make an active day where the
    account has no meaningful event in the whole window.
    """
    keys, events, logins = _everybodys_days(window)
    account = account_ids.get_indexer(pd.Index(keys[:, 0]))
    person = person_ids.get_indexer(pd.Index(keys[:, 1]))
    counted = (account >= 0) & ((person >= 0) | (keys[:, 1] == 0))
    has_events = np.zeros(len(account_ids), dtype=bool)
    np.logical_or.at(has_events, account[counted], events[counted].any(axis=1))
    account, person = account[counted], person[counted]
    days = np.where(has_events[account][:, None], events[counted], logins[counted])
    active = np.zeros((len(person_ids), HISTORY_DAYS), dtype=bool)
    active[person[person >= 0]] = days[person >= 0]
    return active, _days_since(days, account, len(account_ids))


def _days_since(
    days: Bools, account: npt.NDArray[np.intp], accounts: int
) -> npt.NDArray[np.float64]:
    """Days from t back to the last day with any activity, per account; NaN for never."""
    ago = np.where(days.any(axis=1), days[:, ::-1].argmax(axis=1) + 1.0, np.inf)
    least = np.full(accounts, np.inf)
    np.minimum.at(least, account, ago)
    return np.where(np.isfinite(least), least, np.nan)


def _everybodys_days(window: Window) -> tuple[npt.NDArray[np.int64], Bools, Bools]:
    """Keys (account id, person id) [N, 2] and their event and log-in days [N, HISTORY_DAYS]."""
    calendars = read_calendars(window, table="metrics_activity_calendar", columns=CALENDAR)
    good = usable(calendars, window, first_day=window.first_day)
    fresh = calendars[good]
    keys = np.stack([fresh["account_id"], fresh["person_id"]], axis=1).astype(np.int64)
    events, logins = unpack(fresh, "event_days", window), unpack(fresh, "login_days", window)
    if good.all():
        return keys, events, logins
    late = calendars[~good]["person_id"].astype(np.int64)
    # person 0 has a row in every account, so that its days are read for all of them
    rest = _read_user_days(window, None if not good.any() else late)
    known = set(map(tuple, keys.tolist()))
    new = [key not in known for key in map(tuple, rest[0].tolist())]
    pick = np.array(new, dtype=bool)
    return (
        np.concatenate([keys, rest[0][pick]]),
        np.concatenate([events, rest[1][pick]]),
        np.concatenate([logins, rest[2][pick]]),
    )


def _read_user_days(
    window: Window, persons: npt.NDArray[np.int64] | None
) -> tuple[npt.NDArray[np.int64], Bools, Bools]:
    rows = window.fetch(
        USER_DAYS,
        everybody=persons is None,
        persons=[] if persons is None else persons.tolist(),
    )
    key = ["account_id", "person_id"]
    number = rows.groupby(key, sort=False).ngroup().to_numpy(dtype=np.int64)
    keys = rows.drop_duplicates(key)[key].to_numpy(dtype=np.int64).reshape(-1, 2)
    events = np.zeros((len(keys), HISTORY_DAYS), dtype=bool)
    logins = np.zeros_like(events)
    at = rows["at"].to_numpy(dtype=np.int64)
    events[number, at] = rows["event"].to_numpy(dtype=bool)
    logins[number, at] = rows["login"].to_numpy(dtype=bool)
    return keys, events, logins
