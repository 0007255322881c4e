"""A draft as rows of the page: every weight with its live value, its problem, its effect."""

from __future__ import annotations

import math
from typing import Any

from metrics.charts import curve
from metrics.forms import DraftForm, WhomForm, is_share, number_or_zero, numbers, plain
from metrics.scoring.caps import RULES
from metrics.scoring.config import ScorecardConfig
from metrics.signals.base import Dimension, Signal, Stage, State
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
        "dimensions": [
            {
                "key": dimension.value,
                "name": dimension_name(dimension),
                "weights": [
                    _weight(form, f"dimensions.{stage.value}.{dimension.value}", before, PER_CENT)
                    | {"stage": stage.value}
                    for stage in Stage
                ],
                "signals": [
                    _weight(form, f"signals.{signal.code}", before, SLIDER_TOP)
                    | {"code": signal.code, "name": signal.name}
                    | {"shares": [_share(signal, stage, shares[stage]) for stage in Stage]}
                    for signal in SIGNALS
                    if signal.dimension is dimension
                ],
            }
            for dimension in Dimension
        ],
        "thresholds": [
            field(form, f"thresholds.{name}", before) | {"label": label}
            for name, label in LABELS.items()
        ],
        "caps": [_cap(form, rule.code, rule.reason, rule.cap) for rule in RULES],
    }


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
    return [
        {
            "code": signal.code,
            "name": signal.name,
            "unit": signal.unit,
            "is_share": is_share(signal),
            "problem": form.problem(f"curves.{signal.code}"),
            "anchors": [
                {
                    axis: field(form, f"curves.{signal.code}.{i}.{axis}", {})
                    for axis in ("raw", "points")
                }
                for i in range(len(form.base.curves[signal.code].anchors))
            ],
        }
        for signal in SIGNALS
    ]


def curve_figure(
    code: str, form: DraftForm, live: ScorecardConfig, values: NightValues | None
) -> dict[str, Any]:
    """The drawing of one curve, the live one dashed, the accounts behind it."""
    signal = BY_CODE[code]
    raws: list[float] = []
    if values is not None:
        measured = values.states[:, signal.slot] == State.OK.value
        raws = [raw for raw in values.raw[measured, signal.slot].tolist() if raw == raw]
    return curve(
        (form.config or form.base).curves[code].anchors,
        live=live.curves[code].anchors,
        values=raws,
        percent=is_share(signal),
    )
