"""A whole night: complete, once, published in one step, and made again with the same bytes."""

import datetime as dt

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.models import Account, Organisation
from metrics import nightly
from metrics.models import (
    AccountCurrent,
    Batch,
    ChangedDay,
    Run,
    RunChunk,
    Snapshot,
    UsageEvent,
    WriteKey,
)
from metrics.nightly import score_chunk
from metrics.nightly.chunks import claim
from metrics.nightly.due import ENOUGH
from metrics.nightly.publish import publish
from tests.facts import (
    DAY,
    ago,
    at,
    live_scorecard,
    make_account,
    make_contract,
    make_milestone,
    make_person,
    make_status,
    make_survey,
    make_ticket,
    make_training,
    use,
)

pytestmark = pytest.mark.django_db
WORKDAYS = [days for days in range(1, 300) if ago(days).weekday() < 5]


def make_lively_account(**over: object) -> Account:
    """Four people in two groups who come every day, are trained, and answer."""
    account = make_account(seats=5, **over)
    for number in range(4):
        person = make_person(account, group=["Planning", "Dispatch"][number % 2])
        use(account, person, *WORKDAYS)
        make_training(person)
        make_survey(account, person=person, sent=40, answered=38, score=9)
    make_milestone(account, due_on=ago(450), completed_on=ago(460), completed_known_at=at(ago(460)))
    make_ticket(account, opened=20, first_answer_at=at(ago(20), 11), solved_at=at(ago(18)), csat=5)
    return account


def request(day: dt.date = DAY, kind: str = Run.Kind.NIGHTLY) -> Run:
    return Run.objects.request(
        day, kind=kind, scorecard=live_scorecard(), data_cutoff=at(day, 3), code_version="test"
    )


def night(day: dt.date = DAY, kind: str = Run.Kind.NIGHTLY) -> Run:
    run = request(day, kind)
    nightly.work("tests", seconds=60)
    run.refresh_from_db()
    return run


def test_a_night_scores_every_account_and_is_published() -> None:
    lively, silent = make_lively_account(), make_account()
    run = night()
    assert (run.state, run.is_published) == ("complete", True)
    assert (run.accounts, run.scored, run.grey) == (2, 1, 1)
    rows = {row.account_id: row for row in AccountCurrent.objects.filter(run_id=run.pk)}
    assert (rows[lively.pk].band, rows[lively.pk].cause) == ("green", "Steady")
    assert rows[lively.pk].score is not None
    assert rows[lively.pk].score > 85
    assert (rows[lively.pk].seats_active, rows[lively.pk].seats_sold) == (4, 5)
    assert (rows[silent.pk].band, rows[silent.pk].score) == ("grey", None)
    assert rows[silent.pk].cause == "No people known"
    call_command("verify")


def test_a_recalculated_day_is_a_new_revision_with_the_same_bytes() -> None:
    make_lively_account()
    first, second = night(), night(kind=Run.Kind.RECALCULATION)
    assert (first.revision, second.revision) == (1, 2)
    assert list(Run.objects.published()) == [second]
    kept = {
        row["run_id"]: {key: value for key, value in row.items() if key != "run_id"}
        for row in Snapshot.objects.values()
    }
    assert kept[first.pk] == kept[second.pk]
    assert set(AccountCurrent.objects.values_list("run_id", flat=True)) >= {second.pk}


def test_late_facts_change_the_new_revision_and_leave_the_old_one() -> None:
    account = make_lively_account()
    night()
    make_survey(account, sent=20, answered=19, score=0, known_at=at(DAY, 2))
    night(kind=Run.Kind.RECALCULATION)
    scores = list(Snapshot.objects.order_by("run_id").values_list("score", flat=True))
    assert scores[1] < scores[0]


def test_what_was_learnt_after_the_cut_off_changes_nothing() -> None:
    account = make_lively_account()
    night()
    make_survey(account, sent=20, answered=19, score=0, known_at=at(DAY, 4))
    night(kind=Run.Kind.RECALCULATION)
    first, second = Snapshot.objects.order_by("run_id").values_list("input_hash", flat=True)
    assert bytes(first) == bytes(second)


def test_losing_a_source_never_raises_a_score() -> None:
    make_lively_account()
    night()
    for source in ("usage", "training", "tickets", "surveys", "milestones"):
        make_status(source, "broken", since=1)
        night(kind=Run.Kind.RECALCULATION)
    scores = list(Snapshot.objects.order_by("run_id").values_list("score", "coverage"))
    known = [score for score, _ in scores if score is not None]
    assert known == sorted(known, reverse=True)
    coverage = [share for _, share in scores]
    assert coverage == sorted(coverage, reverse=True)
    assert scores[-1][0] is None


