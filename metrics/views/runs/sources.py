"""Freshness per source: its last record and delivery, what was refused, a dot per day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Q, Sum
from django.utils import timezone

from accounts.models import Organisation
from metrics.models import Batch, Expectation, Reject, SourceStatus
from metrics.models.expectations import last_records
from metrics.templatetags.shell import SOURCE_NAMES

DAYS = 28
NAMES = SOURCE_NAMES | {"accounts": "Accounts and contracts", "arr_movements": "ARR movements"}
# after so many days without a record a source is worth a look; others may rest for long
SILENT_DAYS = {"usage": 3, "tickets": 30, "training": 60, "surveys": 120}
MARKS = {"late": "amber", "broken": "red", "not_bought": "grey"}
WORDS = {"late": "Late", "broken": "Down", "not_bought": "Not bought"}


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
    expected: Expectation


def sources(organisation: Organisation) -> list[SourceLine]:
    """All sources in their order."""
    now = timezone.now()
    today = organisation.day_of(now)
    spans = list(SourceStatus.objects.filter(account=None).order_by("from_day"))
    own = dict(
        SourceStatus.objects.filter(_on(today), account__isnull=False)
        .exclude(state=SourceStatus.State.LIVE)
        .values_list("source")
        .annotate(Count("account", distinct=True))
    )
    expected = {one.source: one for one in Expectation.objects.all()}
    records, batches, refused = last_records(organisation.timezone), _batches(now), _rejects()
    return [
        _line(
            key,
            today=today,
            spans=[span for span in spans if span.source == key],
            record=records.get(key),
            batch=batches.get(key, {}),
            refused=refused.get(key, {}),
            without=own.get(key, 0),
            expected=expected.get(key, Expectation(source=key)),
        )
        for key in NAMES
    ]


def _on(day: dt.date) -> Q:
    return Q(from_day__lte=day) & (Q(to_day=None) | Q(to_day__gt=day))


def _batches(now: dt.datetime) -> dict[str, dict[str, Any]]:
    """Per source: last delivery, and rows accepted within seven days."""
    week = Q(started_at__gte=now - dt.timedelta(days=7))
    done = Batch.objects.filter(state=Batch.State.FINISHED).order_by()
    rows = done.values("source").annotate(
        last=Max("finished_at"), rows=Sum("accepted", filter=week)
    )
    return {row["source"]: dict(row) for row in rows}


def _rejects() -> dict[str, dict[str, Any]]:
    """Per source: rows that were refused, and rows that wait for their account or person."""
    waits = ~Q(waits_for_account="") | ~Q(waits_for_person="")
    rows = (
        Reject.objects.filter(state=Reject.State.OPEN)
        .values("batch__source")
        .annotate(rejects=Count("pk", filter=~waits), waiting=Count("pk", filter=waits))
    )
    return {row["batch__source"]: dict(row) for row in rows}


def _line(
    key: str,
    *,
    today: dt.date,
    spans: list[SourceStatus],
    record: dt.date | None,
    batch: dict[str, Any],
    refused: dict[str, Any],
    without: int,
    expected: Expectation,
) -> SourceLine:
    connected = bool(batch or record)
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
        last_batch=batch.get("last"),
        rows=batch.get("rows") or 0,
        rejects=refused.get("rejects", 0),
        waiting=refused.get("waiting", 0),
        dots=[_dot(key, day, spans, record, connected=connected) for day in days],
        expected=expected,
    )


def _state(
    key: str,
    span: SourceStatus | None,
    record: dt.date | None,
    *,
    connected: bool,
    today: dt.date,
) -> tuple[str, str, dt.date | None]:
    """(mark, word, since): what was said of it, else what its silence says."""
    if span and span.state in MARKS:
        return MARKS[span.state], WORDS[span.state], span.from_day
    if not connected:
        return "grey", "Not connected", None
    if _is_silent(key, record, today):
        return "amber", "Silent", record
    return "green", "Up", None


def _dot(
    key: str,
    day: dt.date,
    spans: list[SourceStatus],
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


def _holds(span: SourceStatus, day: dt.date) -> bool:
    return span.from_day <= day and (span.to_day is None or span.to_day > day)
