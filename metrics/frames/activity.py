"""Who was active on which day, from the calendars; exactly as known by the cut-off.

A calendar says yes or no for 448 days in 56 bytes, and its rows have a fixed width, so that a
binary COPY becomes an array without parsing. A calendar that learnt something after the cut-off
is not read; its person's days come from `metrics_usage_user_day`, where each says when it became
known.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import numpy.typing as npt
import pandas as pd
from django.db import connection
from psycopg import sql

from metrics.frames.window import Window
from metrics.models.rollups import CALENDAR_DAYS
from metrics.signals.base import HISTORY_DAYS, Bools

POSTGRES_EPOCH = dt.date(2000, 1, 1)
COPY_HEADER_BYTES = 19
COPY_TRAILER_BYTES = 2
_BITS = [("length", ">i4"), ("bits", ">i4"), ("days", "u1", (CALENDAR_DAYS // 8,))]
CALENDAR_ROW = np.dtype(
    [
        ("fields", ">i2"),
        *[
            item
            for name, kind in [
                ("account_id", ">i8"),
                ("person_id", ">i8"),
                ("base", ">i4"),
                ("first_day", ">i4"),
                ("known_at", ">i8"),
            ]
            for item in [(f"{name}_length", ">i4"), (name, kind)]
        ],
        ("events", _BITS),
        ("logins", _BITS),
    ]
)
CALENDAR = sql.SQL(
    "COPY (SELECT account_id, person_id, base, first_day, known_at, event_days, login_days"
    " FROM metrics_activity_calendar WHERE account_id >= {lo} AND account_id < {hi})"
    " TO STDOUT (FORMAT BINARY)"
)
USER_DAYS = """
SELECT account_id, person_id, (day - %(first_day)s::date) AS at,
       coalesce(events_known_at <= %(cutoff)s, false) AS event,
       coalesce(logins_known_at <= %(cutoff)s, false) AS login
FROM metrics_usage_user_day
WHERE account_id >= %(lo)s AND account_id < %(hi)s AND day >= %(first_day)s AND day < %(day)s
  AND (%(everybody)s OR person_id = ANY(%(persons)s))
  AND (events_known_at <= %(cutoff)s OR logins_known_at <= %(cutoff)s)
"""

Calendars = npt.NDArray[np.void]


def read_activity(
    window: Window, *, account_ids: pd.Index[int], people: pd.DataFrame
) -> tuple[Bools, npt.NDArray[np.float64]]:
    """Active days [P, HISTORY_DAYS] of `people`, and days since anybody's last use [A].

    Usage without a person counts for the second only. Log-ins make an active day where the
    account has no meaningful event in the whole window.
    """
    keys, events, logins = _everybodys_days(window)
    account = account_ids.get_indexer(pd.Index(keys[:, 0]))
    person = pd.Index(people["person_id"]).get_indexer(pd.Index(keys[:, 1]))
    counted = (account >= 0) & ((person >= 0) | (keys[:, 1] == 0))
    has_events = np.zeros(len(account_ids), dtype=bool)
    np.logical_or.at(has_events, account[counted], events[counted].any(axis=1))
    days = np.where(has_events[account][:, None], events, logins) & counted[:, None]
    active = np.zeros((len(people), HISTORY_DAYS), dtype=bool)
    known = counted & (person >= 0)
    active[person[known]] = days[known]
    return active, _days_since(days[counted], account[counted], len(account_ids))


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
    calendars = _read_calendars(window)
    usable = _usable(calendars, window)
    fresh = calendars[usable]
    keys = np.stack([fresh["account_id"], fresh["person_id"]], axis=1).astype(np.int64)
    events, logins = _unpack(fresh, "events", window), _unpack(fresh, "logins", window)
    if usable.all():
        return keys, events, logins
    late = calendars[~usable]["person_id"].astype(np.int64)
    # person 0 has a row in every account, so that its days are read for all of them
    rest = _read_user_days(window, None if not usable.any() else late)
    known = set(map(tuple, keys.tolist()))
    new = [key not in known for key in map(tuple, rest[0].tolist())]
    pick = np.array(new, dtype=bool)
    return (
        np.concatenate([keys, rest[0][pick]]),
        np.concatenate([events, rest[1][pick]]),
        np.concatenate([logins, rest[2][pick]]),
    )


def _read_calendars(window: Window) -> Calendars:
    query = CALENDAR.format(lo=sql.Literal(window.lo), hi=sql.Literal(window.hi))
    with connection.cursor() as cursor, cursor.cursor.copy(query) as copy:
        data = b"".join(bytes(block) for block in copy)
    return np.frombuffer(data[COPY_HEADER_BYTES:-COPY_TRAILER_BYTES], dtype=CALENDAR_ROW)


def _usable(calendars: Calendars, window: Window) -> Bools:
    """Calendars that know nothing newer than the cut-off and miss nothing of the window."""
    epoch = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
    cutoff = (window.cutoff - epoch) // dt.timedelta(microseconds=1)
    start = (window.first_day - POSTGRES_EPOCH).days
    whole = (calendars["base"] <= start) | (calendars["first_day"] >= calendars["base"])
    usable: Bools = (calendars["known_at"] <= cutoff) & whole
    return usable


def _unpack(calendars: Calendars, column: str, window: Window) -> Bools:
    """Bit strings to days of the window: column j is day t - HISTORY_DAYS + j."""
    bits = np.unpackbits(calendars[column]["days"], axis=1).astype(bool)
    days = np.zeros((len(calendars), HISTORY_DAYS), dtype=bool)
    offsets = (window.first_day - POSTGRES_EPOCH).days - calendars["base"].astype(np.int64)
    for offset in np.unique(offsets):
        rows = offsets == offset
        lo, hi = max(offset, 0), min(offset + HISTORY_DAYS, CALENDAR_DAYS)
        if lo < hi:
            days[rows, lo - offset : hi - offset] = bits[rows, lo:hi]
    return days


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
