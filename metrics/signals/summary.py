"""A stored score by dimension: shares, points, and the line of arithmetic that gives it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from metrics.scoring.caps import binding
from metrics.scoring.explain import formula, rounded
from metrics.signals.base import Dimension
from metrics.signals.catalogue import SIGNALS
from metrics.signals.story import Stored, caps_of, dimension_name, level


@dataclass(frozen=True, kw_only=True)
class Part:
    """A dimension's part of a score: share (0-1) x points = gives."""

    dimension: Dimension
    name: str
    share: float
    points: float
    gives: float


def parts(stored: Stored) -> list[Part]:
    """Dimensions that count, in page order; shares sum to 1, `gives` to the raw score."""
    explained = level(stored)
    if explained is None:
        return []
    gives = explained.contributions()
    found = []
    for dimension in Dimension:
        codes = [s.code for s in SIGNALS if s.dimension is dimension and s.code in gives]
        share = sum(explained.weights[code] for code in codes)
        if share > 0:
            given = sum(gives[code] for code in codes)
            found.append(
                Part(
                    dimension=dimension,
                    name=dimension_name(dimension),
                    share=share,
                    points=given / share,
                    gives=given,
                )
            )
    return found


def shown_gives(stored: Stored, terms: list[Part] | None = None) -> dict[str, float]:
    """What each dimension gives, rounded to .1 so that the shown terms sum to the shown score.
    terms: its `parts`, where they are known already.
    """
    terms = parts(stored) if terms is None else terms
    tenths = rounded([part.gives for part in terms], round(stored.raw_score or 0.0, 1))
    return {part.name: given for part, given in zip(terms, tenths, strict=True)}


def binding_cap(stored: Stored) -> str:
    """The id of the rule that lowers the score, or an empty string."""
    if stored.score is None or stored.raw_score is None or stored.score >= stored.raw_score:
        return ""
    rule = binding(stored.raw_score, caps_of(stored))
    return f"cap {rule}" if rule else ""


def printed_formula(stored: Stored) -> str:
    """0.06 × 52.3 + 0.34 × 50.9 + … = 56.7 → 55.0 cap R4, with all digits; else empty."""
    terms = parts(stored)
    return (
        formula(
            {part.name: part.share for part in terms},
            {part.name: part.points for part in terms},
            score=stored.score or 0.0,
            cap=binding_cap(stored),
        )
        if terms
        else ""
    )
