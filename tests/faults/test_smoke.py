"""Cases 1, 5, 8 and 14 run on every change, in one file so that they share one cluster."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connections

from metrics.models import Batch, Run
from tests.faults.conftest import Staged, Theatre
from tests.faults.servers import until
from tests.faults.stage import Stage, patience
from tests.faults.test_broker import SLOW, SOON
from tests.faults.test_database import import_usage, in_order, stored, usage
from tests.faults.test_workers import (
    ANYWHERE,
    a_chunk,
    die_and_go_on,
    one_is_dead,
    tried_again,
)

Check = Callable[[], Run]


@pytest.mark.parametrize("time", ANYWHERE)
def test_case_01_a_worker_killed_after_its_claim_loses_it_to_another(
    stage: Stage, complete: Check, time: int
) -> None:
    die_and_go_on(stage, f"after_claim:kill_all:{time}")
    assert tried_again(complete()) == [2]


def test_case_05_a_chunk_that_kills_whoever_does_it_is_dead_after_five_times(
    staged: Staged, theatre: Theatre
) -> None:
    stage = staged(HEALTHSCORE_LEASE_SECONDS="1")
    stage.worker(f"mid_compute@{(key := a_chunk(theatre))}:kill:1", pool="1")
    stage.beat()
    dead = one_is_dead(stage, theatre, key)
    assert dead.last_error == "the worker stopped without a word"


def test_case_08_a_broker_that_died_with_all_its_data_costs_no_more_than_some_ticks(
    stage: Stage, complete: Check
) -> None:
    stage.over |= SOON
    stage.worker(SLOW)
    stage.beat()
    stage.until_chunks(16)
    stage.broker.kill(lose_data=True)
    patience(1)
    stage.broker.start()
    complete()


def test_case_14_a_crash_in_the_middle_of_an_import_leaves_all_of_it_or_nothing(
    stage: Stage,
) -> None:
    first = usage(stage, "first.csv", rows=200)
    in_order(import_usage(stage, first))
    second = usage(stage, "second.csv", rows=400)
    broken = import_usage(stage, second, "ingest_before_commit:sleep:20")
    until(lambda: Batch.objects.filter(state="running").exists(), seconds=150, what=broken.said)
    patience(1)
    stage.cluster.crash()
    connections["default"].close()
    assert broken.wait_for_end(seconds=150) != 0
    assert stored() == 200
    in_order(import_usage(stage, second))
    assert stored() == 400
