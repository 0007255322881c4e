"""Cases 1 to 7: workers that die, chunks that cannot be done, work that takes too long."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

import pytest

from metrics.models import Run, RunChunk
from tests.faults.conftest import Staged, Theatre
from tests.faults.servers import until
from tests.faults.stage import CHUNK, LEASE, Stage, snapshots

Check = Callable[[], Run]
LATER = pytest.mark.faults
pytestmark = LATER
# the n-th time that one worker comes by: prepare, a sum, combine, a score
PREPARE, SUM, COMBINE, SCORE = 1, 4, 14, 17
ANYWHERE = [
    pytest.param(PREPARE, marks=LATER),
    pytest.param(SUM, marks=LATER),
    pytest.param(COMBINE, marks=LATER),
    SCORE,
]


def tried_again(run: Run) -> list[int]:
    """How often chunks were tried that were tried more than once."""
    return sorted(run.chunks.filter(attempts__gt=1).values_list("attempts", flat=True))


def die_and_go_on(stage: Stage, failpoint: str) -> None:
    """A worker that the failpoint ends, and another one that nothing ends."""
    first = stage.worker(failpoint)
    stage.beat()
    assert first.wait_for_end(seconds=240) == -signal.SIGKILL
    stage.worker()


def a_chunk(theatre: Theatre) -> int:
    """Its first account, by which a failpoint knows it."""
    return sorted(theatre.golden)[2 * CHUNK]


def held(key: int) -> bool:
    return RunChunk.objects.filter(kind="score", lo=key, state="leased").exists()


def one_is_dead(stage: Stage, theatre: Theatre, key: int) -> RunChunk:
    """The night is there but for the accounts of one chunk, and says so."""
    stage.wait()
    run = stage.night()
    assert (run.state, run.is_published) == ("partial", True)
    dead = run.chunks.get(state="dead")
    assert (dead.lo, dead.attempts) == (key, 5)
    there = {pk: row for pk, row in theatre.golden.items() if not dead.lo <= pk < dead.hi}
    assert snapshots(run) == there
    assert stage.verified()
    assert "is given up" in stage.processes[0].said()
    return dead


@pytest.mark.parametrize("time", ANYWHERE)
def test_case_02_a_worker_killed_before_its_commit_leaves_nothing_and_it_is_done_again(
    stage: Stage, complete: Check, time: int
) -> None:
    die_and_go_on(stage, f"after_upsert:kill_all:{time}")
    assert tried_again(complete()) == [2]


@pytest.mark.parametrize("time", ANYWHERE)
def test_case_03_a_worker_killed_after_its_commit_leaves_nothing_to_do_again(
    stage: Stage, complete: Check, time: int
) -> None:
    die_and_go_on(stage, f"after_commit:kill_all:{time}")
    assert tried_again(complete()) == []


def test_case_04_a_killed_child_of_the_pool_loses_its_chunk_and_no_other(
    stage: Stage, complete: Check, theatre: Theatre
) -> None:
    key = a_chunk(theatre)
    worker = stage.worker(f"mid_compute@{key}:sleep:{LEASE}", pool="1")
    stage.beat()
    until(lambda: held(key), seconds=240, what=stage.story)
    os.kill(worker.children()[0], signal.SIGKILL)
    assert tried_again(complete()) == [2]
    assert worker.lives


def test_case_06_a_chunk_that_raises_rests_longer_each_time_and_is_dead_with_its_reason(
    stage: Stage, theatre: Theatre
) -> None:
    stage.worker(f"mid_compute@{(key := a_chunk(theatre))}:raise:1")
    stage.beat()
    dead = one_is_dead(stage, theatre, key)
    assert dead.last_error.startswith("FailpointError")


def test_case_07_a_message_that_comes_again_while_its_work_goes_on_finds_nothing_to_do(
    staged: Staged, complete: Check, theatre: Theatre, stage: Stage
) -> None:
    stage.over["HEALTHSCORE_VISIBILITY_SECONDS"] = "5"
    stage.worker(f"mid_compute@{a_chunk(theatre)}:sleep:15", pool="2")
    stage.beat()
    assert tried_again(complete()) == []


def test_case_07_what_a_frozen_worker_brings_after_its_lease_is_refused(
    stage: Stage, complete: Check, theatre: Theatre
) -> None:
    frozen = stage.worker(f"mid_compute@{(key := a_chunk(theatre))}:sleep:1")
    stage.beat()
    until(lambda: held(key), seconds=240, what=stage.story)
    frozen.send(signal.SIGSTOP)
    stage.worker()
    run = complete()
    fences = list(run.chunks.filter(lo=key, kind="score").values_list("fence", "attempts"))
    frozen.send(signal.SIGCONT)
    until(lambda: "lease lost" in frozen.said(), seconds=20, what=frozen.said)
    assert fences == [(2, 2)]
    assert snapshots(run) == theatre.golden
