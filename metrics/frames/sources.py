"""The state of each source of each account on the last whole day."""

from __future__ import annotations

import sys
from itertools import zip_longest
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from metrics.frames.past import Kind, Past
from metrics.frames.unheard import ENDED
from metrics.frames.window import Window
from metrics.models.together import read, together
from metrics.signals.base import Floats, Source, SourceState

# of several spans of the same scope the one that began last holds; those that are over say since
# when a source has been lost without a break
SPANS = """
SELECT source, coalesce(account_id, 0) AS account_id, state, (%(day)s::date - from_day) AS days,
       greatest(coalesce(%(day)s::date - to_day, 0), 0) AS ended
FROM {spans} s
WHERE known_at <= %(cutoff)s AND from_day < %(day)s
  AND (account_id IS NULL OR account_id >= %(lo)s AND account_id < %(hi)s)
ORDER BY account_id NULLS FIRST, from_day
"""
EVERYWHERE = 0
# a source that has never delivered anything to anybody is not connected
TABLES: dict[Source, str] = {
    Source.USAGE: "metrics_usageevent",
    Source.TRAINING: "metrics_trainingrecord",
    Source.TICKETS: "metrics_ticket",
    Source.SURVEYS: "metrics_survey",
    Source.MILESTONES: "accounts_milestone",
    Source.PEOPLE: "accounts_person",
}
CONNECTED = "SELECT " + ", ".join(  # noqa: S608  # our own names
    f"EXISTS (SELECT FROM {table} WHERE known_at <= %(cutoff)s) AS {source.value}"
    for source, table in TABLES.items()
)


LOST = ("late", "broken")
# an outage everywhere is an outage for an account too, whatever its own span says
_WORSE = {"live": 0, "absent": 0, "late": 1, "broken": 2}


class Span(NamedTuple):
    """A span of a source: days from its first day to t, and from its end to t (0: not over)."""

    state: str
    days: int
    ended: int


def read_spans(window: Window, past: Past) -> dict[str, list[Any]]:
    """Rows of SPANS, of CONNECTED and of ENDED under `spans`, `connected`, `ended`."""
    table = past.rows(Kind.SOURCE_STATUS)
    spans, ended = SPANS.format(spans=table), ENDED.format(spans=table)
    return read(together(spans=spans, connected=CONNECTED, ended=ended), window.parameters)


def source_states(
    rows: dict[str, list[Any]], account_ids: pd.Index[int]
) -> tuple[dict[Source, npt.NDArray[np.str_]], dict[Source, Floats]]:
    """Per source: states [A] and whole days since it was lost, late first and then broken or
    not [A]; `rows` as `read_spans` has them.
    """
    states, days = {}, {}
    found = _spans(rows["spans"])
    connected = vars(rows["connected"][0])
    position = {int(account): i for i, account in enumerate(account_ids)}
    for source in Source:
        start = SourceState.LIVE if connected[source.value] else SourceState.ABSENT
        spans = found.pop(source.value, {})
        everywhere = spans.pop(EVERYWHERE, [])
        whole = _current(everywhere)[0] or start.value
        state = np.full(len(account_ids), whole, dtype="U10")
        lost = np.full(len(account_ids), float(_days_lost(whole, everywhere)))
        for account, own in spans.items():
            row = position.get(account)
            if row is not None:
                state[row] = its = _worse(_current(own)[0], whole)
                lost[row] = _days_lost(its, everywhere, own)
        states[source], days[source] = state, lost
    return states, days


def _spans(rows: list[Any]) -> dict[str, dict[int, list[Span]]]:
    """By source and account, in the order in which they began."""
    found: dict[str, dict[int, list[Span]]] = {}
    for row in rows:
        own = found.setdefault(row.source, {}).setdefault(row.account_id, [])
        own.append(Span(row.state, row.days, row.ended))
    return found


def _current(spans: list[Span]) -> tuple[str, int]:
    """What the last one that holds says, "" where none does, and days since it took over."""
    since = sys.maxsize
    for span in reversed(spans):
        if not span.ended:
            return span.state, min(span.days, since)
        since = min(since, span.ended)
    return "", 0


def _days_lost(state: str, *scopes: list[Span]) -> int:
    """Days since the source was lost: an outage that ends where the next begins is one with it, or
    a source that is declared broken after it was late would seem to have spoken until yesterday.
    """
    if state not in LOST:
        return 0
    since = max(days for state, days in map(_current, scopes) if state in LOST)
    over = [
        span._replace(ended=max(span.ended, later.days) if later else span.ended)
        for spans in scopes
        for span, later in zip_longest(spans, spans[1:])
        if span.state in LOST
    ]
    for span in sorted(over, key=lambda span: span.ended):
        since = max(since, span.days) if span.ended <= since else since
    return since


def _worse(own: str, everywhere: str) -> str:
    """Of an account's own state ("": none) and the one that holds everywhere."""
    if not own or everywhere == "not_bought":
        return own or everywhere
    if own == "not_bought":
        return own
    return own if _WORSE[own] >= _WORSE[everywhere] else everywhere
