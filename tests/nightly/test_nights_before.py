"""All chunks of a run read the same past, whatever is published while they are at work."""

from __future__ import annotations

import datetime as dt

import pytest
from pytest_django import Settings

from metrics.models import Run, Snapshot
from metrics.nightly.first_pass import combine_sums, sum_up
from metrics.nightly.nights import half_year_before, nights_before
from metrics.nightly.prepare import prepare
from metrics.nightly.score_chunk import score_chunk
from metrics.scoring.trend import LONG_DAYS
from tests.facts import ago, make_account
from tests.nightly.test_first_pass import claimed, finished
from tests.nightly.test_night import make_lively_account, night, request

pytestmark = pytest.mark.django_db
# what the past alone decides: of two accounts that did the same it is the same
BY_THE_PAST = ("band", "pending_band", "pending_count", "trend_28", "trend", "momentum")


def added_up(settings: Settings) -> Run:
    """A night of one account per chunk, with its first pass done."""
    settings.CHUNK_ACCOUNTS = 1
    run = request()
    prepare(claimed())
    for _ in range(run.chunks.filter(kind="sum").count()):
        sum_up(claimed())
    combine_sums(claimed())
    run.refresh_from_db()
    return run


def made_again(day: dt.date) -> Run:
    """A revision of a past day that says something else, published beside whatever is at work."""
    old = Run.objects.of_day(day)
    assert old is not None
    new = Run.objects.create(
        kind=Run.Kind.RECALCULATION, business_day=day, revision=2, state=old.state,
        scorecard=old.scorecard, data_cutoff=old.data_cutoff, code_version="test",
    )  # fmt: skip
    for row in Snapshot.objects.filter(day=day, run_id=old.pk).values():
        Snapshot.objects.create(**row | {"run_id": new.pk, "band": "red", "score": 7.0})
    Run.objects.filter(pk=old.pk).update(is_published=False)
    Run.objects.filter(pk=new.pk).update(is_published=True)
    return new


def said(run: Run) -> list[tuple[object, ...]]:
    return list(
        Snapshot.objects.filter(run_id=run.pk).order_by("account_id").values_list(*BY_THE_PAST)
    )


def test_chunks_before_and_after_a_day_is_published_anew_read_the_same_past(
    settings: Settings,
) -> None:
    for _ in range(2):
        make_lively_account()
    for days in (182, *range(9, 0, -1)):
        night(ago(days))
    run = added_up(settings)
    score_chunk(claimed())
    for days in (182, 5, 1):
        made_again(ago(days))
    run = finished(run)
    assert run.state == "complete"
    one, two = said(run)
    assert one == two
    assert one[0] == "green"
    assert None not in one


def test_a_run_keeps_the_nights_of_its_trend_and_the_one_of_half_a_year_ago(
    settings: Settings,
) -> None:
    make_account()
    nights = {days: night(ago(days)) for days in (200, 190, 182, 120, LONG_DAYS, 30, 1)}
    run = added_up(settings)
    assert run.past == [nights[days].pk for days in (1, 30, LONG_DAYS, 182)]
    made_again(ago(30))
    kept = nights_before(run)
    assert [found.pk for found in kept] == run.past
    assert half_year_before(run, kept) == nights[182]
    # of the next run they are others
    finished(run)
    again = night(kind=Run.Kind.RECALCULATION)
    assert again.past is not None
    assert nights[30].pk not in again.past
    assert len(again.past) == 4


@pytest.mark.parametrize(("days", "found"), [(181, False), (182, True), (188, True), (189, False)])
def test_half_a_year_ago_is_up_to_six_days_more(days: int, *, found: bool) -> None:
    make_account()
    then = night(ago(days))
    run = request()
    assert half_year_before(run, nights_before(run)) == (then if found else None)


def test_an_account_that_was_missed_for_days_is_remembered_however_old_the_last_night_is(
    settings: Settings,
) -> None:
    make_account()
    nights = [night(ago(days)) for days in (115, 114, 101)]
    assert added_up(settings).past == [run.pk for run in (nights[2], nights[1], nights[0])]


def test_a_run_that_an_older_version_began_reads_what_is_published(settings: Settings) -> None:
    make_lively_account()
    first = night(ago(1))
    run = added_up(settings)
    Run.objects.filter(pk=run.pk).update(past=None)
    second = made_again(ago(1))
    run.refresh_from_db()
    assert [found.pk for found in nights_before(run)] == [second.pk] != [first.pk]
    assert finished(run).state == "complete"


def test_the_first_night_has_none(settings: Settings) -> None:
    make_account()
    run = added_up(settings)
    assert (run.past, nights_before(run)) == ([], [])
    assert finished(run).is_published
