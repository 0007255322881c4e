"""What differs between two versions, in the words of the page."""

from __future__ import annotations

from dataclasses import dataclass

from metrics.forms import is_share, numbers, place_name, plain
from metrics.scoring.caps import BY_CODE as RULES
from metrics.scoring.config import ScorecardConfig
from metrics.scoring.curves import Curve
from metrics.signals.catalogue import BY_CODE


@dataclass(frozen=True)
class Difference:
    """One place of a scorecard that changed."""

    place: str
    before: str
    after: str


def differences(before: ScorecardConfig, after: ScorecardConfig) -> list[Difference]:
    """Every place that changed, in page order."""
    old = dict(numbers(before))
    found = [
        Difference(f"For {kind}", _texts(then), _texts(now))
        for kind, then, now in (
            ("segments", before.segments, after.segments),
            ("plans", before.plans, after.plans),
        )
        if set(then) != set(now)
    ]
    found += [
        Difference(place_name(place), plain(old[place]), plain(value))
        for place, value in numbers(after)
        if place in old and old[place] != value
    ]
    found += [
        Difference(
            place_name(f"curves.{code}"),
            _anchors(code, before.curves[code]),
            _anchors(code, curve),
        )
        for code, curve in after.curves.items()
        if curve != before.curves[code]
    ]
    found += [
        Difference(f"{rule}: {RULES[rule].reason}", _switch(before.caps[rule]), _switch(on))
        for rule, on in after.caps.items()
        if on != before.caps[rule]
    ]
    return found


def _anchors(code: str, curve: Curve) -> str:
    scale, unit = (100, "\u00a0%") if is_share(BY_CODE[code]) else (1, "")
    return ", ".join(
        f"{plain(raw * scale)}{unit} gives {plain(points)}" for raw, points in curve.anchors
    )


def _texts(texts: tuple[str, ...]) -> str:
    return ", ".join(texts) or "none"


def _switch(on: bool) -> str:
    return "on" if on else "off"
