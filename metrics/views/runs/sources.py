"""Freshness per source: its last record and delivery, what was refused, a dot per day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from django.utils import timezone

from accounts.models import Organisation
from metrics.models import Expectation
from metrics.models.expectations import last_records
from metrics.models.together import read, together
from metrics.templatetags.shell import SOURCE_NAMES

DAYS = 28
NAMES = SOURCE_NAMES | {"accounts": "Accounts and contracts", "arr_movements": "ARR movements"}
# after so many days without a record a source is worth a look; others may rest for long
SILENT_DAYS = {"usage": 3, "tickets": 30, "training": 60, "surveys": 120}
MARKS = {"late": "amber", "broken": "red", "not_bought": "grey"}
WORDS = {"late": "Late", "broken": "Down", "not_bought": "Not bought"}

KNOWN = together(
    spans="""
        SELECT source, state, from_day AS from_on, to_day AS to_on FROM metrics_sourcestatus
        WHERE account_id IS NULL ORDER BY from_day
    """,
    # accounts that have their own word on a source
    own="""
        SELECT source, count(DISTINCT account_id) AS accounts FROM metrics_sourcestatus
        WHERE account_id IS NOT NULL AND state <> 'live'
          AND from_day <= %(today)s AND (to_day IS NULL OR to_day > %(today)s)
        GROUP BY source
    """,
    # last delivery, and rows accepted within seven days
    batches="""
        SELECT source, max(finished_at) AS last_at,
            sum(accepted) FILTER (WHERE started_at >= %(week)s) AS rows
        FROM metrics_batch WHERE state = 'finished' GROUP BY source
    """,
    # rows that were refused, and rows that wait for their account or person
    refused="""
        SELECT batch.source,
            count(*) FILTER (WHERE waits_for_account = '' AND waits_for_person = '') AS rejects,
            count(*) FILTER (WHERE waits_for_account <> '' OR waits_for_person <> '') AS waiting
        FROM metrics_reject reject JOIN metrics_batch batch ON batch.id = reject.batch_id
        WHERE reject.state = 'open' GROUP BY batch.source
    """,
    expected="SELECT source, every_days, grace_days, is_paused FROM metrics_expectation",
)
NOTHING = SimpleNamespace(last_at=None, rows=0, rejects=0, waiting=0)


@dataclass(frozen=True, kw_only=True)
class SourceLine:
    """One source; `mark` is the band whose shape its state has, so are the dots."""

    key: str
    name: str
    mark: str
    word: str
    since: dt.date | None
    without: int  # accounts that have their own word on it, such as not bought
    last_record: dt.date | None
    last_batch: dt.datetime | None
    rows: int
    rejects: int
    waiting: int
    dots: list[str]
    expected: Any  # `Expectation`


def sources(organisation: Organisation) -> list[SourceLine]:
    """All sources in their order."""
    now = timezone.now()
    today = organisation.day_of(now)
    found = read(KNOWN, {"today": today, "week": now - dt.timedelta(days=7)})
    own = {row.source: row.accounts for row in found["own"]}
    batches, refused, expected = (
        {row.source: row for row in found[part]} for part in ("batches", "refused", "expected")
    )
    records = last_records(organisation.timezone)
    return [
        _line(
            key,
            today=today,
            spans=[span for span in found["spans"] if span.source == key],
            record=records.get(key),
            batch=batches.get(key, NOTHING),
            refused=refused.get(key, NOTHING),
            without=own.get(key, 0),
            expected=expected.get(key, Expectation(source=key)),
        )
        for key in NAMES
    ]


def _line(
    key: str,
    *,
    today: dt.date,
    spans: list[Any],
    record: dt.date | None,
    batch: Any,
    refused: Any,
    without: int,
    expected: Any,
) -> SourceLine:
    connected = bool(batch is not NOTHING or record)
    span = next((span for span in reversed(spans) if _holds(span, today)), None)
    mark, word, since = _state(key, span, record, connected=connected, today=today)
    if expected.is_paused and mark in ("green", "amber"):
        mark, word, since = "grey", "Paused", None
    days = [today - dt.timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    return SourceLine(
        key=key,
        name=NAMES[key],
        mark=mark,
        word=word,
        since=since,
        without=without,
        last_record=record,
        last_batch=batch.last_at,
        rows=batch.rows or 0,
        rejects=refused.rejects,
        waiting=refused.waiting,
        dots=[_dot(key, day, spans, record, connected=connected) for day in days],
        expected=expected,
    )


def _state(
    key: str,
    span: Any,
    record: dt.date | None,
    *,
    connected: bool,
    today: dt.date,
) -> tuple[str, str, dt.date | None]:
    """(mark, word, since): what was said of it, else what its silence says."""
    if span and span.state in MARKS:
        return MARKS[span.state], WORDS[span.state], span.from_on
    if not connected:
        return "grey", "Not connected", None
    if _is_silent(key, record, today):
        return "amber", "Silent", record
    return "green", "Up", None


def _dot(
    key: str,
    day: dt.date,
    spans: list[Any],
    record: dt.date | None,
    *,
    connected: bool,
) -> str:
    span = next((span for span in reversed(spans) if _holds(span, day)), None)
    if span and span.state in MARKS:
        return MARKS[span.state]
    if not connected:
        return "grey"
    return "amber" if record and record < day and _is_silent(key, record, day) else "green"


def _is_silent(key: str, record: dt.date | None, day: dt.date) -> bool:
    limit = SILENT_DAYS.get(key)
    return bool(limit and record and (day - record).days > limit)


def _holds(span: Any, day: dt.date) -> bool:
    return bool(span.from_on <= day and (span.to_on is None or span.to_on > day))
