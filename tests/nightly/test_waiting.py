"""A night waits for the imports that began before its cut-off, and for no others."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone

from metrics import nightly
from metrics.ingest import import_file
from metrics.ingest.batches import ALIVE, DOOR
from metrics.models import Batch, Run
from metrics.nightly.chunks import claim
from metrics.nightly.prepare import prepare
from metrics.nightly.waiting import imports_before
from metrics.nightly.work import Worked
from tests.facts import live_scorecard, make_account
from tests.ingest.sending import Sender

pytestmark = pytest.mark.django_db


def make_batch(*, minutes: float, state: str = "running") -> Batch:
    """An import that began so many minutes ago."""
    batch = Batch.objects.create(source="usage", state=state)
    began = timezone.now() - dt.timedelta(minutes=minutes)
    Batch.objects.filter(pk=batch.pk).update(started_at=began)
    return batch


@pytest.fixture
def process() -> Iterator[BaseDatabaseWrapper]:
    """A connection that is not ours."""
    other = connections.create_connection("default")
    yield other
    other.close()


def hold(process: BaseDatabaseWrapper, batch: Batch, *, key: int = ALIVE) -> None:
    """Takes the lock that an import holds while it lives."""
    with process.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [key, batch.pk])


def test_an_import_that_began_before_the_cut_off_and_lives_holds_the_night_up(
    process: BaseDatabaseWrapper,
) -> None:
    batch = make_batch(minutes=30)
    assert not imports_before(timezone.now())  # nobody holds its lock: its process has died
    hold(process, batch)
    assert imports_before(timezone.now())
    assert not imports_before(timezone.now() - dt.timedelta(minutes=31))
    Batch.objects.update(state="finished")
    assert not imports_before(timezone.now())


def test_an_import_holds_its_lock_as_long_as_it_reads(tmp_path: Path) -> None:
    seen = []

    def look(rows: int) -> None:
        Batch.objects.update(started_at=timezone.now() - dt.timedelta(minutes=30))
        seen.append(imports_before(timezone.now()))

    file = Sender(tmp_path).write("accounts", "A1,Acme")
    import_file("accounts", file, progress=look)
    assert seen == [True]
    assert not imports_before(timezone.now())


def test_an_import_that_has_just_begun_need_not_have_its_lock_yet() -> None:
    make_batch(minutes=0.5)
    assert imports_before(timezone.now())


def test_an_import_of_six_hours_holds_no_night_up(process: BaseDatabaseWrapper) -> None:
    hold(process, make_batch(minutes=361))
    assert not imports_before(timezone.now())
    hold(process, make_batch(minutes=359))
    assert imports_before(timezone.now())


def test_other_locks_say_nothing_about_an_import(process: BaseDatabaseWrapper) -> None:
    batch, other = make_batch(minutes=30), make_batch(minutes=30, state="failed")
    hold(process, batch, key=ALIVE - 1)
    hold(process, other)
    assert not imports_before(timezone.now())


def test_a_night_that_waits_loses_no_attempt_and_goes_on_by_itself() -> None:
    make_account()
    now = timezone.now()
    batch = make_batch(minutes=0.5)
    run = Run.objects.request(
        now.date(), kind="nightly", scorecard=live_scorecard(), data_cutoff=now, code_version="x"
    )
    for _ in range(7):
        assert nightly.work("tests", seconds=60) == Worked(0, more=False)
        run.chunks.update(not_before=None)
    chunk = run.chunks.get()
    assert (chunk.state, chunk.attempts, chunk.last_error) == ("new", 0, "")
    assert nightly.work("tests", seconds=60).done == 0
    chunk.refresh_from_db()
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        assert chunk.not_before == cursor.fetchone()[0] + dt.timedelta(seconds=2)
    Batch.objects.filter(pk=batch.pk).update(state="finished")
    run.chunks.update(not_before=None)
    nightly.work("tests", seconds=60)
    run.refresh_from_db()
    assert run.state == "complete"


def test_a_night_that_has_begun_goes_on() -> None:
    make_account()
    now = timezone.now()
    Run.objects.request(
        now.date(), kind="nightly", scorecard=live_scorecard(), data_cutoff=now, code_version="x"
    )
    chunk = claim("tests")
    assert chunk is not None
    prepare(chunk)
    make_batch(minutes=0.5)
    assert nightly.work("tests", seconds=60).done == 4  # sums, their combination, scores, rows


def test_an_import_that_begins_after_the_cut_off_is_not_waited_for() -> None:
    make_account()
    cutoff = timezone.now() - dt.timedelta(minutes=2)
    make_batch(minutes=1.5)
    Run.objects.request(
        cutoff.date(),
        kind="nightly",
        scorecard=live_scorecard(),
        data_cutoff=cutoff,
        code_version="x",
    )
    assert nightly.work("tests", seconds=60).done == 5


def test_calls_over_http_that_came_by_the_cut_off_hold_the_night_up(
    process: BaseDatabaseWrapper,
) -> None:
    before = timezone.now()
    process.set_autocommit(False)
    with process.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, 0)", [DOOR])
        assert imports_before(timezone.now())
        assert not imports_before(before - dt.timedelta(seconds=1))
        process.commit()
    assert not imports_before(timezone.now())
