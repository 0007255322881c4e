"""Why a score is what it is, and why it moved: exact, and rounded so that the parts still add up.

Symmetric decomposition (the Shapley value of a product of two factors), so that the order of the
signals does not matter. See Shapley 1953; for two factors it is the mean of both orders.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from metrics.scoring.caps import binding

REFERENCE = 70.0  # "good enough": contributions are also shown against it


@dataclass(frozen=True, kw_only=True)
class Level:
    """One account on one day. points, weights: by signal code; only signals with a weight.

    raw_score = sum(weights * points), before caps; score after them. caps: rule -> cap of those
    that hold, binding or not.
    """

    points: Mapping[str, float]
    weights: Mapping[str, float]
    raw_score: float
    score: float
    caps: Mapping[str, float] = field(default_factory=dict)

    @property
    def binding(self) -> str:
        """The rule whose cap decides over the score; "" where none does."""
        return binding(self.raw_score, self.caps)

    def contributions(self) -> dict[str, float]:
        """Points that each signal gives; they sum to the raw score."""
        return {code: weight * self.points[code] for code, weight in self.weights.items()}

    def against_reference(self) -> dict[str, float]:
        """What each signal gives or takes against 70; they sum to raw score - 70."""
        return {
            code: weight * (self.points[code] - REFERENCE) for code, weight in self.weights.items()
        }


@dataclass(frozen=True, kw_only=True)
class Change:
    """performance + weighting + caps + configuration = total = score after - score before.

    bound_before, bound_after: the rule whose cap decided over each day, "" where none did.
    """

    performance: Mapping[str, float]
    weighting: Mapping[str, float]
    caps: float
    configuration: float
    total: float
    bound_before: str = ""
    bound_after: str = ""


def change(before: Level, after: Level, *, after_under_old: Level | None = None) -> Change:
    """The change between two days.

    performance_i = (v_i0 + v_i1)/2 * (s_i1 - s_i0);
    weighting_i = (v_i1 - v_i0) * ((s_i0 + s_i1)/2 - (S0 + S1)/2).
    A signal that is absent on one day has weight 0 there and its present points on both, so that
    all of it reads as weighting: it appeared or disappeared. Where the scorecard changed in
    between, `after_under_old` is the later day's facts under the earlier scorecard: facts are
    compared under the old one, and the rest is configuration.
    """
    facts = after_under_old or after
    middle = (before.raw_score + facts.raw_score) / 2
    performance, weighting = {}, {}
    for code in sorted(before.weights.keys() | facts.weights.keys()):
        v0, v1 = before.weights.get(code, 0.0), facts.weights.get(code, 0.0)
        s0 = before.points[code] if code in before.weights else facts.points[code]
        s1 = facts.points[code] if code in facts.weights else before.points[code]
        performance[code] = (v0 + v1) / 2 * (s1 - s0)
        weighting[code] = (v1 - v0) * ((s0 + s1) / 2 - middle)
    return Change(
        performance=performance,
        weighting=weighting,
        caps=(after.score - after.raw_score) - (before.score - before.raw_score),
        configuration=after.raw_score - facts.raw_score,
        total=after.score - before.score,
        bound_before=before.binding,
        bound_after=after.binding,
    )


def shown_change(before: float, after: float) -> float:
    """The change of two scores as it is told everywhere: of what is printed of each, in tenths."""
    return round(round(after, 1) - round(before, 1), 1)


def rounded(parts: Sequence[float], total: float) -> list[float]:
    """Parts in whole tenths that sum to the total as it is printed (largest remainder)."""
    units = [part * 10 for part in parts]
    floors = [math.floor(unit) for unit in units]
    missing = round(round(total, 1) * 10) - sum(floors)
    order = sorted(range(len(parts)), key=lambda i: units[i] - floors[i], reverse=missing >= 0)
    for i in order * (abs(missing) // max(len(order), 1) + 1):
        if missing == 0:
            break
        floors[i] += 1 if missing > 0 else -1
        missing -= 1 if missing > 0 else -1
    return [floor / 10 for floor in floors]


def formula(
    shares: Mapping[str, float], points: Mapping[str, float], *, score: float, cap: str = ""
) -> str:
    """The score as a line of arithmetic: share x points of each dimension, the sum, the cap.

    Printed with so many digits that who computes it gets the score to four decimals.
    """
    names = [name for name, share in shares.items() if share > 0]
    exact = sum(shares[name] * points[name] for name in names)
    line = " + ".join(f"{shares[name]:.8f} × {points[name]:.6f}" for name in names)
    line = f"{line} = {exact:.4f}"
    return f"{line} → {score:.4f} {cap}" if cap else line
