"""The score over time, with what happened marked on it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from metrics.charts import Figure, trend
from metrics.views.account.night import Day, Night
from metrics.views.account.timeline import Event, marks

SPANS = {"90d": ("90 d", 90), "12m": ("12 m", 365), "all": ("All", 3650)}
DEFAULT_SPAN = "12m"
TITLES = {"90d": "Last 90 days", "12m": "Last 12 months", "all": "All nights"}
WEEK = 7  # the table under the chart has every seventh night, and those that are marked


def history(night: Night, events: list[Event], span: str) -> dict[str, Any]:
    """The figure, and the same numbers for the table under it."""
    chosen = span if span in SPANS else DEFAULT_SPAN
    first = night.run.business_day - dt.timedelta(days=SPANS[chosen][1])
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
        "title": TITLES[chosen],
        "is_short": bool(days) and (days[0].day - first).days > WEEK,
        "figure": _figure(night, days, events) if len(scored) > 1 else None,
        "rows": [
            {"day": day.day, "score": day.score, "marks": ", ".join(marked.get(day.day, []))}
            for day in shown
        ],
        "span": chosen,
        "spans": [(key, name) for key, (name, _) in SPANS.items()],
        "first": days[0].day if days else None,
    }


def _figure(night: Night, days: list[Day], events: list[Event]) -> Figure:
    return trend(
        [day.day for day in days],
        [None if day.score is None else round(day.score, 1) for day in days],
        red_below=night.config.red_below,
        green_from=night.config.green_from,
        band=night.now.band,
        events=marks(events, first=days[0].day, last=days[-1].day),
    )
