"""What a signal must find for an account, and small crowds of people."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from metrics.signals.base import Frames
from metrics.signals.catalogue import BY_CODE
from tests.frames_maker import person


def result(code: str, frames: Frames, account: int = 0) -> tuple[float, str, float]:
    """(raw, state, points) of one account."""
    signal = BY_CODE[code]
    row = signal.raw(frames).iloc[account]
    points = signal.curve(np.array([row["raw"]]))[0]
    return float(row["raw"]), str(row["state"]), float(points)


def check(code: str, frames: Frames, raw: float, points: float) -> None:
    found = result(code, frames)
    assert found[1] == "OK"
    assert (found[0], found[2]) == (pytest.approx(raw, abs=1e-6), pytest.approx(points, abs=1e-6))


def is_null(code: str, frames: Frames, state: str) -> None:
    found = result(code, frames)
    assert found[1] == state
    assert np.isnan(found[0])
    assert np.isnan(found[2])


def active(count: int, **over: Any) -> list[Any]:
    return [person(active=[3], **over) for _ in range(count)]


def idle(count: int, **over: Any) -> list[Any]:
    return [person(**over) for _ in range(count)]
