"""The score over time."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Sequence
from typing import Any

from metrics.charts.base import Figure, layout_of, plot_text


def trend(
    days: Sequence[dt.date],
    scores: Sequence[float | None],
    *,
    red_below: float,
    green_from: float,
    band: str,
    events: Sequence[tuple[dt.date, str]] = (),
    marks: Sequence[tuple[dt.date, str]] = (),
) -> Figure:
    """The score over time with bands behind it and events in a lane above; the newest day has a
    dot in the fill of its `band`. marks: events that have a dot on the line only, and no label.
    """
    known = [score for score in scores if score is not None]
    low = max(0.0, min([red_below, *known]) - 12)
    high = min(100.0, max([green_from, *known]) + 10)
    edges = (("red", low, red_below), ("amber", red_below, green_from), ("green", green_from, high))
    line = {
        "type": "scatter",
        "mode": "lines",
        "x": [day.isoformat() for day in days],
        "y": list(scores),
        "line": {"color": "var(--hs-text)", "width": 1.75},
        "connectgaps": False,
        "hovertemplate": "%{x|%-d %b %Y}: %{y:.1f}<extra></extra>",
    }
    layout = layout_of(height=260)
    layout["margin"] |= {"t": 40 if events else 8, "r": 56}
    layout["yaxis"] |= {
        "range": [low, high],
        "tickvals": [value for value in (30, red_below, green_from, 90) if value >= low],
        "showgrid": False,
    }
    layout["xaxis"] |= {"type": "date", "nticks": 8, "tickformat": _date_format(days)}
    if days:
        room = dt.timedelta(days=max((days[-1] - days[0]).days // 60, 1))
        layout["xaxis"]["range"] = [days[0].isoformat(), (days[-1] + room).isoformat()]
    layout["shapes"] = [
        {
            "type": "rect",
            "xref": "paper",
            "x0": 0,
            "x1": 1,
            "y0": y0,
            "y1": y1,
            "fillcolor": f"var(--hs-{band}-soft)",
            "line": {"width": 0},
            "layer": "below",
        }
        for band, y0, y1 in edges
        if y1 > y0
    ] + [_event_line(day) for day, _ in events]
    layout["annotations"] = [
        _side_label(band, (y0 + y1) / 2) for band, y0, y1 in edges if y1 > y0
    ] + _event_labels(events)
    everything = sorted([*events, *marks])
    dots = [*_event_marks(days, scores, everything), *_end_mark(days, scores, band)]
    return {"data": [line, *dots], "layout": layout}


def _date_format(days: Sequence[dt.date]) -> str:
    """Days where the window is short, the year where it is long."""
    span = (days[-1] - days[0]).days if days else 0
    if span <= 120:
        return "%-d %b"
    return "%b" if span <= 400 else "%b %Y"


def _end_mark(
    days: Sequence[dt.date], scores: Sequence[float | None], band: str
) -> list[dict[str, Any]]:
    if not days or scores[-1] is None:
        return []
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "x": [days[-1].isoformat()],
            "y": [scores[-1]],
            "marker": {"size": 7, "color": f"var(--hs-{band}-fill)"},
            "cliponaxis": False,
            "hoverinfo": "skip",
        }
    ]


def _event_line(day: dt.date) -> dict[str, Any]:
    return {
        "type": "line",
        "x0": day.isoformat(),
        "x1": day.isoformat(),
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "line": {"color": "var(--hs-line-strong)", "width": 1, "dash": "dot"},
        "layer": "below",
    }


def _event_marks(
    days: Sequence[dt.date],
    scores: Sequence[float | None],
    events: Sequence[tuple[dt.date, str]],
) -> list[dict[str, Any]]:
    known = [(day, score) for day, score in zip(days, scores, strict=True) if score is not None]
    names: dict[dt.date, list[str]] = {}
    for day, name in events:
        names.setdefault(day, []).append(plot_text(name))
    marked = [
        (day, f"{day.day} {day:%b %Y}: {', '.join(said)}", _score_at(day, known))
        for day, said in names.items()
        if known and known[0][0] <= day <= known[-1][0]
    ]
    if not marked:
        return []
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "x": [day.isoformat() for day, _, _ in marked],
            "y": [score for _, _, score in marked],
            "marker": {
                "size": 7,
                "color": "var(--hs-canvas)",
                "line": {"color": "var(--hs-accent)", "width": 1.75},
            },
            "hovertext": [name for _, name, _ in marked],
            "hoverinfo": "text",
        }
    ]


def _score_at(day: dt.date, known: Sequence[tuple[dt.date, float]]) -> float:
    """Where the line is on a day, also between two nights."""
    after = bisect_left(known, day, key=lambda point: point[0])
    (last, high), (first, low) = known[after], known[max(after - 1, 0)]
    if last == day or first == last:
        return high
    return round(low + (high - low) * (day - first).days / (last - first).days, 1)


def _event_labels(events: Sequence[tuple[dt.date, str]]) -> list[dict[str, Any]]:
    return [
        {
            "x": day.isoformat(),
            "y": 1,
            "yref": "paper",
            "yshift": 8 + 14 * (place % 2),
            "text": plot_text(name),
            "showarrow": False,
            "yanchor": "bottom",
            "font": {"size": 11, "color": "var(--hs-text-3)"},
        }
        for place, (day, name) in enumerate(events)
    ]


def _side_label(band: str, y: float) -> dict[str, Any]:
    return {
        "xref": "paper",
        "x": 1,
        "xanchor": "left",
        "xshift": 6,
        "y": y,
        "text": band.capitalize(),
        "showarrow": False,
        "font": {"size": 12, "color": f"var(--hs-{band})"},
    }
