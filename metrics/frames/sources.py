"""The state of each source of each account on the last whole day."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from django.db import connection

from metrics.frames.past import Kind, Past
from metrics.frames.window import Window
from metrics.signals.base import Floats, Source, SourceState

# of several spans of the same scope the one that began last holds
SPANS = """
SELECT source, account_id, state, (%(day)s::date - from_day) AS days
FROM {spans} s
WHERE known_at <= %(cutoff)s AND from_day < %(day)s
  AND (to_day IS NULL OR to_day >= %(day)s)
  AND (account_id IS NULL OR account_id >= %(lo)s AND account_id < %(hi)s)
ORDER BY account_id NULLS FIRST, from_day
"""
# a source that has never delivered anything to anybody is not connected
CONNECTED: dict[Source, str] = {
    Source.USAGE: "SELECT 1 FROM metrics_usageevent WHERE known_at <= %(cutoff)s LIMIT 1",
    Source.TRAINING: "SELECT 1 FROM metrics_trainingrecord WHERE known_at <= %(cutoff)s LIMIT 1",
    Source.TICKETS: "SELECT 1 FROM metrics_ticket WHERE known_at <= %(cutoff)s LIMIT 1",
    Source.SURVEYS: "SELECT 1 FROM metrics_survey WHERE known_at <= %(cutoff)s LIMIT 1",
    Source.MILESTONES: "SELECT 1 FROM accounts_milestone WHERE known_at <= %(cutoff)s LIMIT 1",
    Source.PEOPLE: "SELECT 1 FROM accounts_person WHERE known_at <= %(cutoff)s LIMIT 1",
}


# an outage everywhere is an outage for an account too, whatever its own span says
_WORSE = {"live": 0, "absent": 0, "late": 1, "broken": 2}


def read_sources(
    window: Window, past: Past, account_ids: pd.Index[int]
) -> tuple[dict[Source, npt.NDArray[np.str_]], dict[Source, Floats]]:
    """Per source: states [A] and whole days since it went late or broke [A]."""
    states, days = {}, {}
    spans = window.fetch(SPANS.format(spans=past.rows(Kind.SOURCE_STATUS)))
    position = {int(account): i for i, account in enumerate(account_ids)}
    for source in Source:
        start = SourceState.LIVE if _is_connected(window, source) else SourceState.ABSENT
        everywhere, since = start.value, 0
        own: dict[int, tuple[str, int]] = {}
        for where, its, its_days in _spans_of(spans, source):
            if where is None:
                everywhere, since = its, its_days
            elif where in position:
                own[position[where]] = (its, its_days)
        state = np.full(len(account_ids), everywhere, dtype="U10")
        late = np.full(len(account_ids), float(since if everywhere in ("late", "broken") else 0))
        for row, (its, its_days) in own.items():
            if _holds(its, everywhere):
                state[row] = its
                late[row] = its_days if its in ("late", "broken") else 0
        states[source], days[source] = state, late
    return states, days


def _spans_of(spans: pd.DataFrame, source: Source) -> list[tuple[int | None, str, int]]:
    """(account or everywhere, state, days since it began) of one source, in the query's order."""
    own = spans[spans["source"] == source.value]
    return [
        (None if pd.isna(account) else int(account), str(state), int(days))
        for account, state, days in zip(
            own["account_id"].tolist(), own["state"].tolist(), own["days"].tolist(), strict=True
        )
    ]


def _holds(own: str, everywhere: str) -> bool:
    """Whether an account's own state counts rather than the one that holds everywhere."""
    if "not_bought" in (own, everywhere):
        return True
    return _WORSE[own] >= _WORSE[everywhere]


def _is_connected(window: Window, source: Source) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(CONNECTED[source], window.parameters)
        return cursor.fetchone() is not None
