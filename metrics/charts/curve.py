"""A signal's curve, with the accounts behind it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from metrics.charts.base import Figure, layout_of

BINS = 20  # of the accounts behind a curve


def curve(
    anchors: Sequence[tuple[float, float]],
    *,
    live: Sequence[tuple[float, float]],
    values: Sequence[float],
    percent: bool,
) -> Figure:
    """A signal's curve from raw value to points, the live version dashed, accounts behind it."""
    low, high = anchors[0][0], anchors[-1][0]
    room = (high - low) * 0.08 or 1.0
    layout = layout_of(height=220)
    layout["xaxis"] |= {"range": [low - room, high + room], "tickformat": ",.0%" if percent else ""}
    layout["yaxis"] |= {"range": [0, 106], "tickvals": [0, 25, 50, 75, 100]}
    dashed = _curve_line(live, room, "var(--hs-line-strong)", 1.25, "dash")
    drawn = _curve_line(anchors, room, "var(--hs-accent)", 1.75, "solid")
    dots = {
        "type": "scatter",
        "mode": "markers",
        "x": [raw for raw, _ in anchors],
        "y": [points for _, points in anchors],
        "marker": {
            "size": 9,
            "color": "var(--hs-canvas)",
            "line": {"color": "var(--hs-accent)", "width": 1.75},
        },
        "cliponaxis": False,
        "hovertemplate": "%{x} gives %{y:.0f} points<extra></extra>",
    }
    bars = [_histogram(values, low, high)] if values else []
    return {"data": [*bars, dashed, drawn, dots], "layout": layout}


def _histogram(values: Sequence[float], low: float, high: float) -> dict[str, Any]:
    """How many accounts lie where, as bars of up to half the height; the ends hold what is beyond
    them.
    """
    width = (high - low) / BINS
    counts = [0] * BINS
    for value in values:
        counts[min(max(int((value - low) / width), 0), BINS - 1)] += 1
    most = max(counts)
    return {
        "type": "bar",
        "x": [low + (place + 0.5) * width for place in range(BINS)],
        "y": [50 * count / most for count in counts],
        "width": width * 0.86,
        "marker": {"color": "var(--hs-ink-soft)"},
        "hovertext": [f"{count} account{'' if count == 1 else 's'}" for count in counts],
        "hoverinfo": "text",
    }


def _curve_line(
    anchors: Sequence[tuple[float, float]], room: float, colour: str, width: float, dash: str
) -> dict[str, Any]:
    xs, ys = [x for x, _ in anchors], [y for _, y in anchors]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [xs[0] - room, *xs, xs[-1] + room],
        "y": [ys[0], *ys, ys[-1]],
        "line": {"color": colour, "width": width, "dash": dash},
        "hovertemplate": "%{x:.2f} gives %{y:.0f} points<extra></extra>",
    }
