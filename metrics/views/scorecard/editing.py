"""A draft as rows of the page: every weight with its live value, its problem, its effect."""

from __future__ import annotations

import math
from typing import Any

from metrics.charts import Drawing, curve
from metrics.forms import (
    FEWEST,
    MOST,
    DraftForm,
    WhomForm,
    is_share,
    number_or_zero,
    numbers,
    plain,
    scale_of,
)
from metrics.scoring.caps import RULES
from metrics.scoring.config import ScorecardConfig
from metrics.scoring.curves import Curve
from metrics.signals.base import Dimension, Signal, Stage
from metrics.signals.catalogue import BY_CODE, SIGNALS
from metrics.signals.defaults import effective_percentages
from metrics.signals.story import dimension_name
from metrics.views.scorecard.night_values import NightValues

PER_CENT, SLIDER_TOP = 100.0, 10.0
LABELS = {
    "red_below": "Red below",
    "green_from": "Green from",
    "margin": "Margin to leave a band",
    "coverage_percent": "No score below a coverage of, %",
}

EFFECTS = {  # of rules without a cap
    "R7": "marked as leaving and left out of all statistics, the score stays",
    "R9": "raises a flag, the score stays",
}


def fields(form: DraftForm, live: ScorecardConfig) -> dict[str, Any]:
    """Weights, thresholds and caps as the template walks through them."""
    before = {place: plain(value) for place, value in numbers(live)}
    config = form.config or form.base
    shares = {stage: effective_percentages(config, stage) for stage in Stage}
    return {
        "stages": [
            {"key": stage.value, "name": stage.value.capitalize(), "total": _total(form, stage)}
            for stage in Stage
        ],
        "dimensions": _opened([_dimension(form, d, before, shares) for d in Dimension]),
        "thresholds": [
            field(form, f"thresholds.{name}", before) | {"label": label}
            for name, label in LABELS.items()
        ],
        "caps": [_cap(form, rule.code, rule.reason, rule.cap) for rule in RULES],
    }


def caps_on(form: DraftForm) -> int:
    """How many rules are on."""
    return sum(bool(form[f"caps.{rule.code}"].value()) for rule in RULES)


def _dimension(
    form: DraftForm,
    dimension: Dimension,
    before: dict[str, str],
    shares: dict[Stage, dict[str, float]],
) -> dict[str, Any]:
    """Its weight in each stage, and its signals."""
    signals = [
        _weight(form, f"signals.{signal.code}", before, SLIDER_TOP)
        | {"code": signal.code, "name": signal.name, "question": signal.question}
        | {"shares": [_share(signal, stage, shares[stage]) for stage in Stage]}
        for signal in SIGNALS
        if signal.dimension is dimension
    ]
    return {
        "key": dimension.value,
        "name": dimension_name(dimension),
        "weights": [
            _weight(form, f"dimensions.{stage.value}.{dimension.value}", before, PER_CENT)
            | {"stage": stage.value}
            for stage in Stage
        ],
        "signals": signals,
        "is_open": any(row["changed"] or row["problem"] for row in signals),
    }


def _opened(dimensions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those whose signals are changed are unfolded; where there is none, the one that weighs most
    in the last stage.
    """
    if not any(row["is_open"] for row in dimensions):
        most = max(dimensions, key=lambda row: number_or_zero(row["weights"][-1]["value"]))
        most["is_open"] = True
    return dimensions


def whom(form: WhomForm) -> list[dict[str, Any]]:
    """Segments and plans as lists of boxes to tick; nothing for the default line."""
    return [
        {
            "place": f"applies_to.{kind}",
            "name": kind.capitalize(),
            "singular": kind.removesuffix("s"),
            "problem": form.problem(f"applies_to.{kind}"),
            "choices": [
                {"choice": choice, "on": choice.text in (form[f"applies_to.{kind}"].value() or ())}
                for choice in offered
            ],
        }
        for kind, offered in form.offered.items()
    ]


def field(form: DraftForm, place: str, before: dict[str, str]) -> dict[str, Any]:
    """One input: what it shows, what is live, what is wrong."""
    shown = form.shown(place)
    return {
        "place": place,
        "id": place.replace(".", "-"),
        "value": shown,
        "live": before.get(place, ""),
        "changed": place in before and shown != before[place],
        "problem": form.problem(place),
    }


def _weight(form: DraftForm, place: str, before: dict[str, str], top: float) -> dict[str, Any]:
    """A weight with the place of the live one on its slider, and whether it is locked."""
    live = float(before.get(place, 0))
    return field(form, place, before) | {
        "tick": _per_cent(live, top),
        "fill": _per_cent(number_or_zero(form.shown(place)), top),
        "locked": f"lock.{place}" in form.data,
    }


def _per_cent(value: float, top: float) -> float:
    return round(min(100 * value / top, 100.0), 1)


def _share(signal: Signal, stage: Stage, shares: dict[str, float]) -> dict[str, Any]:
    """A signal's part of the whole score in a stage; None where it does not count there."""
    return {"stage": stage.value, "counts": stage in signal.stages, "of": shares.get(signal.code)}


def _cap(form: DraftForm, code: str, reason: str, cap: float | None) -> dict[str, Any]:
    place = f"caps.{code}"
    effect = EFFECTS[code] if cap is None else f"at most {cap:.0f} points"
    on = bool(form[place].value())
    return {"place": place, "code": code, "reason": reason, "effect": effect, "on": on}


def _total(form: DraftForm, stage: Stage) -> str:
    """The sum of what stands in the fields; a dash where one is no number."""
    try:
        given = [float(form.shown(f"dimensions.{stage.value}.{d.value}")) for d in Dimension]
    except ValueError:
        return "–"
    total = math.fsum(given)
    return plain(total) if math.isfinite(total) else "–"


def curves(form: DraftForm) -> list[dict[str, Any]]:
    """The anchors of every signal's curve as pairs of inputs."""
    return [_curve(form, signal) for signal in SIGNALS]


def _curve(form: DraftForm, signal: Signal) -> dict[str, Any]:
    anchors = [
        {axis: field(form, f"curves.{signal.code}.{at}.{axis}", {}) for axis in ("raw", "points")}
        for at in range(form.anchors[signal.code])
    ]
    return {
        "code": signal.code,
        "name": signal.name,
        "question": signal.question,
        "unit": signal.unit,
        "is_share": is_share(signal),
        "problems": [
            f"Anchor {at}: {row[axis]['problem']}"
            for at, row in enumerate(anchors, start=1)
            for axis in ("raw", "points")
            if row[axis]["problem"]
        ],
        "can_add": len(anchors) < MOST,
        "can_remove": len(anchors) > FEWEST,
        "anchors": anchors,
    }


def drawing(
    code: str, form: DraftForm, live: ScorecardConfig, values: NightValues | None
) -> Drawing | None:
    """The curve as it stands in the form, the live one behind it, and the accounts; None where
    the numbers are no curve.
    """
    signal, scale = BY_CODE[code], scale_of(code)
    try:
        shown = [
            tuple(float(form.shown(f"curves.{code}.{at}.{axis}")) for axis in ("raw", "points"))
            for at in range(form.anchors[code])
        ]
        Curve(*shown)
    except ValueError:  # a CurveError is one
        return None
    raws: list[float] = []
    if values is not None:
        measured = values.measured[:, signal.slot]
        raws = (scale * values.raw[measured, signal.slot]).tolist()
    return curve(
        [(raw, points) for raw, points in shown],
        live=[(raw * scale, points) for raw, points in live.curves[code].anchors],
        values=raws,
        unit="\u00a0%" if is_share(signal) else "",
    )
