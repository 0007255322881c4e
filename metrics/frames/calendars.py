"""Calendars out of PostgreSQL: strung together there, so that they arrive as one array unparsed.

A calendar says yes or no for 448 days in 56 bytes. One that learnt something after the cut-off, or
that begins after the window does and forgot what was before, is of no use to that window.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
from django.db import connection
from psycopg import sql

from metrics.frames.window import Window
from metrics.models.rollups import CALENDAR_DAYS
from metrics.signals.base import HISTORY_DAYS, Bools

POSTGRES_EPOCH = dt.date(2000, 1, 1)
# before the only field of a binary COPY of one row: signature and flags, number of fields, length
COPY_START, COPY_END = 19 + 2 + 4, 2
# kind of a column -> PostgreSQL's function for its bytes, and how numpy reads them
_KINDS: dict[str, tuple[str, npt.DTypeLike]] = {
    "bigint": ("int8send", ">i8"),
    "date": ("date_send", ">i4"),
    "moment": ("timestamptz_send", ">i8"),
    "bits": ("bit_send", [("bits", ">i4"), ("days", "u1", (CALENDAR_DAYS // 8,))]),
}
# the order of rows does not matter: whoever reads them looks them up by their ids
ROWS = """
COPY (
    SELECT coalesce(string_agg({row}, ''::bytea), ''::bytea) FROM {table}
    WHERE account_id >= {lo} AND account_id < {hi}
) TO STDOUT (FORMAT BINARY)
"""

Calendars = npt.NDArray[np.void]


def read_calendars(
    window: Window,
    *,
    table: str,
    columns: dict[str, str],
    instead: Mapping[str, sql.Composable] = MappingProxyType({}),
) -> Calendars:
    """All calendars of the window's accounts; `columns`: name -> bigint, date, moment or bits.
    Dates are days since POSTGRES_EPOCH, moments microseconds. `instead`: what is read in the place
    of a column.

    Row by row a driver spends more on each than the database on all of them.
    """
    row = sql.SQL(" || ").join(
        sql.SQL("{send}({column})").format(
            send=sql.SQL(_KINDS[kind][0]), column=instead.get(name, sql.Identifier(name))
        )
        for name, kind in columns.items()
    )
    query = sql.SQL(ROWS).format(
        row=row,
        table=sql.Identifier(table),
        lo=sql.Literal(window.lo),
        hi=sql.Literal(window.hi),
    )
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.cursor.copy(query) as copy,
    ):
        data = b"".join(bytes(block) for block in copy)
    kinds = np.dtype([(name, _KINDS[kind][1]) for name, kind in columns.items()])
    return np.frombuffer(data[COPY_START:-COPY_END], dtype=kinds)


def usable(calendars: Calendars, window: Window, *, first_day: dt.date) -> Bools:
    """Calendars that know nothing newer than the cut-off and miss nothing since `first_day`."""
    epoch = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
    cutoff = (window.cutoff - epoch) // dt.timedelta(microseconds=1)
    start = (first_day - POSTGRES_EPOCH).days
    whole = (calendars["base"] <= start) | (calendars["first_day"] >= calendars["base"])
    good: Bools = (calendars["known_at"] <= cutoff) & whole
    return good


def unpack(calendars: Calendars, column: str, window: Window) -> Bools:
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


def last_days_ago(calendars: Calendars, column: str, window: Window) -> npt.NDArray[np.int64]:
    """Days from t back to the last day of the window that is set; 0 where none is.

    A bit string is seven numbers of 64 bits: none of its days has to be unpacked.
    """
    words = np.ascontiguousarray(calendars[column]["days"]).view(">u8").astype(np.uint64)
    offsets = (window.first_day - POSTGRES_EPOCH).days - calendars["base"].astype(np.int64)
    ago = np.zeros(len(calendars), dtype=np.int64)
    for offset in np.unique(offsets):
        rows = np.flatnonzero(offsets == offset)
        inside = words[rows] & _mask(int(offset))
        behind = inside.shape[1] - 1 - (inside[:, ::-1] != 0).argmax(axis=1)
        word = inside[np.arange(len(rows)), behind]
        lowest = word & (~word + np.uint64(1))
        # a power of two is exact as a float: its exponent counts the bits behind the last day
        last = 64 * behind + 64 - np.frexp(lowest.astype(np.float64))[1]
        ago[rows] = np.where(word != 0, HISTORY_DAYS - (last - offset), 0)
    return ago


def _mask(offset: int) -> npt.NDArray[np.uint64]:
    """The bits of a window that begins at this one."""
    bits = np.zeros(CALENDAR_DAYS, dtype=np.uint8)
    bits[max(offset, 0) : max(offset + HISTORY_DAYS, 0)] = 1
    return np.packbits(bits).view(">u8").astype(np.uint64)
