"""A draft tried on one account: its score under both versions, term by term."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from metrics.models.scorecards import in_order
from metrics.models.scores import Band
from metrics.scoring.caps import BY_CODE as RULE
from metrics.scoring.caps import RULES
from metrics.scoring.config import ScorecardConfig
from metrics.scoring.explain import rounded, shown_change
from metrics.signals.base import Dimension, Floats
from metrics.signals.catalogue import SIGNALS
from metrics.signals.story import dimension_name
from metrics.signals.summary import Part, binding_cap, parts, printed_formula
from metrics.views.scorecard.lines import line_name
from metrics.views.scorecard.night_values import ORDER, NightValues
from metrics.views.scorecard.rescored import GREY_AT, Scored, places_of, scored

POINTS, SHARE = 0.05, 0.0005  # smaller changes round to nothing
Numbers = list[float | None]


@dataclass(frozen=True, kw_only=True)
class Side:
    """One account under one version, as a snapshot would keep it (see `story.Stored`)."""

    score: float | None
    raw_score: float | None
    coverage: float
    band: str
    line: str
    points: Numbers
    weights: Numbers
    caps: list[dict[str, Any]]
    age_days: int
    # a formula asks for none of these
    states: Sequence[str] = ()
    raw: Sequence[float | None] = ()
    part: Sequence[float | None] = ()
    whole: Sequence[float | None] = ()
    n: Sequence[float | None] = ()

    @property
    def formula(self) -> str:
        """The line of arithmetic whose result is the score."""
        return printed_formula(self)

    @property
    def cap(self) -> str:
        """The rule that lowers the score, if one does."""
        return binding_cap(self).removeprefix("cap ")

    @property
    def cap_reason(self) -> str:
        """Why the score is lower than its terms sum to."""
        return RULE[self.cap].reason if self.cap else ""

    @property
    def word(self) -> str:
        """The band's word, for the icon."""
        return Band(self.band).label

    @property
    def line_name(self) -> str:
        """Of the scorecard that the account has."""
        return line_name(self.line)


@dataclass(frozen=True, kw_only=True)
class Tried:
    """dimensions: (name, Part or None before, after), `gives` as they are printed: they sum to the
    score before caps. signals: what changes, the largest first.
    """

    account_id: int
    name: str
    before: Side
    after: Side
    dimensions: list[dict[str, Any]]
    signals: list[dict[str, Any]]

    @property
    def change(self) -> float | None:
        """Points; None where one side has no score."""
        if self.before.score is None or self.after.score is None:
            return None
        return shown_change(self.before.score, self.after.score)


def tried(
    values: NightValues,
    account_id: int,
    *,
    before: Mapping[str, ScorecardConfig],
    after: Mapping[str, ScorecardConfig],
) -> Tried | None:
    """The account under the configurations of all lines; None where the night did not have it."""
    place = int(np.searchsorted(values.ids, account_id))
    if place == len(values.ids) or values.ids[place] != account_id:
        return None
    one = values.take(np.array([place]))
    old, new = _side(one, before), _side(one, after)
    return Tried(
        account_id=account_id,
        name=str(one.names[0]),
        before=old,
        after=new,
        dimensions=_dimensions(old, new),
        signals=_signals(old, new),
    )


def _side(one: NightValues, configs: Mapping[str, ScorecardConfig]) -> Side:
    names = sorted(configs, key=in_order)
    chosen = [configs[name] for name in names]
    of = places_of(one, chosen)
    found: Scored = scored(one, chosen, of)
    has_score = found.bands[0] != GREY_AT
    on = chosen[of[0]].caps
    held = [rule for rule, holds in zip(RULES, one.held[0], strict=True) if holds]
    return Side(
        score=float(found.final[0]) if has_score else None,
        raw_score=float(found.raw_score[0]) if has_score else None,
        coverage=float(found.coverage[0]),
        band=ORDER[found.bands[0]],
        line=names[of[0]],
        points=_numbers(found.points[0]),
        weights=_numbers(found.weights[0]),
        caps=[{"rule": rule.code, "cap": rule.cap} for rule in held if on.get(rule.code)],
        age_days=int(one.age_days[0]),
    )


def _numbers(row: Floats) -> Numbers:
    return [None if value != value else float(value) for value in row]


def _terms(side: Side) -> dict[Dimension, tuple[Part, float]]:
    """Each dimension's part, and what it gives as printed: it sums to the score before caps."""
    found = parts(side)
    tenths = rounded([part.gives for part in found], round(side.raw_score or 0.0, 1))
    return {part.dimension: (part, gives) for part, gives in zip(found, tenths, strict=True)}


def _dimensions(before: Side, after: Side) -> list[dict[str, Any]]:
    old, new = _terms(before), _terms(after)
    return [
        {"name": dimension_name(d), "before": old.get(d), "after": new.get(d)}
        for d in Dimension
        if d in old or d in new
    ]


def _signals(before: Side, after: Side) -> list[dict[str, Any]]:
    """Signals whose points or share of the score change."""
    rows = []
    for signal in SIGNALS:
        slot = signal.slot
        old, new = before.points[slot], after.points[slot]
        share_old, share_new = before.weights[slot] or 0.0, after.weights[slot] or 0.0
        moved = share_new * (new or 0.0) - share_old * (old or 0.0)
        if abs((new or 0.0) - (old or 0.0)) >= POINTS or abs(share_new - share_old) >= SHARE:
            rows.append(
                {
                    "signal": signal,
                    "points": (old, new),
                    "share": (100 * share_old, 100 * share_new),
                    "gives": moved,
                }
            )
    return sorted(rows, key=lambda row: -abs(row["gives"]))
