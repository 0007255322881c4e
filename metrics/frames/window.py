"""What a reader may see: a range of accounts, a day, a cut-off, a zone; and fetching rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from django.db import connection

from metrics.frames.columns import Columns, arrays, statement
from metrics.signals.base import HISTORY_DAYS


@dataclass(frozen=True, kw_only=True)
class Window:
    """Accounts lo <= id < hi on `day`, with facts known by `cutoff` (UTC)."""

    day: dt.date
    cutoff: dt.datetime
    zone: str
    lo: int
    hi: int

    @property
    def first_day(self) -> dt.date:
        """The oldest day that any signal looks at."""
        return self.day - dt.timedelta(days=HISTORY_DAYS)

    @property
    def parameters(self) -> dict[str, Any]:
        """Named parameters of every query of the reader."""
        return {
            "day": self.day,
            "first_day": self.first_day,
            "cutoff": self.cutoff,
            "zone": self.zone,
            "lo": self.lo,
            "hi": self.hi,
        }

    def rows(self, query: str, **more: Any) -> list[tuple[Any, ...]]:
        """Rows of `query`, for few of them."""
        with connection.cursor() as cursor:
            cursor.execute(query, {**self.parameters, **more})
            found: list[tuple[Any, ...]] = cursor.fetchall()
        return found

    def fetch(self, query: str, **more: Any) -> pd.DataFrame:
        """Rows of `query` under the names of its columns; values as the driver gives them."""
        with connection.cursor() as cursor:
            cursor.execute(query, {**self.parameters, **more})
            names = [column.name for column in cursor.description or ()]
            return pd.DataFrame(cursor.fetchall(), columns=pd.Index(names))

    def fetch_columns(self, query: str, kinds: Mapping[str, str], **more: Any) -> pd.DataFrame:
        """As `fetch`, for many rows: `kinds` names the columns, see `metrics.frames.columns`."""
        return pd.DataFrame(self.fetch_arrays(query, kinds, **more))

    def fetch_arrays(self, query: str, kinds: Mapping[str, str], **more: Any) -> Columns:
        """The same before a table is made of it: to put a column into one later, or to take one
        out, costs as much as a small table.
        """
        sent = statement(query, kinds)
        with (
            connection.cursor() as cursor,
            connection.wrap_database_errors,
            cursor.cursor.copy(sent, {**self.parameters, **more}) as copy,
        ):
            return arrays(b"".join(bytes(block) for block in copy), kinds)
