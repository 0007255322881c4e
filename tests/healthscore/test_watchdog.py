"""The watchdog of a worker ends with it, however it ends."""

from __future__ import annotations

import pytest

from healthscore.watchdog import Watchdog


@pytest.mark.parametrize("way", ["stop", "terminate"])
def test_a_worker_that_ends_takes_its_watchdog_with_it(way: str) -> None:
    step = Watchdog(None)
    getattr(step, way)(None)
    assert step.stopped.is_set()
