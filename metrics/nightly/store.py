"""Snapshots in and out of PostgreSQL: what the day before said, and what this run says."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from django.db import connection, transaction

from metrics.models import Run
from metrics.nightly import binary
from metrics.scoring.bands import FORGOTTEN
from metrics.signals.base import Floats

# bands, carried values, flags: from the night before
BEFORE = """
SELECT account_id, day, band, pending_band, pending_since, pending_count, caps, flags, points,
       as_of, raw, n, part, whole
FROM metrics_snapshot
WHERE day = %(day)s AND run_id = %(run)s AND account_id >= %(lo)s AND account_id < %(hi)s
ORDER BY account_id
"""
# a night that gave up some chunks has no rows of their accounts: they remember the night before it
LAST_SEEN = """
SELECT DISTINCT ON (s.account_id) s.account_id, s.day, band, pending_band, pending_since,
       pending_count, caps, flags, points, as_of, raw, n, part, whole
FROM metrics_snapshot s
WHERE s.account_id = ANY(%(missing)s) AND s.run_id = ANY(%(nights)s)
  AND s.day < %(day)s AND s.day >= %(day)s::date - %(days)s
ORDER BY s.account_id, s.day DESC
"""
SCORES_ON = """
SELECT account_id, score, scorecard_id FROM metrics_snapshot
WHERE day = %(day)s AND run_id = %(run)s AND account_id >= %(lo)s AND account_id < %(hi)s
"""
# out of the primary key's index alone; a run has one snapshot per account
SCORES_BETWEEN = """
SELECT s.account_id, s.day, s.score, s.scorecard_id
FROM metrics_snapshot s
WHERE s.account_id >= %s AND s.account_id < %s AND s.day >= %s AND s.day < %s
  AND s.run_id = ANY(%s) AND s.score IS NOT NULL
