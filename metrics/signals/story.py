"""Two stored days of one account told as a change: parts that sum, reasons in words. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from metrics.scoring.config import ScorecardConfig
from metrics.scoring.explain import Change, Level, change, rounded, shown_change
from metrics.signals.base import Dimension, State
from metrics.signals.catalogue import BY_CODE, SIGNALS
from metrics.signals.kinds import Facts, Kind, Numbers, kind_of
from metrics.signals.numbers import Value
from metrics.signals.rescore import rescore
from metrics.signals.told import Told, told, told_as
from metrics.signals.words import CAP_CAUSES, CAP_LIFTED, cause_text

NOT_BEHAVIOUR = {
    Kind.MISSING: "the source was missing",
    Kind.EXPIRED: "older facts expired",
    Kind.NEW: "enough facts for the first time",
}


SCORECARD_CHANGED = "The scorecard changed"
WEIGHTS_SHIFTED = "Stage or coverage shifted the weights"
GONE = {  # causes, of at most 40 characters
    State.TOO_LITTLE.value: "Too little is left for a signal",
    State.NOT_APPLICABLE.value: "A signal no longer applies",
}


class Stored(Facts, Protocol):
    """What a snapshot keeps of an account; arrays have 24 places."""

    @property
    def score(self) -> float | None: ...
    @property
    def raw_score(self) -> float | None: ...
    @property
    def points(self) -> Numbers: ...
    @property
    def weights(self) -> Numbers: ...
    @property
    def caps(self) -> list[dict[str, Any]]: ...
    @property
    def age_days(self) -> int: ...


@dataclass(frozen=True, kw_only=True)
class Reason:
    """A signal's share of a change, with what it was and is. by_weight: it was measured on both
    days, and its points did not go that way: it counts for more or less than before.
    """

    code: str
    name: str
    moved: float
    told: Told
    before: Value
    after: Value
    by_weight: bool

    @property
    def claim(self) -> str:
        """What happened, without a full stop."""
        return self.told.claim


@dataclass(frozen=True, kw_only=True)
class Step:
    """One bar of the waterfall: behaviour of a dimension, or something that is not behaviour."""

    name: str
    moved: float
    kind: str  # "behaviour" or "other"


def level(stored: Stored) -> Level | None:
    """The explained level; None where there was not enough data."""
    if stored.score is None or stored.raw_score is None:
        return None
    return Level(
        points=_named(stored.points, stored.weights),
        weights=_named(stored.weights, stored.weights),
        raw_score=stored.raw_score,
        score=stored.score,
        caps=caps_of(stored),
    )


def value_of(stored: Stored, code: str) -> Value:
    """A signal's raw value with the pair behind it."""
    slot = BY_CODE[code].slot
    return Value(
        *[
            np.nan if (number := numbers[slot]) is None else float(number)
            for numbers in (stored.raw, stored.part, stored.whole, stored.n)
        ]
    )


def change_between(
    before: Stored, after: Stored, *, old: ScorecardConfig | None = None
) -> Change | None:
    """The exact change; `old` is the earlier day's scorecard, with the curves of its cadence, where
    it differs from the later's. None where one of the days has no score.
    """
    first, last = level(before), level(after)
    if first is None or last is None:
        return None
    return change(first, last, after_under_old=_under(old, after) if old else None)


def reasons(before: Stored, after: Stored, parts: Change) -> list[Reason]:
    """All signals that moved the score, the largest first."""
    moved = {code: parts.performance[code] + parts.weighting[code] for code in parts.performance}
    return [
        Reason(
            code=code,
            name=BY_CODE[code].name,
            moved=points,
            told=_told(before, after, code, fell=points < 0, did=parts.performance[code]),
            before=value_of(before, code),
            after=value_of(after, code),
            by_weight=_by_weight(before, after, code, fell=points < 0, did=parts.performance[code]),
        )
        for code, points in sorted(moved.items(), key=lambda item: -abs(item[1]))
        if abs(points) >= 0.005
    ]


def steps(before: Stored, after: Stored, parts: Change) -> list[Step]:
    """The waterfall, rounded to .1 so that the shown steps sum to the shown change: behaviour by
    dimension, then stage, missing source, new or expired facts, caps, configuration.
    """
    sums: dict[tuple[str, str], float] = {}
    for code in parts.performance:
        _add_signal(sums, before, after, code, parts)
    sums["Cap", "other"] = parts.caps
    sums["Scorecard", "other"] = parts.configuration
    named = [(name, kind, moved) for (name, kind), moved in sums.items()]
    shown_total = shown_change(before.score or 0.0, after.score or 0.0)
    tenths = rounded([moved for _, _, moved in named], shown_total)
    return [
        Step(name=name, moved=moved, kind=kind)
        for (name, kind, _), moved in zip(named, tenths, strict=True)
        if abs(moved) >= 0.05
    ]


