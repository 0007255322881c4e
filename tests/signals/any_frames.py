"""Whatever an account may look like, and what may happen to its sources."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from metrics.signals.base import Floats, Frames, Portfolio, Source
from metrics.signals.catalogue import SIGNALS
from metrics.signals.defaults import default_config
from metrics.signals.evaluate import VALUES, Evaluated, Previous, evaluate
from metrics.signals.rescore import score_points
from tests.frames_maker import make_frames, person

CONFIG = default_config()
ACCOUNTS = 8
SOURCES = list(Source)


def score_of(frames: Frames, previous: Previous | None = None) -> tuple[Evaluated, Floats]:
    measured = evaluate(frames, CONFIG, previous or Previous.nothing(len(frames.accounts)))
    age = frames.accounts["age_days"].to_numpy()
    scored = score_points(measured.points, counted=measured.counted, age_days=age, config=CONFIG)
    return measured, scored.score


def any_frames(seed: int, **over: Any) -> Frames:
    """Some accounts with whatever facts the seed gives them."""
    random = np.random.default_rng(seed)
    people = [
        person(
            account=int(random.integers(ACCOUNTS)),
            tenure=float(random.integers(1, 500)),
            active=sorted(set(random.integers(1, 371, size=random.integers(0, 200)).tolist())),
            group=str(random.choice(["A", "B", "C"])),
            persona=str(random.choice(["", "lead"])),
            intended=bool(random.integers(2)),
            decision_maker=bool(random.integers(8) == 0),
            left_days=float(random.choice([np.nan] * 5 + [30.0])),
        )
        for _ in range(int(random.integers(0, 60)))
    ]
    count = len(people)
    facts: dict[str, Any] = {
        "features": [
            {"key": key, "level": level}
            for key, level in zip("abcd", ["core", "core", "advanced", "advanced"], strict=True)
        ],
        "milestones": [
            {
                "account": int(random.integers(ACCOUNTS)),
                "due_day": 60,
                "completed_day": day,
                "value": bool(random.integers(3) == 0),
            }
            for day in random.choice([20.0, np.nan], size=random.integers(0, 24))
        ],
        "surveys": [
            {
                "account": int(random.integers(ACCOUNTS)),
                "sent_days_ago": 40.0,
                "answered_days_ago": float(random.choice([39.0, np.nan])),
                "score": float(random.integers(11)),
            }
            for _ in range(int(random.integers(0, 40)))
        ],
        "tickets": [
            {
                "account": int(random.integers(ACCOUNTS)),
                "opened": "2026-03-09 09:00",
                "first_answer": "2026-03-10 09:00",
                "opened_days_ago": int(random.integers(1, 180)),
                "csat": float(random.integers(1, 6)),
                "maturity": str(random.choice(["intro", "advanced", "unknown"])),
                "severity": str(random.choice(["", "low", "Sev-1"])),
                "escalated": bool(random.integers(5) == 0),
            }
            for _ in range(int(random.integers(0, 60)))
        ],
    }
    if count:
        facts["training"] = [
            {"person": int(random.integers(count)), "completed_days_ago": 9}
            for _ in range(int(random.integers(0, 60)))
        ]
        facts["feature_use"] = [
            {"person": int(random.integers(count)), "feature": int(random.integers(4))}
            for _ in range(int(random.integers(0, 60)))
        ]
    ages = random.integers(1, 800, size=ACCOUNTS).astype(float)
    medians = {signal.code: float(random.integers(101)) for signal in SIGNALS}
    portfolio = Portfolio(median_points=medians if seed % 2 else {})
    return make_frames(
        accounts=ACCOUNTS, age=ages, people=people, portfolio=portfolio, **facts | over
    )


def broken(frames: Frames, source: Source, state: str = "broken", days: float = 3) -> Frames:
    lost = np.full(len(frames.accounts), state, dtype="U10")
    return replace(
        frames,
        source_state={**frames.source_state, source: lost},
        late_days={**frames.late_days, source: np.full(len(lost), days)},
    )


def without_facts(frames: Frames, source: Source) -> Frames:
    """The same accounts after the source has fallen silent for so long that nothing is left."""
    if source is Source.USAGE:
        return replace(
            frames,
            active=np.zeros_like(frames.active),
            feature_use=frames.feature_use[:0],
            last_use=np.full(len(frames.accounts), np.nan),
        )
    if source is Source.PEOPLE:
        return frames  # whom we know we know; it is news of them that does not come
    table = source.value
    return replace(frames, **{table: getattr(frames, table)[:0]})


def as_previous(measured: Evaluated) -> Previous:
    return Previous(
        points=measured.points,
        as_of=measured.as_of,
        **{name: getattr(measured, name) for name in VALUES},
    )
