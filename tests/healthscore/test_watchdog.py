"""The watchdog of a worker ends with it, however it ends, and ends no worker that hears."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import pytest
from pytest_django import Settings

from healthscore import watchdog
from healthscore.watchdog import Watchdog
from metrics.models import Heartbeat


@pytest.mark.parametrize("way", ["stop", "terminate"])
def test_a_worker_that_ends_takes_its_watchdog_with_it(way: str) -> None:
    step = Watchdog(None)
    getattr(step, way)(None)
    assert step.stopped.is_set()


@pytest.mark.parametrize(("waiting", "ends"), [(0, False), (3, True)])
def test_a_database_that_stands_still_makes_no_worker_deaf(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, waiting: int, ends: bool
) -> None:
    settings.WATCH_SECONDS, settings.DEAF_SECONDS = 0.05, 0.3
    step = Watchdog(SimpleNamespace(pool=None))
    ended: list[float] = []

    def end() -> None:
        ended.append(step.hearing.silent_for)
        step.stop(None)

    def still(*_: Any, **__: Any) -> None:
        time.sleep(0.5)  # longer than a worker may be deaf

    monkeypatch.setattr(Heartbeat, "beat", still)
    monkeypatch.setattr(watchdog, "connection", SimpleNamespace(close=lambda: None))
    monkeypatch.setattr(step, "_waiting", lambda: waiting)
    monkeypatch.setattr(step, "_end", end)
    for _ in range(3):
        step._look()
    assert bool(ended) is ends
