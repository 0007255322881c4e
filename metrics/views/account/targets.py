"""What a signal's value would have to be for a number of points: its curve, read backwards."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise
from math import isnan
from typing import Any

from metrics.scoring.curves import Curve
from metrics.signals.numbers import NBSP, Value, count, hours, number, percent, signed

NOTHING = "–"


def crossings(curve: Curve, points: float) -> list[tuple[float, bool]]:
    """Raw values at which the curve reaches so many points, and whether more of it is better."""
    found = []
    for (x0, y0), (x1, y1) in pairwise(curve.anchors):
        if y0 < points <= y1:
            found.append((x0 + (points - y0) * (x1 - x0) / (y1 - y0), True))
        elif y0 >= points > y1:
            found.append((x0 + (y0 - points) * (x1 - x0) / (y0 - y1), False))
    return found


def target_text(
    code: str, curve: Curve, points: float, value: Value, detail: Mapping[str, Any]
) -> str:
    """The nearest value that gives the points, in the signal's own unit; an en dash where none
    does, or every value. "at most" where less of it is better.
    """
    found = crossings(curve, points)
    if not found:
        return NOTHING
    near = 0.0 if isnan(value.raw) else value.raw
    raw, more = min(found, key=lambda crossing: abs(crossing[0] - near))
    if code == "S18":  # its value is the share of introductory tickets, below what is usual
        usual = detail.get("expected")
        return NOTHING if usual is None else f"at most {percent(max(usual - raw, 0.0))}"
    text = SAID.get(code, _percent)(raw, value)
    return text if more or text == NOTHING else f"at most {text}"


def _percent(raw: float, value: Value) -> str:
    return percent(raw)


def _days(raw: float, value: Value) -> str:
    """Of a target of days."""
    return NOTHING if isnan(value.whole) else count(raw * value.whole, "day")


def _hours(raw: float, value: Value) -> str:
    return NOTHING if isnan(value.whole) else hours(raw * value.whole)


SAID: Mapping[str, Callable[[float, Value], str]] = {
    "S04": _days,
    "S06": lambda raw, _: f"{number(raw, 1)} days a week",
    "S07": lambda raw, _: f"{signed(100 * raw)}{NBSP}%",
    "S17": lambda raw, _: number(raw, 1),
    "S19": _hours,
    "S22": lambda raw, _: signed(raw),
}
