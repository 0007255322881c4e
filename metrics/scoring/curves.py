"""Piecewise linear curves from a raw value to 0-100 points.

Piecewise linear because an admin can read and edit the anchors, it can be inverted exactly
("what would give five points more"), and it is the same in every language.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


class CurveError(ValueError):
    """Anchors that are no curve; the message says which and why."""


class Curve:
    """Anchors (raw, points), clamped at both ends. Immutable; equal when the anchors are."""

    __slots__ = ("anchors",)

    anchors: tuple[tuple[float, float], ...]

    def __init__(self, *anchors: Sequence[float]) -> None:
        """Raises CurveError for fewer than two anchors, raw values that do not rise, infinities,
        or points outside 0-100.
        """
        checked = tuple((float(raw), float(points)) for raw, points in anchors)
        if len(checked) < 2:
            raise CurveError("a curve needs at least two anchors")
        for raw, points in checked:
            if not math.isfinite(raw) or not math.isfinite(points):
                raise CurveError(f"anchor {raw}: {points} is not a number")
            if not 0 <= points <= 100:
                raise CurveError(f"anchor {raw}: {points:g} points are outside 0 to 100")
        for (before, _), (after, _) in pairwise(checked):
            if after <= before:
                raise CurveError(f"anchor {after:g} must be above {before:g}")
        object.__setattr__(self, "anchors", checked)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a curve never changes")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Curve) and self.anchors == other.anchors

    def __hash__(self) -> int:
        return hash(self.anchors)

    def __repr__(self) -> str:
        return f"Curve({', '.join(map(str, self.anchors))})"

    def __call__(self, raw: Floats) -> Floats:
        """Points of raw values, same shape; NaN stays NaN."""
        x, y = np.array(self.anchors).T
        points: Floats = np.interp(raw, x, y)  # NaN in, NaN out
        return points

    def at(self, raw: float) -> float:
        """Points of one raw value."""
        return float(self(np.array([raw]))[0])

    def inverse(self, points: float, *, near: float) -> float | None:
        """The raw value closest to `near` that gives at least `points`; None where none does."""
        if self.at(near) >= points:
            return near
        candidates = [raw for raw, reached in self.anchors if reached >= points]
        for (x0, y0), (x1, y1) in pairwise(self.anchors):
            if min(y0, y1) < points <= max(y0, y1):
                candidates.append(x0 + (points - y0) * (x1 - x0) / (y1 - y0))
        return min(candidates, key=lambda raw: abs(raw - near), default=None)

    def to_list(self) -> list[list[float]]:
        """Anchors as JSON."""
        return [list(anchor) for anchor in self.anchors]
