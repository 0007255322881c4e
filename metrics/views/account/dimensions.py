"""Dimension cards and signals: value, points, weight, what it gives; and how the score is made."""

from __future__ import annotations

import datetime as dt
from typing import Any

from metrics.models import Snapshot
from metrics.signals.base import Dimension, Signal, State
from metrics.signals.catalogue import SIGNALS
from metrics.signals.story import dimension_name, value_of
from metrics.signals.summary import binding_cap, parts, shown_gives
from metrics.signals.words import STATE_WORDS, value_text


def cards(now: Snapshot, before: Snapshot | None) -> list[dict[str, Any]]:
    """One card per dimension, in page order; `points` is None where it says nothing."""
    gives = shown_gives(now)
    shares = {part.dimension: part.share for part in parts(now)}
    found = []
    for place, dimension in enumerate(Dimension):
        points = now.dimensions[place]
        was = before.dimensions[place] if before else None
        found.append(
            {
                "key": dimension.value,
                "name": dimension_name(dimension),
                "points": points,
                "change": points - was if points is not None and was is not None else None,
                "weight": now.dimension_weights[place],
                "share": 100 * shares.get(dimension, 0.0),
                "gives": gives.get(dimension_name(dimension)),
                "signals": [
                    signal_row(signal, now, before)
                    for signal in SIGNALS
                    if signal.dimension is dimension and _concerns(signal, now)
                ],
            }
        )
    return found


def _concerns(signal: Signal, now: Snapshot) -> bool:
    """A signal of a stage that is over is not shown as missing."""
    return now.stage in {stage.value for stage in signal.stages} or bool(now.weights[signal.slot])


def signal_row(signal: Signal, now: Snapshot, before: Snapshot | None) -> dict[str, Any]:
    """Everything a page shows of a signal."""
    slot = signal.slot
    points, was = now.points[slot], before.points[slot] if before else None
    return {
        "code": signal.code,
        "name": signal.name,
        "question": signal.question,
        "value": value_text(signal.code, value_of(now, signal.code)),
        "before": value_text(signal.code, value_of(before, signal.code)) if before else "–",
        "points": points,
        "change": points - was if points is not None and was is not None else None,
        "gives": (now.weights[slot] or 0.0) * points if points is not None else None,
        "weight": 100 * (now.weights[slot] or 0.0),
        "state": now.states[slot],
        "note": _note(now, slot),
        "full_marks": signal.curve.anchors[-1][0],
    }


def _note(now: Snapshot, slot: int) -> str:
    """Why there is no value, or how old it is."""
    state, as_of = now.states[slot], now.as_of[slot]
    if state == State.OK.value:
        return ""
    if isinstance(as_of, dt.date) and state in (State.STALE.value, State.BROKEN.value):
        return f"frozen since {as_of:%-d %b}"
    return STATE_WORDS.get(state, "")


def made_of(now: Snapshot) -> dict[str, Any]:
    """The printed line: share x points of each dimension, their sum, and the cap that binds."""
    gives = shown_gives(now)
    return {
        "terms": [
            {"name": p.name, "share": p.share, "points": p.points, "gives": gives[p.name]}
            for p in parts(now)
        ],
        "raw_score": now.raw_score,
        "score": now.score,
        "cap": binding_cap(now),
    }
