"""The cheapest path to green: what to do, what each step brings, and which caps must go first."""

from __future__ import annotations

from typing import Any

from metrics.models.scores import Band
from metrics.scoring.bands import EVALUATIONS
from metrics.scoring.explain import rounded
from metrics.signals.path import Path, cheapest_path
from metrics.views.account.night import Night

FIRST_STEPS = 5


def to_green(night: Night) -> dict[str, Any]:
    """The card; `path` is None where the account is green or has no score."""
    path = cheapest_path(night.now, night.config, band=night.now.band, cadence=night.tenant.cadence)
    if path is None:
        return {"path": None, **_still_green(night)}
    steps = _steps(path, night.now.raw_score or 0.0)
    places = {step["code"]: step["place"] for step in steps}
    return {
        "path": path,
        "nights": EVALUATIONS,
        "start": night.now.raw_score,
        "steps": steps,
        "more": max(len(steps) - FIRST_STEPS, 0),
        # what no step does comes first
        "lifts": sorted(
            ({"lift": lift, "step": places.get(lift.by)} for lift in path.lifts),
            key=lambda row: row["step"] or 0,
        ),
    }


def _still_green(night: Night) -> dict[str, Any]:
    """Below which score, and after how many nights there, a green account that is below green
    becomes amber; nothing of all others.
    """
    now, config = night.now, night.config
    if now.band != Band.GREEN or now.score is None or now.score >= config.green_from:
        return {}
    return {"amber_below": config.green_from - config.margin, "nights": EVALUATIONS}


def _steps(path: Path, start: float) -> list[dict[str, Any]]:
    """With the score after each, to .1, so that what is shown adds up."""
    total = round(path.reached, 1) - round(start, 1)
    gains = rounded([step.gain for step in path.steps], total)
    steps, score = [], round(start, 1)
    for place, (step, gain) in enumerate(zip(path.steps, gains, strict=True), start=1):
        score += gain
        steps.append(
            {
                "place": place,
                "code": step.code,
                "text": step.text[:1].upper() + step.text[1:],
                "name": step.name,
                "before": step.points_before,
                "after": step.points_after,
                "gain": gain,
                "score": score,
            }
        )
    return steps
