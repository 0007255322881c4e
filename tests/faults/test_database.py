"""Cases 13 to 16 and 18: PostgreSQL crashes, cuts connections, is locked."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import connections

from accounts.models import Person
from healthscore.databases import LIMITS
from metrics.models import Batch, Run, UsageEvent
from tests.faults.browser import Browser
from tests.faults.servers import until
from tests.faults.stage import Process, Stage, patience
from tests.faults.test_broker import SLOW
from tests.faults.test_workers import LATER

Check = Callable[[], Run]
pytestmark = LATER
FEATURE = "fault"
HEAD = "account_external_id,person_external_id,feature_key,occurred_at,count\n"


def usage(stage: Stage, name: str, *, rows: int, backwards: bool = False) -> Path:
    """A file of new usage events, a minute apart."""
    people = list(
        Person.objects.exclude(persona__in=Person.NOT_PEOPLE)
        .order_by("pk")
        .values_list("account__external_id", "external_id")[:20]
    )
    start = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
    lines = [
        f"{','.join(people[i % 20])},{FEATURE},{(start + dt.timedelta(minutes=i)).isoformat()},1"
        for i in range(rows)
    ]
    path = stage.folder / name
    path.write_text(HEAD + "\n".join(reversed(lines) if backwards else lines) + "\n", "utf-8")
    return path


def stored() -> int:
    return UsageEvent.objects.filter(feature__key=FEATURE).count()


def import_usage(stage: Stage, path: Path, failpoint: str = "") -> Process:
    return stage.manage("import_csv", "usage", str(path), FAILPOINT=failpoint)


def in_order(process: Process) -> None:
    assert process.wait_for_end(seconds=150) == 0, process.said()


def test_case_13_a_killed_backend_cuts_everybody_and_both_night_and_pages_recover(
    stage: Stage, complete: Check
) -> None:
    stage.worker(SLOW)
    stage.beat()
    ada = Browser(stage.web())
    assert ada.get("/runs/").status == 200
    stage.until_chunks(16)
    assert stage.cluster.kill_backend(stage.name)
    stage.cluster.answers()
    until(lambda: ada.get("/runs/").status == 200, seconds=10, what="a page")
    complete()


def test_case_13_pages_say_503_while_the_database_is_away_and_are_back_within_ten_seconds(
    stage: Stage, complete: Check
) -> None:
    stage.worker()
    stage.beat()
    complete()
    ada = Browser(stage.web())
    assert ada.get("/").status == 200
    stage.cluster.server.send_signal(3)  # SIGQUIT: at once
    stage.cluster.server.wait()
    connections["default"].close()
    assert ada.get("/").status == 503  # from here on the pool tries to connect
    patience(28)  # long enough for it to double its pauses to half a minute
    answer = ada.get("/")
    assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
    assert Browser.stranger(ada.port).get("/healthz").status == 200
    stage.cluster.start()
    stage.cluster.answers()
    until(lambda: ada.get("/").status == 200, seconds=10, what="a page")


def test_case_15_an_import_whose_connection_is_cut_stores_nothing_and_can_be_sent_again(
    stage: Stage,
) -> None:
    path = usage(stage, "usage.csv", rows=300)
    broken = import_usage(stage, path, "ingest_mid_copy@stage_usage:sleep:20")
    until(lambda: Batch.objects.filter(state="running").exists(), seconds=150, what=broken.said)
    patience(1)
    connections["default"].close()
    assert stage.cluster.terminate(stage.name)
    assert broken.wait_for_end(seconds=150) != 0
    assert stored() == 0
    in_order(import_usage(stage, path))
    assert stored() == 300
    last = Batch.objects.latest("pk")
    assert (last.received, last.accepted) == (300, 300)


def test_case_16_two_imports_of_the_same_rows_in_opposite_order_both_come_in(
    stage: Stage,
) -> None:
    files = [
        usage(stage, f"{order}.csv", rows=2000, backwards=order == "down")
        for order in ("up", "down")
    ]
    for process in [import_usage(stage, path) for path in files]:
        in_order(process)
    assert stored() == 2000
    batches = list(Batch.objects.order_by("-pk")[:2])
    assert sorted((batch.accepted, batch.duplicate) for batch in batches) == [(0, 2000), (2000, 0)]


@pytest.fixture
def reader(stage: Stage) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """A transaction that has read the runs and does not end."""
    with psycopg.connect(stage.url) as connection:
        connection.execute("SELECT count(*) FROM metrics_run")
        yield connection


def test_case_18_a_migration_that_cannot_have_its_lock_gives_up_and_holds_up_no_page(
    stage: Stage, reader: psycopg.Connection[tuple[object, ...]]
) -> None:
    ada = Browser(stage.web())
    assert ada.get("/runs/").status == 200
    found: list[object] = []

    def migrate() -> None:
        limits = " ".join(f"-c {name}={value}" for name, value in LIMITS["migrate"].items())
        with psycopg.connect(stage.url, options=limits, autocommit=True) as connection:
            began = time.monotonic()
            with pytest.raises(psycopg.errors.LockNotAvailable):
                connection.execute("ALTER TABLE metrics_run ADD COLUMN fault int")
            found.append(time.monotonic() - began)

    thread = threading.Thread(target=migrate)
    thread.start()
    patience(0.5)
    page = ada.get("/runs/")
    thread.join()
    assert page.status == 200
    assert page.seconds < 3
    assert [1.5 < seconds < 3.5 for seconds in map(float, map(str, found))] == [True]
