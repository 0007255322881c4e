"""Case 29: a minute in which something dies every half second, and then the night is whole."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import random
import secrets
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from metrics import nightly
from metrics.models import Run, RunChunk
from tests.faults.conftest import Theatre
from tests.faults.servers import AWAY, until
from tests.faults.stage import Process, Stage, snapshots
from tests.faults.test_workers import LATER

pytestmark = LATER
SECONDS = float(os.environ.get("STORM_SECONDS", "60"))
EVERY = 0.5
# a worker needs seconds to start: killed as often as the rest it would never do anything
WEIGHTS = {"child": 12, "parent": 2, "broker": 2, "backend": 2, "beat": 2}


@dataclass
class Storm:
    """Kills by chance, and starts again what died, as supervisors do."""

    stage: Stage
    chance: random.Random
    workers: list[Process] = field(default_factory=list)
    beat: Process | None = None
    killed: Counter[str] = field(default_factory=Counter)

    def begin(self) -> None:
        self.workers = [self.stage.worker(pool="1"), self.stage.worker(pool="1")]
        self.beat = self.stage.beat()

    def strike(self) -> None:
        """One of them dies."""
        name = self.chance.choices(list(WEIGHTS), weights=list(WEIGHTS.values()))[0]
        strikes: dict[str, Callable[[], bool]] = {
            "child": self._child,
            "parent": self._parent,
            "broker": self._broker,
            "backend": self._backend,
            "beat": self._beat,
        }
        with contextlib.suppress(*AWAY):
            self.killed[name] += strikes[name]()

    def repair(self) -> None:
        """Whoever has ended is started again."""
        for place, worker in enumerate(self.workers):
            if not worker.lives:
                worker.kill()  # what is left of its group
                self.workers[place] = self.stage.worker(pool="1")
        assert self.beat is not None
        if not self.beat.lives:
            self.beat = self.stage.beat()

    def _child(self) -> bool:
        with contextlib.suppress(OSError):
            children = self.chance.choice(self.workers).children()
            if children:
                os.kill(self.chance.choice(children), signal.SIGKILL)
                return True
        return False

    def _parent(self) -> bool:
        self.chance.choice(self.workers).kill()
        return True

    def _broker(self) -> bool:
        self.stage.broker.kill(lose_data=self.chance.random() < 0.5)
        self.stage.broker.start()
        return True

    def _backend(self) -> bool:
        return self.stage.cluster.kill_backend(self.stage.name)

    def _beat(self) -> bool:
        assert self.beat is not None
        self.beat.kill()
        return True


def test_case_29_after_a_storm_of_a_minute_every_night_is_whole(
    stage: Stage, theatre: Theatre
) -> None:
    seed = int(os.environ.get("STORM_SEED", secrets.randbelow(10**6)))
    print(f"STORM_SEED={seed}")  # noqa: T201
    today = stage.night().business_day
    storm = Storm(stage, random.Random(seed))  # noqa: S311
    storm.begin()
    stage.until_chunks(1)
    end, asked = time.monotonic() + SECONDS, 0
    while time.monotonic() < end:
        storm.strike()
        with contextlib.suppress(*AWAY):
            if not Run.objects.open().exists() and asked < 100:
                asked += 1  # there is always something to lose
                now = nightly.database_now()
                nightly.request_days([today - dt.timedelta(days=asked)], as_of_day=True, now=now)
        time.sleep(EVERY)
        storm.repair()
    storm.repair()
    until(lambda: not Run.objects.open().exists(), seconds=180, what=stage.story)
    print(dict(storm.killed), f"{RunChunk.objects.count()} chunks, {asked + 1} nights")  # noqa: T201
    run = stage.night()
    dead = list(run.chunks.filter(state="dead"))
    assert {chunk.attempts for chunk in RunChunk.objects.filter(state="dead")} <= {5}
    assert run.state == ("partial" if dead else "complete")
    unscored = [chunk for chunk in dead if chunk.kind == "score"]
    lost = {pk for pk in theatre.golden for chunk in unscored if chunk.lo <= pk < chunk.hi}
    golden = {pk: row for pk, row in theatre.golden.items() if pk not in lost}
    found = snapshots(run)
    assert found.keys() == golden.keys()
    if not any(chunk.kind == "sum" for chunk in dead):  # else the portfolio taught less
        assert found == golden
    assert stage.verified()
