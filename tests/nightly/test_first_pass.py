"""The first pass in chunks: each done once, whoever does it; nothing lost where it takes long."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings

from accounts.models import Account
from metrics import nightly, rollups
from metrics.frames import read_frames
from metrics.models import AccountCurrent, ChangedDay, ChunkSums, DirtyDay, Run, RunChunk, Snapshot
from metrics.nightly import first_pass
from metrics.nightly.chunks import Claim, LeaseLost, claim
from metrics.nightly.current import prune_current
from metrics.nightly.first_pass import combine_sums, sum_up
from metrics.nightly.prepare import prepare, window_of
from metrics.nightly.score_chunk import score_chunk
from metrics.nightly.show import show_rows
from metrics.signals.base import Portfolio
from metrics.signals.portfolio import combine, sample, to_json
from tests.facts import DAY, ago, at, live_scorecard, make_account, make_person, make_ticket, use

pytestmark = pytest.mark.django_db


def make_portfolio(accounts: int) -> list[Account]:
    """Accounts with somebody who was there last week, and a ticket."""
    made = [make_account() for _ in range(accounts)]
    for account in made:
        use(account, make_person(account), *range(3, 8))
        make_ticket(account)
    return made


def prepared(settings: Settings, *, chunk: int = 1) -> Run:
    """A run whose first chunk is done."""
    settings.CHUNK_ACCOUNTS = chunk
    run = Run.objects.request(
        DAY, kind="nightly", scorecard=live_scorecard(), data_cutoff=at(DAY, 3), code_version="x"
    )
    prepare(claimed())
    return run


def claimed() -> Claim:
    chunk = claim("tests")
    assert chunk is not None
    return chunk


def finished(run: Run) -> Run:
    nightly.work("tests", seconds=60)
    run.refresh_from_db()
    return run


def states(run: Run, kind: str) -> list[tuple[str, int]]:
    return list(run.chunks.filter(kind=kind).order_by("lo").values_list("state", "attempts"))


def test_sums_of_ranges_make_the_portfolio_and_are_forgotten(settings: Settings) -> None:
    make_portfolio(5)
    run = finished(prepared(settings, chunk=2))
    ranges = list(run.chunks.filter(kind="sum").order_by("lo").values_list("lo", "hi", "accounts"))
    assert [count for *_, count in ranges] == [2, 2, 1]
    assert ranges == list(
        run.chunks.filter(kind="score").order_by("lo").values_list("lo", "hi", "accounts")
    )
    parts = [sample(read_frames(window_of(run, lo=lo, hi=hi), Portfolio())) for lo, hi, _ in ranges]
    expected = combine(parts, day=DAY, median_points={}, tenant=run.tenant)
    assert run.portfolio == to_json(expected) | {"zone": run.zone}
    assert (run.state, run.accounts) == ("complete", 5)
    assert not ChunkSums.objects.exists()


def test_nothing_is_added_up_while_a_sum_is_open(settings: Settings) -> None:
    make_portfolio(2)
    run = prepared(settings)
    first, second = claimed(), claimed()
    assert {first.kind, second.kind} == {RunChunk.Kind.SUM}
    assert claim("tests") is None
    sum_up(first)
    assert claim("tests") is None
    sum_up(second)
    last = claimed()
    assert last.kind == RunChunk.Kind.COMBINE
    combine_sums(last)
    assert states(run, "score") == [("new", 0)] * 2


def test_who_lost_the_lease_leaves_no_sums(settings: Settings) -> None:
    make_portfolio(1)
    prepared(settings)
    late = claimed()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE metrics_runchunk SET lease_until = now() - interval '1 s'")
    in_time = claimed()
    with pytest.raises(LeaseLost):
        sum_up(late)
    assert not ChunkSums.objects.exists()
    sum_up(in_time)
    with pytest.raises(LeaseLost):
        sum_up(late)
    assert ChunkSums.objects.count() == 1


def test_dirty_days_that_take_long_are_done_in_turns_and_lose_no_attempt(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_portfolio(1)  # five dirty days
    run = prepared(settings)
    monkeypatch.setattr(rollups, "SLICE", 2)
    monkeypatch.setattr(first_pass, "ROLLUP_SECONDS", 0)
    left = []
    while states(run, "sum") == [("new", 0)]:
        sum_up(claimed())
        left.append(DirtyDay.objects.count())
    assert left == [3, 1, 0]
    assert states(run, "sum") == [("done", 1)]


def test_days_on_which_a_worker_was_ended_are_done_fewer_at_a_time(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_portfolio(1)  # five dirty days
    run = prepared(settings)
    monkeypatch.setattr(rollups, "SLICE", 16)
    monkeypatch.setattr(first_pass, "ROLLUP_SECONDS", 0)
    left = []
    run.chunks.filter(kind="sum").update(attempts=1)  # of a worker that is no more
    while states(run, "sum") == [("new", 1)]:
        sum_up(claimed())
        left.append(DirtyDay.objects.count())
    assert left == [3, 1, 0]
    assert states(run, "sum") == [("done", 2)]


def test_days_of_whoever_is_no_customer_yet_are_rolled_up(settings: Settings) -> None:
    before = make_account(started=-10)
    make_portfolio(1)
    behind = make_account(started=-10)
    for account in (before, behind):
        ChangedDay.objects.create(account_id=account.pk, day=ago(3))
    finished(prepared(settings))
    assert not ChangedDay.objects.exists()
    assert not DirtyDay.objects.exists()


def test_without_a_customer_there_is_nothing_to_score(settings: Settings) -> None:
    ChangedDay.objects.create(account_id=make_account(started=-10).pk, day=ago(3))
    run = finished(prepared(settings))
    assert (run.state, run.accounts, states(run, "score")) == ("complete", 0, [])
    assert not ChangedDay.objects.exists()
    assert not DirtyDay.objects.exists()


def give_up(run: Run, kind: str, **where: Any) -> None:
    """The chunks of a kind fail until nobody tries them any more."""
    dead = run.chunks.filter(kind=kind, **where)
    dead.update(state="dead", attempts=5, last_error="tried")


def test_a_range_that_cannot_be_added_up_is_scored_and_the_night_says_so(
    settings: Settings,
) -> None:
    accounts = make_portfolio(3)
    run = prepared(settings)
    give_up(run, "sum", lo=accounts[1].pk)
    run = finished(run)
    assert (run.state, run.accounts) == ("partial", 3)
    assert Snapshot.objects.filter(run_id=run.pk).count() == 3
    assert not ChangedDay.objects.exists()  # it is scored on what was imported since, too


def test_days_that_the_first_pass_left_are_rolled_up_in_turns_before_they_are_scored(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = make_portfolio(2)
    run = prepared(settings)
    give_up(run, "sum", lo=first.pk)
    sum_up(claimed())
    combine_sums(claimed())
    monkeypatch.setattr(rollups, "SLICE", 2)
    monkeypatch.setattr(first_pass, "ROLLUP_SECONDS", 0)
    score_chunk(claimed())
    assert (DirtyDay.objects.count(), states(run, "score")) == (3, [("new", 0)] * 2)


def test_a_night_that_knows_nothing_of_the_portfolio_has_failed(
    settings: Settings,
) -> None:
    make_portfolio(2)
    run = prepared(settings)
    give_up(run, "sum")
    with pytest.raises(first_pass.NothingFoundError):
        combine_sums(claimed())
    give_up(run, "combine")
    run = finished(run)
    assert (run.state, run.is_published) == ("failed", False)


def test_rows_are_written_once_all_is_scored_and_shown_once_published(settings: Settings) -> None:
    make_portfolio(2)
    run = prepared(settings)
    for _ in range(2):
        sum_up(claimed())
    combine_sums(claimed())
    first, second = claimed(), claimed()
    assert {first.kind, second.kind} == {RunChunk.Kind.SCORE}
    score_chunk(first)
    assert claim("tests") is None
    score_chunk(second)
    rows = claimed()
    assert rows.kind == RunChunk.Kind.SHOW
    show_rows(rows)
    own = AccountCurrent.objects.filter(run_id=run.pk)
    assert list(own.values_list("account_id", flat=True)) == [rows.lo]
    assert Run.objects.latest_published() is None
    finished(run)
    assert own.count() == 2
    assert Run.objects.latest_published() == run


def test_rows_that_could_not_be_written_in_chunks_are_written_when_it_is_published(
    settings: Settings,
) -> None:
    make_portfolio(2)
    run = prepared(settings)
    for step in (sum_up, sum_up, combine_sums, score_chunk, score_chunk):
        step(claimed())
    give_up(run, "show")
    run = finished(run)
    assert (run.state, run.is_published) == ("partial", True)
    assert AccountCurrent.objects.filter(run_id=run.pk).count() == 2


def test_rows_of_a_night_that_is_at_work_outlive_the_publishing_of_another_day(
    settings: Settings,
) -> None:
    make_portfolio(1)
    finished(prepared(settings))
    run = Run.objects.request(
        DAY + dt.timedelta(days=2),
        kind="nightly",
        scorecard=live_scorecard(),
        data_cutoff=at(DAY, 4),
        code_version="x",
    )
    for step in (prepare, sum_up, combine_sums, score_chunk, show_rows):
        step(claimed())
    other = Run.objects.request(
        DAY + dt.timedelta(days=1),
        kind="recalculation",
        scorecard=live_scorecard(),
        data_cutoff=at(DAY, 4),
        code_version="x",
    )
    own = AccountCurrent.objects.filter(run_id=run.pk)
    assert own.count() == 1
    prune_current(keep=other)
    assert own.count() == 1
