"""Score against ARR."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from metrics.charts.base import Figure, layout_of, plot_text

SHAPES = {"red": "diamond", "amber": "triangle-up", "green": "circle"}


def quadrant(
    points: Sequence[dict[str, Any]],
    *,
    red_below: float,
    green_from: float,
    middle: float,
    currency: str,
) -> Figure:
    """Score against ARR, one dot per account in the shape of its band; a click follows `address`.

    points: name, band, score, arr above 0, address. middle: the ARR that parts small from large.
    """
    traces = []
    for band, shape in SHAPES.items():
        chosen = [point for point in points if point["band"] == band]
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": [round(point["score"], 1) for point in chosen],
                "y": [point["arr"] for point in chosen],
                "hovertext": [
                    f"{plot_text(point['name'])}: score {point['score']:.0f}, "
                    f"ARR {point['arr']:,.0f} {plot_text(currency)}".rstrip()
                    for point in chosen
                ],
                "hoverinfo": "text",
                "cliponaxis": False,
                "customdata": [point["address"] for point in chosen],
                "marker": {
                    "symbol": shape,
                    "size": 9,
                    "opacity": 0.8,
                    "color": f"var(--hs-{band}-fill)",
                },
            }
        )
    layout = layout_of(height=460)
    layout["margin"] |= {"l": 56, "r": 16, "t": 24, "b": 40}
    low = min([red_below - 20, *(point["score"] for point in points)]) - 2
    layout["xaxis"] |= {"range": [max(low, 0), 101], "title": _title("Score")}
    unit = f"ARR, {plot_text(currency)}" if currency else "ARR"
    layout["yaxis"] |= {"type": "log", "title": _title(unit), **_ticks(points)}
    layout["dragmode"] = False
    layout["shapes"] = [_rule(limit, upright=True) for limit in (red_below, green_from)]
    if middle > 0:
        layout["shapes"].append(_rule(middle, upright=False))
        layout["annotations"] = [_corner("Large, at risk", 0), _corner("Large, healthy", 1)]
    return {"data": traces, "layout": layout}


def _title(text: str) -> dict[str, Any]:
    return {"text": text, "font": {"size": 12}}


def _ticks(points: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Room around all points, and a label at 1, 2 and 5 times each power of ten within it."""
    amounts = [point["arr"] for point in points] or [1e4, 1e5]
    low, high = min(amounts) / 1.5, max(amounts) * 1.5
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    values = [step * 10.0**power for power in powers for step in (1, 2, 5)]
    shown = [value for value in values if low <= value <= high]
    return {
        "range": [math.log10(low), math.log10(high)],
        "tickvals": shown,
        "ticktext": [_short(value) for value in shown],
    }


def _short(amount: float) -> str:
    """ "500", "20k", "1M"."""
    for unit, size in (("M", 1e6), ("k", 1e3)):
        if amount >= size:
            return f"{amount / size:g}{unit}"
    return f"{amount:g}"


def _rule(at: float, *, upright: bool) -> dict[str, Any]:
    """A dashed line through the whole plot."""
    own, other = ("x", "y") if upright else ("y", "x")
    return {
        "type": "line",
        "layer": "below",
        f"{own}0": at,
        f"{own}1": at,
        f"{other}ref": "paper",
        f"{other}0": 0,
        f"{other}1": 1,
        "line": {"color": "var(--hs-line-strong)", "width": 1, "dash": "dash"},
    }


def _corner(text: str, x: int) -> dict[str, Any]:
    """What an upper corner means."""
    return {
        "xref": "paper",
        "yref": "paper",
        "x": x,
        "y": 1,
        "xanchor": "right" if x else "left",
        "yanchor": "bottom",
        "text": text,
        "showarrow": False,
        "font": {"size": 12, "color": "var(--hs-text-2)"},
    }
