"""A signal's curve as a drawing: everything in per cent of its width and height.

It is SVG and not Plotly, because its points are handles: they are moved with the keyboard.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

Points = Sequence[tuple[float, float]]
BINS = 20  # of the accounts behind a curve
BAR_TOP = 50.0  # per cent of the height that the fullest bin takes
TICKS = 6
ROOM = 0.06  # beyond the outer anchors, as a share of what lies between them


@dataclass(frozen=True, kw_only=True)
class Bar:
    """Accounts of one bin; x, y, width, height in per cent."""

    x: float
    y: float
    width: float
    height: float
    accounts: int


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """low, high: the ends of the axis in the unit of the page. segments: (x1, y1, x2, y2); dots:
    (x, y, raw, points); ticks: (x, label); all of them but raw, points and label in per cent.
    """

    low: float
    high: float
    bars: list[Bar]
    live: list[tuple[float, float, float, float]]
    drawn: list[tuple[float, float, float, float]]
    dots: list[tuple[float, float, float, float]]
    ticks: list[tuple[float, str]]


def curve(anchors: Points, *, live: Points, values: Sequence[float], unit: str) -> Drawing:
    """The curve, the live one to lay it on, and how many accounts lie where.

    anchors, live: (raw, points); values: raw values of accounts; all raw in the unit of the page.
    """
    low = min(anchors[0][0], live[0][0])
    high = max(anchors[-1][0], live[-1][0])
    room = (high - low) * ROOM or 1.0
    low, high = low - room, high + room

    def x(raw: float) -> float:
        return round(100 * (raw - low) / (high - low), 3)

    def line(points: Points) -> list[tuple[float, float, float, float]]:
        whole = [(low, points[0][1]), *points, (high, points[-1][1])]
        places = [(x(raw), round(100 - at, 3)) for raw, at in whole]
        return [(*before, *after) for before, after in pairwise(places)]

    return Drawing(
        low=low,
        high=high,
        bars=_bars(values, low, high),
        live=line(live),
        drawn=line(anchors),
        dots=[(x(raw), round(100 - points, 3), raw, points) for raw, points in anchors],
        ticks=[(x(tick), f"{_number(tick)}{unit}") for tick in _ticks(low, high)],
    )


def _bars(values: Sequence[float], low: float, high: float) -> list[Bar]:
    """The first and the last bin hold what lies beyond the ends, too."""
    if not values:
        return []
    places = (np.asarray(values, dtype=np.float64) - low) / (high - low) * BINS
    whole = np.clip(places, 0, BINS - 1).astype(np.intp)
    counts = np.bincount(whole, minlength=BINS).tolist()
    most, slot = max(counts), 100 / BINS
    heights = [BAR_TOP * count / most for count in counts]
    return [
        Bar(
            x=round((place + 0.07) * slot, 3),
            y=round(100 - heights[place], 3),
            width=round(0.86 * slot, 3),
            height=round(heights[place], 3),
            accounts=count,
        )
        for place, count in enumerate(counts)
        if count
    ]


def _ticks(low: float, high: float) -> list[float]:
    """Round numbers between the ends: multiples of 1, 2 or 5 times a power of ten."""
    rough = (high - low) / TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * times for times in (1, 2, 5, 10) if power * times >= rough)
    first = math.ceil(low / step)
    return [place * step for place in range(first, math.floor(high / step) + 1)]


def _number(value: float) -> str:
    """A true minus sign; no more decimals than needed."""
    return f"{value + 0:.6g}".replace("-", "\u2212")