def test_a_night_in_which_nobody_could_be_scored_has_failed_and_says_why(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_lively_account()
    monkeypatch.setattr(score_chunk, "measure", lambda frames: 1 / 0)
    run = request()
    for _ in range(6):
        nightly.work("tests", seconds=60)
        RunChunk.objects.update(not_before=None)
    run.refresh_from_db()
    assert (run.state, run.accounts, run.is_published) == ("failed", 0, False)
    dead = run.chunks.get(state="dead")
    assert (dead.attempts, "ZeroDivisionError" in dead.last_error) == (5, True)


def test_the_first_run_does_not_wait_for_the_night_but_until_imports_are_quiet() -> None:
    now = at(DAY, 1)
    live_scorecard()
    assert nightly.ensure_runs(now) == []
    make_account()
    Batch.objects.create(
        source="usage", state="finished", finished_at=now - dt.timedelta(minutes=4)
    )
    assert nightly.ensure_runs(now) == []
    now += dt.timedelta(minutes=2)
    (run,) = nightly.ensure_runs(now)
    assert (run.business_day, run.data_cutoff) == (DAY, now)
    assert nightly.ensure_runs(now) == []


def test_the_first_run_waits_an_hour_at_most_for_senders_that_never_pause() -> None:
    now = at(DAY, 1)
    live_scorecard()
    make_account()
    key = WriteKey.objects.create(name="Web", prefix="abcd1234", digest="a" * 64)
    pushed = Batch.objects.create(source="usage", state="finished", write_key=key)
    Batch.objects.filter(pk=pushed.pk).update(
        started_at=now - dt.timedelta(minutes=59), finished_at=now
    )
    assert nightly.ensure_runs(now) == []
    now += dt.timedelta(minutes=1)
    file = Batch.objects.create(source="people", state="finished", finished_at=now)
    assert nightly.ensure_runs(now) == []
    file.delete()
    (run,) = nightly.ensure_runs(now)
    assert (run.business_day, run.data_cutoff) == (DAY, now)


def test_a_night_does_not_wait_at_the_end_of_a_chain_of_past_days() -> None:
    make_account()
    night(ago(40))
    due = Organisation.current().due_at(DAY)
    before = due - dt.timedelta(hours=1)
    waited = Run.objects.filter(business_day=DAY, created_at__gt=timezone.now() - ENOUGH)
    past = nightly.request_days(nightly.days_between(ago(30), DAY), as_of_day=True, now=before)
    Run.objects.update(created_at=timezone.now() - 2 * ENOUGH)
    found = {run.business_day: run for run in nightly.ensure_runs(due)}
    assert found[DAY].pk == past[-1].pk
    last = Run.objects.get(pk=past[-1].pk)
    assert (last.kind, last.data_cutoff, last.is_in_the_way) == ("nightly", due, False)
    first = claim("tests")
    assert first is not None
    assert first.run == last
    assert waited.exists()  # what it waited before is nobody's alarm


def test_what_is_asked_for_last_is_what_a_day_that_nobody_has_begun_becomes() -> None:
    make_account()
    scorecard = live_scorecard()
    first, again = (
        nightly.request_days([ago(1)], as_of_day=as_of_day, now=at(DAY, 12), reason=reason)[0]
        for as_of_day, reason in ((True, "first"), (False, "again"))
    )
    assert (first.pk, again.is_in_the_way) == (again.pk, False)
    now = Run.objects.get(pk=first.pk)
    assert (now.reason, now.data_cutoff, now.scorecard) == ("again", at(DAY, 12), scorecard)
    assert now.chunks.count() == 1


def test_a_day_that_is_at_work_says_that_it_is_not_what_was_asked_for() -> None:
    make_account()
    live_scorecard()
    nightly.request_days([ago(1)], as_of_day=True, now=at(DAY, 12))
    assert claim("tests") is not None
    (same,) = nightly.request_days([ago(1)], as_of_day=True, now=at(DAY, 12))
    assert not same.is_in_the_way
    (other,) = nightly.request_days([ago(1)], as_of_day=False, now=at(DAY, 12))
    assert (other.pk, other.is_in_the_way) == (same.pk, True)
    assert Run.objects.get(pk=same.pk).data_cutoff == Organisation.current().due_at(ago(1))


def test_a_recalculation_that_failed_stands_for_no_night() -> None:
    make_account()
    night(ago(1))
    due = Organisation.current().due_at(DAY)
    nightly.request_days([DAY], as_of_day=True, now=at(DAY, 12))
    assert nightly.ensure_runs(due) == []
    Run.objects.filter(business_day=DAY).update(state=Run.State.FAILED)
    (run,) = nightly.ensure_runs(due)
    assert (run.kind, run.data_cutoff, run.revision) == ("nightly", due, 2)
    Run.objects.filter(pk=run.pk).update(state=Run.State.FAILED)
    assert nightly.ensure_runs(due) == []


def test_a_night_that_waits_is_not_made_a_recalculation() -> None:
    make_account()
    night(ago(1))
    due = Organisation.current().due_at(DAY)
    (run,) = nightly.ensure_runs(due)
    (found,) = nightly.request_days([DAY], as_of_day=False, now=at(DAY, 12))
    assert (found.pk, found.kind, found.data_cutoff) == (run.pk, "nightly", due)
    assert found.is_in_the_way


def test_missed_nights_are_caught_up_oldest_first_each_as_of_its_own_day() -> None:
    make_account()
    night(ago(4))
    runs = nightly.ensure_runs(at(DAY, 12))
    organisation = Organisation.current()
    assert [run.business_day for run in runs] == [ago(3), ago(2), ago(1), DAY]
    assert [run.data_cutoff for run in runs] == [
        organisation.due_at(run.business_day) for run in runs
    ]
    assert nightly.ensure_runs(at(DAY, 12)) == []


def test_a_recalculation_stands_for_a_night_only_once_that_is_due() -> None:
    make_account()
    live_scorecard()
    due = Organisation.current().due_at(DAY)
    before = due - dt.timedelta(minutes=1)
    nightly.request_days([ago(2), ago(1), DAY], as_of_day=True, now=before)
    Run.objects.update(state=Run.State.COMPLETE)
    assert nightly.ensure_runs(before) == []
    (run,) = nightly.ensure_runs(due)
    assert (run.business_day, run.kind, run.data_cutoff) == (DAY, "nightly", due)
    assert nightly.ensure_runs(due) == []


def test_a_night_is_due_at_its_hour_in_the_zone_of_the_organisation() -> None:
    make_account()
    night(ago(1))
    Organisation.objects.update_or_create(id=1, defaults={"timezone": "America/New_York"})
    # 03:10 in New York is 07:10 in UTC
    assert nightly.ensure_runs(at(DAY, 7)) == []
    assert [run.business_day for run in nightly.ensure_runs(at(DAY, 8))] == [DAY]


def test_bands_and_carried_values_rest_on_the_days_before() -> None:
    account = make_lively_account()
    for back in range(3, 0, -1):
        night(ago(back))
    make_status("surveys", "late", since=1, account=account)
    run = night()
    states = Snapshot.objects.get(run_id=run.pk).states
    assert states[21] == "STALE"
    day_before, today = Snapshot.objects.order_by("-day").values_list("points", "as_of")[:2][::-1]
    assert today[0][21] == day_before[0][21]
    assert today[1][21] == ago(1)


def test_a_run_with_an_open_chunk_is_not_published_and_a_closed_one_not_twice() -> None:
    make_lively_account()
    run = request()
    assert publish(run) is False
    nightly.work("tests", seconds=60)
    run.refresh_from_db()
    assert run.state == "complete"
    assert publish(run) is False


def test_a_binding_cap_turns_the_band_at_once() -> None:
    account = make_lively_account()
    night(ago(1))
    UsageEvent.objects.filter(account=account, day__gt=ago(40)).delete()
    ChangedDay.objects.bulk_create(
        ChangedDay(account_id=account.pk, day=ago(d)) for d in range(1, 40)
    )
    run = night()
    row = Snapshot.objects.get(run_id=run.pk)
    assert (row.band, row.score) == ("red", 30.0)
    assert {"rule": "R1", "cap": 30.0, "until": None} in row.caps
    assert AccountCurrent.objects.get(run_id=run.pk).cause == "Nobody active for 21 working days"


def test_momentum_compares_with_half_a_year_before_or_the_week_before_that() -> None:
    make_lively_account()
    first = night(ago(185))
    assert night().state == "complete"
    then, now = Snapshot.objects.order_by("day").values_list("score", "momentum")
    assert now[1] == pytest.approx(Snapshot.objects.get(day=DAY).score - then[0])
    assert then[1] is None
    Run.objects.filter(pk=first.pk).update(is_published=False)
    night(kind=Run.Kind.RECALCULATION)
    assert Snapshot.objects.filter(day=DAY).order_by("-run_id")[0].momentum is None


def test_a_cap_stays_while_the_source_that_it_rests_on_is_lost() -> None:
    account = make_account(seats=50)
    people = [make_person(account, group="AB"[number % 2]) for number in range(4)]
    for person in people:
        use(account, person, *WORKDAYS)
        make_training(person)
        make_survey(account, person=person, sent=40, answered=38, score=9)
    night(ago(1))
    make_status("usage", "broken", since=1)
    make_contract(account, seats_sold=4, starts_on=ago(500), known_at=at(ago(1), 12))
    row = Snapshot.objects.get(run_id=night().pk)
    assert [cap["rule"] for cap in row.caps] == ["R4"]
