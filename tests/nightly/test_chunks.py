"""Leases and fences: a chunk is done once, whatever becomes of the worker that holds it."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction

from metrics.models import Run, RunChunk, Snapshot
from metrics.nightly import binary
from metrics.nightly.chunks import LeaseLost, bury, claim, fail, finish
from metrics.nightly.store import COLUMNS, write_snapshots
from tests.facts import DAY, at, live_scorecard
from tests.nightly.test_night import make_lively_account, night

pytestmark = pytest.mark.django_db


def make_run(day: dt.date = DAY, kind: str = Run.Kind.NIGHTLY) -> Run:
    return Run.objects.request(
        day, kind=kind, scorecard=live_scorecard(), data_cutoff=at(day, 3), code_version="test"
    )


def expire(chunk_id: int) -> None:
    """The worker that holds it has been silent for longer than its lease."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE metrics_runchunk SET lease_until = now() - interval '1 s' WHERE id = %s",
            [chunk_id],
        )


def states(run: Run) -> list[tuple[str, int]]:
    return list(run.chunks.order_by("id").values_list("state", "attempts"))


def test_a_day_asked_for_twice_is_one_run() -> None:
    assert make_run() == make_run()
    assert Run.objects.count() == RunChunk.objects.count() == 1


def test_a_closed_day_asked_for_again_is_a_new_revision() -> None:
    first = make_run()
    Run.objects.update(state=Run.State.COMPLETE)
    second = make_run(kind=Run.Kind.RECALCULATION)
    assert (first.revision, second.revision) == (1, 2)


def test_the_ledger_refuses_two_open_runs_of_a_day() -> None:
    run = make_run()
    run.pk, run.revision = None, 2
    with pytest.raises(IntegrityError, match="run_one_open_per_day"), transaction.atomic():
        run.save()


def test_a_claimed_chunk_is_nobody_elses_until_its_lease_ends() -> None:
    make_run()
    first = claim("one")
    assert first is not None
    assert claim("two") is None
    expire(first.chunk_id)
    second = claim("two")
    assert second is not None
    assert (second.fence, second.attempts) == (first.fence + 1, 2)


def test_who_lost_the_lease_can_neither_finish_nor_fail_the_chunk() -> None:
    run = make_run()
    first = claim("one")
    assert first is not None
    expire(first.chunk_id)
    second = claim("two")
    assert second is not None
    with pytest.raises(LeaseLost):
        finish(first)
    fail(first, "too late")
    assert states(run) == [("leased", 2)]
    finish(second)
    assert states(run) == [("done", 2)]
    with pytest.raises(LeaseLost):
        finish(second)


def test_a_chunk_that_fails_rests_and_is_dead_after_five_attempts() -> None:
    run = make_run()
    for attempt in range(1, 6):
        chunk = claim("one")
        assert chunk is not None
        assert chunk.attempts == attempt
        fail(chunk, f"attempt {attempt}")
        assert claim("one") is None  # it rests
        run.chunks.update(not_before=None)
    assert claim("one") is None
    assert list(run.chunks.values_list("state", "last_error")) == [("dead", "attempt 5")]


def test_a_chunk_that_kills_its_worker_every_time_is_buried() -> None:
    run = make_run()
    for _ in range(5):
        chunk = claim("one")
        assert chunk is not None
        expire(chunk.chunk_id)
    assert claim("one") is None
    assert bury() == 1
    assert run.chunks.get().last_error == "the worker stopped without a word"


def test_attempts_cannot_pass_five() -> None:
    run = make_run()
    with pytest.raises(IntegrityError, match="attempts_are_capped"), transaction.atomic():
        run.chunks.update(attempts=6)


def test_a_night_goes_first_and_days_go_in_their_order() -> None:
    days = [DAY - dt.timedelta(days=back) for back in (1, 3, 2)]
    past = [make_run(day, Run.Kind.RECALCULATION) for day in days]
    night = make_run(DAY)
    order = []
    while chunk := claim("one"):
        order.append(chunk.run.pk)
        finish(chunk)
        Run.objects.filter(pk=chunk.run.pk).update(state=Run.State.COMPLETE)
    assert order == [night.pk, past[1].pk, past[2].pk, past[0].pk]


def test_a_day_waits_for_the_day_before_it_even_while_that_is_being_done() -> None:
    make_run(DAY - dt.timedelta(days=1))
    make_run(DAY)
    assert claim("one") is not None
    assert claim("two") is None


def test_rows_that_are_written_twice_are_there_once() -> None:
    make_lively_account()
    night()
    names = ", ".join(COLUMNS)
    out = f"COPY (SELECT {names} FROM metrics_snapshot) TO STDOUT (FORMAT BINARY)"  # noqa: S608
    with connection.cursor() as cursor, cursor.cursor.copy(out) as copy:
        data = b"".join(bytes(part) for part in copy)
    write_snapshots([data.removeprefix(binary.START).removesuffix(binary.END)])
    assert Snapshot.objects.count() == 1
