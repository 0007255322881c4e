"""The score over time, with what happened marked on it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from metrics.charts import Figure, trend
from metrics.views.account.night import Day, Night
from metrics.views.account.timeline import Event, marks

SPANS = {"90d": ("90 d", 90), "12m": ("12 m", 365), "all": ("All", 3650)}
DEFAULT_SPAN = "12m"
TABLE_DAYS = 7  # every seventh day in the table under the chart, and the newest


def history(night: Night, events: list[Event], span: str) -> dict[str, Any]:
    """The figure, and the same numbers for the table under it."""
    chosen = span if span in SPANS else DEFAULT_SPAN
    first = night.run.business_day - dt.timedelta(days=SPANS[chosen][1])
    days = [day for day in night.history if day.day > first]
    scored = [day for day in days if day.score is not None]
    return {
        "figure": _figure(night, days, events) if len(scored) > 1 else None,
        "rows": days[::-TABLE_DAYS],
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
        events=marks(events, first=days[0].day),
    )
