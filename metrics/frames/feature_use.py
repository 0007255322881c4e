"""Which person used which feature, when first and when last before t; as known by the cut-off.

A calendar that learnt something of the days before t after the cut-off is not read: its person's
uses come from the facts themselves.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from psycopg import sql

from metrics.frames.calendars import (
    POSTGRES_EPOCH,
    Calendars,
    last_days_ago,
    read_calendars,
    usable,
)
from metrics.frames.window import Window
from metrics.signals.base import HISTORY_DAYS

CALENDAR = {
    "person_id": "bigint",
    "feature_id": "bigint",
    "base": "date",
    "first_day": "date",
    "known_at": "moment",
    "used_days": "bits",
}
# what came in since the cut-off about later days than those that are read changes nothing here
KNOWN_AT = sql.SQL(
    "CASE WHEN known_at > {cutoff} AND newest_day >= {day} THEN known_before ELSE known_at END"
)
# of the accounts of those people alone: there may be thousands of facts for each person
FACTS = """
SELECT e.person_id, e.feature_id, (%(day)s::date - min(e.day)) AS first_days_ago,
       (%(day)s::date - max(e.day)) AS last_days_ago
FROM (
    SELECT DISTINCT account_id FROM metrics_feature_calendar
    WHERE account_id >= %(lo)s AND account_id < %(hi)s AND person_id = ANY(%(persons)s)
) a
JOIN metrics_usageevent e USING (account_id)
WHERE e.day < %(day)s AND e.known_at <= %(cutoff)s
  AND e.feature_id IS NOT NULL AND e.person_id = ANY(%(persons)s)
GROUP BY e.person_id, e.feature_id
"""
COLUMNS = ["person", "feature", "first_days_ago", "last_days_ago"]


def read_feature_use(
    window: Window, *, person_ids: pd.Index[int], features: pd.DataFrame
) -> pd.DataFrame:
    """One row per person and feature; columns as in `Frames.feature_use`."""
    known_at = KNOWN_AT.format(cutoff=sql.Literal(window.cutoff), day=sql.Literal(window.day))
    calendars = read_calendars(
        window,
        table="metrics_feature_calendar",
        columns=CALENDAR,
        instead={"known_at": known_at},
    )
    good = usable(calendars, window, first_day=window.first_day)
    late = np.unique(calendars[~good]["person_id"].astype(np.int64))
    fresh = calendars[~np.isin(calendars["person_id"], late)]
    rows = pd.concat([_from_calendars(fresh, window), _from_facts(late, window)], ignore_index=True)
    rows["person"] = person_ids.get_indexer(pd.Index(rows["person_id"]))
    rows["feature"] = pd.Index(features["id"]).get_indexer(pd.Index(rows["feature_id"]))
    known = rows[(rows["person"] >= 0) & (rows["feature"] >= 0)]
    ordered = known.sort_values(["person", "feature"], ignore_index=True)
    return ordered[COLUMNS].astype(np.int64)


def _from_calendars(calendars: Calendars, window: Window) -> pd.DataFrame:
    ago = last_days_ago(calendars, "used_days", window)
    first = (window.day - POSTGRES_EPOCH).days - calendars["first_day"].astype(np.int64)
    # used long before the window and not since: any day before it is as good as another
    before = np.maximum(first, HISTORY_DAYS + 1)
    last = np.where(ago > 0, ago, before)
    rows = pd.DataFrame(
        {
            "person_id": calendars["person_id"].astype(np.int64),
            "feature_id": calendars["feature_id"].astype(np.int64),
            "first_days_ago": first,
            "last_days_ago": last,
        }
    )
    return rows[rows["first_days_ago"] >= 1]


def _from_facts(persons: npt.NDArray[np.int64], window: Window) -> pd.DataFrame:
    if not len(persons):
        return pd.DataFrame(columns=["person_id", "feature_id", *COLUMNS[2:]], dtype=np.int64)
    return window.fetch(FACTS, persons=persons.tolist())