def main_cause(
    before: Stored, after: Stored, parts: Change, *, on: Mapping[str, bool] | None = None
) -> str:
    """The largest reason in the direction of the change, in at most 40 characters. on: rules of the
    later night's scorecard; one that was switched off has not ended.
    """
    rising = parts.total > 0
    was, now = parts.bound_before, parts.bound_after
    if parts.caps < 0 and not rising and now and now != was:
        return CAP_CAUSES[now]
    if parts.caps > 0 and rising and was and was not in caps_of(after):
        return CAP_LIFTED[was] if (on or {}).get(was, True) else SCORECARD_CHANGED
    if abs(parts.configuration) > abs(parts.total) / 2:
        return SCORECARD_CHANGED
    for reason in reasons(before, after, parts):
        if (reason.moved > 0) == rising:
            if reason.by_weight:
                return WEIGHTS_SHIFTED
            state = after.states[BY_CODE[reason.code].slot]
            text = cause_text(reason.code, reason.after, good=rising, rose=rising)
            return GONE.get(state) or text
    return ""


def caps_of(stored: Stored) -> dict[str, float]:
    """Rule -> cap of the rules that hold and have one, binding or not."""
    return {held["rule"]: held["cap"] for held in stored.caps if held["cap"] is not None}


def _named(numbers: Numbers, weights: Numbers) -> dict[str, float]:
    return {
        signal.code: float(numbers[signal.slot] or 0.0)
        for signal in SIGNALS
        if (weights[signal.slot] or 0.0) > 0
    }


def _under(config: ScorecardConfig, stored: Stored) -> Level | None:
    """The same facts under another scorecard."""
    points, scored = rescore(
        config,
        raw=np.array([stored.raw], dtype=np.float64),
        states=np.array([stored.states], dtype=object),
        points=np.array([stored.points], dtype=np.float64),
        age_days=np.array([stored.age_days], dtype=np.float64),
    )
    if np.isnan(scored.score[0]):
        return None
    weights = scored.weights[0].tolist()
    raw_score = float(scored.score[0])
    return Level(
        points=_named(np.nan_to_num(points[0]).tolist(), weights),
        weights=_named(weights, weights),
        raw_score=raw_score,
        score=raw_score,
    )


def _by_weight(before: Stored, after: Stored, code: str, *, fell: bool, did: float) -> bool:
    """did: what its points alone moved; the rest of its share is that of its weight."""
    slot = BY_CODE[code].slot
    if {before.states[slot], after.states[slot]} != {State.OK.value}:
        return False
    # what people did says nothing of it, or the contrary
    return did == 0 or (did < 0) != fell


def _told(before: Stored, after: Stored, code: str, *, fell: bool, did: float) -> Told:
    was, now = value_of(before, code), value_of(after, code)
    because = _because(before, after, code, fell=fell, did=did)
    if because:
        return told_as(f"{BY_CODE[code].name}: {because}", code, was, now)
    return told(code, was, now, fell=fell)


def _because(before: Stored, after: Stored, code: str, *, fell: bool, did: float) -> str:
    """What moved it where it was not what people did; empty where it was."""
    kind = kind_of(before, after, code, rose=not fell)
    if kind is Kind.STAGE:
        joined = before.states[BY_CODE[code].slot] == State.NOT_APPLICABLE.value
        return f"{'now' if joined else 'no longer'} part of the score"
    if kind in NOT_BEHAVIOUR:
        return NOT_BEHAVIOUR[kind]
    if after.states[BY_CODE[code].slot] == State.TOO_LITTLE.value:
        return "too few people are left to say"
    if _by_weight(before, after, code, fell=fell, did=did):
        return "its weight in the score changed"
    return ""


def _add_signal(
    sums: dict[tuple[str, str], float], before: Stored, after: Stored, code: str, parts: Change
) -> None:
    performance, weighting = parts.performance[code], parts.weighting[code]
    kind = kind_of(before, after, code, rose=performance + weighting > 0)
    if kind is Kind.BEHAVIOUR:
        _add(sums, (dimension_name(BY_CODE[code].dimension), "behaviour"), performance)
        _add(sums, (Kind.STAGE.capitalize(), "other"), weighting)
    else:
        _add(sums, (kind.capitalize(), "other"), performance + weighting)


def _add(sums: dict[tuple[str, str], float], key: tuple[str, str], moved: float) -> None:
    sums[key] = sums.get(key, 0.0) + moved


def dimension_name(dimension: Dimension) -> str:
    """Engagement."""
    return dimension.value.capitalize()
