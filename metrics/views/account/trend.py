"""The score over time, with what happened marked on it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from metrics.charts import Figure, trend
from metrics.views.account.events import Event
from metrics.views.account.night import Day, Night
from metrics.views.account.timeline import marks

WEEK = 7  # the table under the chart has every seventh night, and those that are marked


@dataclass(frozen=True, kw_only=True)
class Span:
    """How far back the trend reaches."""

    key: str
    label: str
    title: str
    days: int

    def first(self, day: dt.date) -> dt.date:
        """The day before the first one shown."""
        return day - dt.timedelta(days=self.days)


SPANS = (
    Span(key="90d", label="90 d", title="Last 90 days", days=90),
    Span(key="12m", label="12 m", title="Last 12 months", days=365),
    Span(key="all", label="All", title="All nights", days=3650),
)
DEFAULT_SPAN = SPANS[1]


def read_span(asked: str) -> Span:
    """Out of the address; the default for anything else."""
    return next((span for span in SPANS if span.key == asked), DEFAULT_SPAN)


def history(night: Night, events: list[Event], span: Span) -> dict[str, Any]:
    """The figure, and the same numbers for the table under it."""
    first = span.first(night.run.business_day)
    days = [day for day in night.history if day.day > first]
    scored = [day for day in days if day.score is not None]
    marked: dict[dt.date, list[str]] = {}
    for event in events:
        if event.mark:
            marked.setdefault(event.day, []).append(event.mark)
    shown = [
        day for place, day in enumerate(reversed(days)) if not place % WEEK or day.day in marked
    ]
    return {
        "title": span.title,
        "is_short": bool(days) and (days[0].day - first).days > WEEK,
        "figure": _figure(night, days, events) if len(scored) > 1 else None,
        "rows": [
            {"day": day.day, "score": day.score, "marks": ", ".join(marked.get(day.day, []))}
            for day in shown
        ],
        "span": span.key,
        "spans": [(one.key, one.label) for one in SPANS],
        "first": days[0].day if days else None,
    }


def _figure(night: Night, days: list[Day], events: list[Event]) -> Figure:
    labelled, rest = marks(events, first=days[0].day, last=days[-1].day)
    return trend(
        [day.day for day in days],
        [None if day.score is None else round(day.score, 1) for day in days],
        red_below=night.config.red_below,
        green_from=night.config.green_from,
        band=night.now.band,
        events=[(event.day, event.mark) for event in labelled],
        marks=[(event.day, event.title) for event in rest],
    )
