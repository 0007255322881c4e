"""Calendars out of PostgreSQL: rows of fixed width, so that a binary COPY is an array unparsed.

A calendar says yes or no for 448 days in 56 bytes. One that learnt something after the cut-off, or
that begins after the window does and forgot what was before, is of no use to that window.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import numpy.typing as npt
from django.db import connection
from psycopg import sql

from metrics.frames.window import Window
from metrics.models.rollups import CALENDAR_DAYS
from metrics.signals.base import HISTORY_DAYS, Bools

POSTGRES_EPOCH = dt.date(2000, 1, 1)
COPY_HEADER_BYTES = 19
COPY_TRAILER_BYTES = 2
_KINDS = {"bigint": ">i8", "date": ">i4", "moment": ">i8"}

Calendars = npt.NDArray[np.void]


def row_type(columns: dict[str, str]) -> np.dtype[np.void]:
    """The bytes of a row of a binary COPY: columns of type bigint, date, moment or bits."""
    fields: list[tuple[str, object]] = [("fields", ">i2")]
    for name, kind in columns.items():
        fields.append((f"{name}_length", ">i4"))
        if kind == "bits":
            fields.append((name, [("bits", ">i4"), ("days", "u1", (CALENDAR_DAYS // 8,))]))
        else:
            fields.append((name, _KINDS[kind]))
    return np.dtype(fields)


def read_calendars(window: Window, *, table: str, columns: dict[str, str]) -> Calendars:
    """All calendars of the window's accounts; dates are days since POSTGRES_EPOCH."""
    query = sql.SQL(
        "COPY (SELECT {columns} FROM {table} WHERE account_id >= {lo} AND account_id < {hi})"
        " TO STDOUT (FORMAT BINARY)"
    ).format(
        columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
        table=sql.Identifier(table),
        lo=sql.Literal(window.lo),
        hi=sql.Literal(window.hi),
    )
    with connection.cursor() as cursor, cursor.cursor.copy(query) as copy:
        data = b"".join(bytes(block) for block in copy)
    return np.frombuffer(data[COPY_HEADER_BYTES:-COPY_TRAILER_BYTES], dtype=row_type(columns))


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
