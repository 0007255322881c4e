"""Who only stands behind somebody else's lock loses no attempt; but nobody steps aside for ever."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now

from metrics import nightly
from metrics.models import Run, RunChunk
from metrics.nightly import score_chunk
from metrics.nightly.chunks import FREE, PATIENT
from tests.facts import make_account
from tests.nightly.test_night import request

pytestmark = pytest.mark.django_db


def refuse(sqlstate: str) -> None:
    """What the database answers to who stands in somebody's way."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DO $$ BEGIN RAISE EXCEPTION 'busy' USING ERRCODE = '{sqlstate}'; END $$")


def scoring_fails(monkeypatch: pytest.MonkeyPatch, sqlstate: str) -> Run:
    """A night that is asked for, in which no account can be scored."""
    make_account()
    monkeypatch.setattr(score_chunk, "measure", lambda frames: refuse(sqlstate))
    return request()


def work(times: int) -> RunChunk:
    """So many turns, without the pauses between them; the chunk that cannot be done."""
    for _ in range(times):
        RunChunk.objects.update(not_before=None)
        nightly.work("tests", seconds=60)
    return RunChunk.objects.get(kind=RunChunk.Kind.SCORE)


@pytest.mark.parametrize("sqlstate", ["40P01", "40001", "55P03"])
def test_a_busy_hour_gives_no_chunk_up(monkeypatch: pytest.MonkeyPatch, sqlstate: str) -> None:
    with monkeypatch.context() as busy:
        run = scoring_fails(busy, sqlstate)
        chunk = work(8)
    assert (chunk.state, chunk.attempts, chunk.fence) == ("new", 0, 8)
    assert "busy" in chunk.last_error
    work(1)
    run.refresh_from_db()
    assert (run.state, run.accounts) == ("complete", 1)


def test_the_pause_grows_to_half_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    scoring_fails(monkeypatch, "40P01")
    pauses = []
    for fence in (0, 1, 28, 29, 60):
        RunChunk.objects.update(fence=fence)
        chunk = work(1)
        assert chunk.not_before is not None
        with connection.cursor() as cursor:
            cursor.execute("SELECT now()")
            pauses.append((chunk.not_before - cursor.fetchone()[0]) / dt.timedelta(seconds=1))
    assert pauses == [1, 2, 29, 30, 30]


def test_a_lock_that_never_passes_counts_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    run = scoring_fails(monkeypatch, "55P03")
    work(1)
    RunChunk.objects.update(fence=FREE - 2)
    Run.objects.update(created_at=Now() - PATIENT - dt.timedelta(minutes=5))
    assert (work(1).attempts, work(1).attempts) == (0, 1)
    chunk = work(4)
    run.refresh_from_db()
    assert (chunk.state, chunk.attempts, run.state) == ("dead", 5, "failed")


def test_as_long_as_an_import_may_take_waiting_uses_no_attempt_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as busy:
        run = scoring_fails(busy, "55P03")
        work(1)
        RunChunk.objects.update(fence=5_000)  # it waited for imports, a claim each two seconds
        Run.objects.update(created_at=Now() - PATIENT + dt.timedelta(minutes=5))
        chunk = work(8)
    assert (chunk.state, chunk.attempts, chunk.fence) == ("new", 0, 5_008)
    work(1)
    run.refresh_from_db()
    assert (run.state, run.accounts) == ("complete", 1)


@pytest.mark.parametrize("sqlstate", ["23505", "22012"])
def test_what_is_wrong_with_the_work_itself_counts(
    monkeypatch: pytest.MonkeyPatch, sqlstate: str
) -> None:
    scoring_fails(monkeypatch, sqlstate)
    assert work(1).attempts == 1
