"""Which run pages show once it is closed."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from metrics import nightly
from metrics.models import AccountCurrent, Run, Snapshot
from metrics.nightly import publish
from metrics.nightly.first_pass import combine_sums, sum_up
from tests.facts import DAY, ago, at
from tests.nightly.test_first_pass import claimed, finished, give_up, make_portfolio, prepared

pytestmark = pytest.mark.django_db


def half(settings: Settings) -> Run:
    """A run of two accounts, one of which nobody can score."""
    run = prepared(settings)
    for step in (sum_up, sum_up, combine_sums):
        step(claimed())
    give_up(run, "score", lo=run.chunks.filter(kind="score").order_by("lo")[0].lo)
    return finished(run)


def test_a_partial_revision_does_not_take_the_place_of_a_complete_one(settings: Settings) -> None:
    make_portfolio(2)
    complete = finished(prepared(settings))
    run = half(settings)
    assert (run.state, run.accounts, run.is_published) == ("partial", 1, False)
    assert run.reason == "not shown, revision 1 is complete"
    assert Run.objects.of_day(DAY) == complete
    assert Run.objects.of_day(DAY, revision=2) == run
    assert Snapshot.objects.filter(run_id=run.pk).count() == 1
    assert set(AccountCurrent.objects.values_list("run_id", flat=True)) == {complete.pk}


def test_of_two_partial_revisions_the_later_is_shown(settings: Settings) -> None:
    make_portfolio(2)
    first, second = half(settings), half(settings)
    assert (second.revision, Run.objects.of_day(DAY)) == (first.revision + 1, second)


def test_a_lock_that_passes_within_minutes_fails_no_night(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_portfolio(1)
    run = prepared(settings)
    pause_after = publish.pause_after
    with monkeypatch.context() as locked:
        locked.setattr(publish, "write_spread", lambda run: 1 / 0)
        # hours for seconds: no try of this test comes after a pause, however slow the machine
        locked.setattr(publish, "pause_after", lambda attempts: 3600 * pause_after(attempts))
        for _ in range(Run.MAX_PUBLISHING):
            finished(run)
    run.refresh_from_db()
    assert (run.state, run.is_published) == ("running", False)
    assert run.publishing == 4  # three at once, one more, and then the first pause
    assert run.publish_after > timezone.now()
    Run.objects.update(publish_after=timezone.now())
    assert finished(run).is_published


def without(settings: Settings, *, lost: int) -> Run:
    """A run of which nobody can score so many accounts."""
    run = prepared(settings)
    for _ in range(run.chunks.filter(kind="sum").count()):
        sum_up(claimed())
    combine_sums(claimed())
    for chunk in run.chunks.filter(kind="score").order_by("lo")[:lost]:
        give_up(run, "score", lo=chunk.lo)
    return finished(run)


def test_a_worse_partial_revision_does_not_take_the_place_of_a_better_one(
    settings: Settings,
) -> None:
    make_portfolio(3)
    better = without(settings, lost=1)
    worse = without(settings, lost=2)
    assert [(run.state, run.accounts) for run in (better, worse)] == [
        ("partial", 2),
        ("partial", 1),
    ]
    assert Run.objects.of_day(DAY) == better
    assert worse.reason == "not shown, revision 1 has more accounts"
    assert Run.objects.of_day(DAY, revision=2) == worse


def test_the_pauses_grow_to_half_an_hour_in_all() -> None:
    pauses = [publish.pause_after(attempts) for attempts in range(1, Run.MAX_PUBLISHING)]
    assert pauses == sorted(pauses)
    assert pauses[2] == dt.timedelta()
    assert dt.timedelta(minutes=25) < sum(pauses, dt.timedelta()) < dt.timedelta(minutes=40)


def test_a_run_that_can_never_be_published_is_given_up(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_portfolio(1)
    run = prepared(settings)
    monkeypatch.setattr(publish, "write_spread", lambda run: 1 / 0)
    monkeypatch.setattr(publish, "pause_after", lambda attempts: dt.timedelta())
    for _ in range(Run.MAX_PUBLISHING + 1):
        finished(run)
    run.refresh_from_db()
    assert (run.state, run.publishing) == ("failed", Run.MAX_PUBLISHING)


def test_a_pause_that_ends_while_a_worker_looks_gives_nothing_up(settings: Settings) -> None:
    make_portfolio(1)
    run = finished(prepared(settings))
    soon = timezone.now() + dt.timedelta(seconds=0.3)
    Run.objects.filter(pk=run.pk).update(
        state="running", is_published=False, publishing=9, publish_after=soon
    )

    def slow(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        answer = execute(sql, *rest)
        if "metrics_run" in sql:
            time.sleep(0.4)
        return answer

    with connection.execute_wrapper(slow):
        assert not publish.publish(run)
    run.refresh_from_db()
    assert (run.state, run.publishing) == ("running", 9)
    assert publish.publish(run)
    run.refresh_from_db()
    assert (run.state, run.publishing, run.is_published) == ("complete", 10, True)


def recalculated(*days: int) -> list[Run]:
    """Past days whose new revisions are asked for, behind rows that somebody sees at once."""
    AccountCurrent.objects.update(name="Old")
    now = at(DAY, 4)
    return nightly.request_days([ago(back) for back in days], as_of_day=True, now=now)


def are_old() -> bool:
    return AccountCurrent.objects.filter(name="Old").exists()


def test_rows_that_could_not_be_rewritten_after_a_past_day_are_rewritten_later(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_portfolio(1)
    finished(prepared(settings))
    (past,) = recalculated(7)
    with monkeypatch.context() as broken:
        broken.setattr(publish, "write_current", lambda run: 1 / 0)
        assert finished(past).is_published
    assert are_old()
    latest = Run.objects.latest_published()
    assert list(Run.objects.with_work()) == [latest]  # a tick wakes a worker for it
    finished(past)
    assert not are_old()
    assert not Run.objects.with_work().exists()


def test_rows_that_cannot_be_rewritten_are_tried_after_pauses_that_grow(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_portfolio(1)
    run = finished(prepared(settings))
    (past,) = recalculated(7)
    tries = []

    def break_down(run: Run) -> None:
        tries.append(run.pk)
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr(publish, "write_current", break_down)
        for _ in range(30):
            finished(past)
        assert 3 <= len(tries) < 10
        for _ in range(Run.MAX_PUBLISHING):
            Run.objects.update(publish_after=timezone.now())  # as if the pause were over
            finished(past)
        run.refresh_from_db()
        assert run.publishing == Run.MAX_PUBLISHING  # from there on each five minutes
        assert dt.timedelta(minutes=4) < run.publish_after - timezone.now()
    assert are_old()
    assert (run.state, run.is_published, run.are_rows_stale) == ("complete", True, True)
    Run.objects.update(publish_after=timezone.now())
    finished(past)
    assert not are_old()


def test_another_past_day_is_another_reason_to_try_at_once(settings: Settings) -> None:
    make_portfolio(1)
    run = finished(prepared(settings))
    later = timezone.now() + dt.timedelta(minutes=5)
    Run.objects.filter(pk=run.pk).update(are_rows_stale=True, publishing=20, publish_after=later)
    finished(run)
    (past,) = recalculated(7)
    finished(past)
    assert not are_old()
    run.refresh_from_db()
    assert (run.are_rows_stale, run.publishing) == (False, 1)


def test_rows_are_rewritten_where_the_last_of_the_past_days_fails(settings: Settings) -> None:
    make_portfolio(1)
    finished(prepared(settings))
    first, last = recalculated(8, 7)
    give_up(last, "prepare")
    assert (finished(first).state, finished(last).state) == ("complete", "failed")
    assert not are_old()
