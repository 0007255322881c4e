"""A night as a snapshot keeps it, made from frames without a database."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from metrics.scoring.config import ScorecardConfig
from metrics.signals.base import Floats, Frames
from metrics.signals.evaluate import Previous, evaluate
from metrics.signals.rescore import score_points
from tests.frames_maker import make_frames, person, weekdays
from tests.signals.any_frames import CONFIG

Numbers = list[float | None]


@dataclass(frozen=True, kw_only=True)
class Night:
    """One account; see `metrics.signals.story.Stored`."""

    score: float | None
    raw_score: float | None
    raw: Numbers
    n: Numbers
    part: Numbers
    whole: Numbers
    points: Numbers
    weights: Numbers
    states: list[str]
    age_days: int
    caps: list[dict[str, Any]] = field(default_factory=list)


def night(
    frames: Frames,
    *,
    config: ScorecardConfig = CONFIG,
    previous: Previous | None = None,
    cap: tuple[str, float] | None = None,
    account: int = 0,
) -> Night:
    """Measures and scores; `cap` is a rule that holds, and its cap."""
    measured = evaluate(frames, config, previous or Previous.nothing(len(frames.accounts)))
    age = frames.accounts["age_days"].to_numpy()
    scored = score_points(measured.points, counted=measured.counted, age_days=age, config=config)
    raw_score = number(scored.score[account])
    final = raw_score if raw_score is None or cap is None else min(raw_score, cap[1])
    return Night(
        score=final,
        raw_score=raw_score,
        raw=numbers(measured.raw[account]),
        n=numbers(measured.n[account]),
        part=numbers(measured.part[account]),
        whole=numbers(measured.whole[account]),
        points=numbers(measured.points[account]),
        weights=numbers(scored.weights[account]),
        states=list(measured.state[account]),
        age_days=int(age[account]),
        caps=[{"rule": cap[0], "cap": cap[1]}] if cap else [],
    )


def number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def numbers(values: Floats) -> Numbers:
    return [number(value) for value in values]


def team(active: int, *, of: int = 10, age: float = 400, **facts: Any) -> Frames:
    """`of` people with a seat each who came every week; in the last five only `active` did."""
    people = [
        person(
            tenure=age + 20,
            active=weekdays(*range(1 if place < active else 6, 45)),
            group="AB"[place % 2],
            intended=True,
        )
        for place in range(of)
    ]
    surveys = [
        {"person": p, "sent_days_ago": 30, "answered_days_ago": 29, "score": 9} for p in (0, 1)
    ]
    defaults = {
        "features": [{"key": "a"}, {"key": "b"}],
        "feature_use": [{"person": p, "feature": 0, "last_days_ago": 3} for p in range(active)],
        "training": [{"person": p, "completed_days_ago": 90} for p in range(of // 2)],
        "surveys": [*surveys, {"person": 2, "sent_days_ago": 30}],
    }
    return make_frames(seats=of, age=age, people=people, **defaults | facts)