"""
PARTITION_LOCK = 48_721  # advisory: one at a time makes a month
UNCOMPRESSED, PACKED = 8160, 2700  # bytes of a row from which its arrays are compressed
COLUMNS = (
    "account_id",
    "day",
    "run_id",
    "scorecard_id",
    "score",
    "raw_score",
    "band",
    "pending_band",
    "pending_since",
    "pending_count",
    "stage",
    "age_days",
    "coverage",
    "confidence",
    "momentum",
    "trend_28",
    "trend_91",
    "trend",
    "caps",
    "flags",
    "status",
    "raw",
    "n",
    "part",
    "whole",
    "points",
    "weights",
    "states",
    "as_of",
    "dimensions",
    "dimension_weights",
    "details",
    "seats",
    "cause",
    "input_hash",
)
KEY = ("account_id", "day", "run_id")


def read_before(
    nights: Sequence[Run], account_ids: npt.NDArray[np.int64], *, lo: int, hi: int
) -> pd.DataFrame:
    """One row per account of the newest of the nights, which is the first, or of an earlier one
    within FORGOTTEN where that has none; index account_id; empty where there was none.
    """
    newest = nights[0] if nights else None
    rows = _read(BEFORE, newest, lo=lo, hi=hi)
    missing = np.setdiff1d(account_ids, rows.index.to_numpy(dtype=np.int64))
    if newest and len(missing):
        more = {"missing": missing.tolist(), "nights": _ids(nights), "days": FORGOTTEN.days}
        earlier = _read(LAST_SEEN, newest, **more)
        rows = pd.concat([rows, earlier]) if len(earlier) else rows
    # a bare cursor gives jsonb as text
    for column in ("caps", "flags"):
        rows[column] = pd.Series([json.loads(text) for text in rows[column]], rows.index, object)
    return rows


def read_scores(run: Run | None, *, lo: int, hi: int) -> pd.DataFrame:
    """Scores of a night, index account_id; empty where there was none."""
    return _read(SCORES_ON, run, lo=lo, hi=hi)


def read_history(
    nights: Iterable[Run],
    account_ids: npt.NDArray[np.int64],
    *,
    until: dt.date,
    days: int,
    lo: int,
    hi: int,
) -> tuple[Floats, npt.NDArray[np.int64]]:
    """What these nights say of the `days` before a day: scores, and the scorecards they were made
    with, [A, days] each, oldest first; NaN and 0 where an account has none.
    """
    scores = np.full((len(account_ids), days), np.nan)
    cards = np.zeros(scores.shape, dtype=np.int64)
    first = until - dt.timedelta(days=days)
    with connection.cursor() as cursor:
        cursor.execute(SCORES_BETWEEN, [lo, hi, first, until, _ids(nights)])
        found = pd.DataFrame(
            cursor.fetchall(), columns=pd.Index(["account", "day", "score", "card"])
        )
    row = pd.Index(account_ids).get_indexer(pd.Index(found["account"]))
    column = (pd.to_datetime(found["day"]) - pd.Timestamp(first)).dt.days.to_numpy(dtype=np.intp)
    known = row >= 0
    scores[row[known], column[known]] = found["score"].to_numpy(dtype=np.float64)[known]
    cards[row[known], column[known]] = found["card"].to_numpy(dtype=np.int64)[known]
    return scores, cards


def _ids(nights: Iterable[Run]) -> list[int]:
    return [night.pk for night in nights]


def _read(query: str, run: Run | None, **more: Any) -> pd.DataFrame:
    day, pk = (run.business_day, run.pk) if run else (dt.date.min, 0)
    with connection.cursor() as cursor:
        cursor.execute(query, {"day": day, "run": pk, **more})
        names = [column.name for column in cursor.description or ()]
        rows = pd.DataFrame(cursor.fetchall(), columns=pd.Index(names))
    return rows.set_index("account_id")


def ensure_partition(day: dt.date) -> None:
    """Makes the month's partition of the snapshots where it is missing.

    Attached to the table and not made as a part of it, which would wait for everybody who reads
    scores, a backup too, and hold up whoever comes behind.
    """
    first = day.replace(day=1)
    after = (first + dt.timedelta(days=32)).replace(day=1)
    name = f"metrics_snapshot_{first:%Y_%m}"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [PARTITION_LOCK])
        cursor.execute("SELECT FROM pg_inherits WHERE inhrelid = to_regclass(%s)", [name])
        if cursor.rowcount == 0:
            # days and name come from a date, never from outside
            cursor.execute(
                f"CREATE TABLE IF NOT EXISTS {name} (LIKE metrics_snapshot INCLUDING ALL)"
                # three rows fill a page, whether they are compressed to 2,000 bytes or not
                f" WITH (toast_tuple_target = {PACKED})"
            )
            cursor.execute(
                f"ALTER TABLE metrics_snapshot ATTACH PARTITION {name}"
                f" FOR VALUES FROM ('{first}') TO ('{after}')"
            )


def write_snapshots(parts: Iterable[bytes]) -> None:
    """Upserts rows by account, day and run; in a transaction. `parts`: rows as binary COPY, fields
    in the order of COLUMNS.
    """
    names = ", ".join(COLUMNS)
    updates = ", ".join(f"{name} = excluded.{name}" for name in COLUMNS if name not in KEY)
    with connection.cursor() as cursor:
        # a row is not worth compressing on its way
        cursor.execute(
            "CREATE TEMP TABLE IF NOT EXISTS snapshot_staging"
            " (LIKE metrics_snapshot INCLUDING DEFAULTS)"
            f" WITH (toast_tuple_target = {UNCOMPRESSED}) ON COMMIT DELETE ROWS"
        )
        cursor.execute("TRUNCATE snapshot_staging")
        copy_in = f"COPY snapshot_staging ({names}) FROM STDIN (FORMAT BINARY)"
        with connection.wrap_database_errors, cursor.cursor.copy(copy_in) as copy:
            copy.write(binary.START)
            for part in parts:
                copy.write(part)
            copy.write(binary.END)
        cursor.execute(
            f"INSERT INTO metrics_snapshot ({names})"  # noqa: S608 our own column names
            f" SELECT {names} FROM snapshot_staging ORDER BY account_id"
            f" ON CONFLICT ({', '.join(KEY)}) DO UPDATE SET {updates}"
        )
