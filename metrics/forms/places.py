"""Places of a scorecard's body, in the words of the pages."""

from __future__ import annotations

from metrics.signals.base import Signal
from metrics.signals.catalogue import BY_CODE

THRESHOLD_NAMES = {
    "red_below": "Red below",
    "green_from": "Green from",
    "margin": "Margin to leave a band",
    "coverage_percent": "Coverage needed, %",
    "min_coverage": "Coverage needed, as a share",
}
APPLIES_TO = {"segments": "Whom it is for, segments", "plans": "Whom it is for, plans"}


def place_name(place: str) -> str:
    """dimensions.mature.support -> Support in mature, %; what is not known stays as it is."""
    part, *rest = place.split(".")
    if part == "dimensions" and rest:
        return f"{rest[1].capitalize()} in {rest[0]}, %" if rest[1:] else f"Weights in {rest[0]}"
    if part in ("signals", "curves") and rest and rest[0] in BY_CODE:
        name = BY_CODE[rest[0]].name
        return f"Curve of {name}" if part == "curves" else f"{name} inside its dimension"
    names = {"thresholds": THRESHOLD_NAMES, "applies_to": APPLIES_TO}.get(part, {})
    if part == "caps" and rest:
        return f"Rule {rest[0]}"
    return names.get(rest[0], place) if rest else part.capitalize().replace("_", " ")


def is_share(signal: Signal) -> bool:
    """Whether its raw value is a share, which people read and write in per cent."""
    return not signal.unit.startswith("times") and signal.unit != "points"


def plain(value: float) -> str:
    """A number as an input shows it: no trailing zeros, no exponent."""
    return f"{value:.6f}".rstrip("0").rstrip(".")
