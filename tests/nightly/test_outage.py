"""A usage source that falls silent freezes an account; it neither raises nor empties it."""

import pytest

from metrics.models import ChangedDay, Snapshot, UsageEvent
from tests.facts import ago, make_status, make_survey
from tests.nightly.test_night import make_lively_account, night

pytestmark = pytest.mark.django_db


def test_a_silent_usage_source_is_frozen_at_its_last_values() -> None:
    account = make_lively_account()
    night(ago(35))
    make_status("usage", "broken", since=35)
    UsageEvent.objects.filter(account=account, day__gte=ago(35)).delete()
    ChangedDay.objects.bulk_create(
        ChangedDay(account_id=account.pk, day=ago(d)) for d in range(1, 36)
    )
    night(ago(20))
    run = night()
    before = Snapshot.objects.get(day=ago(35))
    after = Snapshot.objects.get(run_id=run.pk)
    # S01: four of five seats, though nobody was heard of for five weeks
    assert (after.raw[0], after.part[0], after.whole[0]) == (0.8, 4.0, 5.0)
    assert after.points[0] <= before.points[0]
    assert (after.states[0], after.as_of[0]) == ("BROKEN", ago(35))
    assert after.caps == []
    assert before.score is not None
    assert after.score is None or after.score <= before.score + 1e-9
    assert after.coverage < before.coverage


def test_an_account_is_not_called_silent_because_its_source_was() -> None:
    """The source is back on a Friday after five weeks that it never delivered; nobody comes over
    the weekend.
    """
    account = make_lively_account()
    night(ago(41))
    make_status("usage", "broken", since=40, until=5)
    UsageEvent.objects.filter(account=account, day__range=(ago(40), ago(3))).delete()
    ChangedDay.objects.bulk_create(
        ChangedDay(account_id=account.pk, day=ago(d)) for d in range(3, 41)
    )
    nights = [night(ago(days)) for days in (20, 5, 4, 3, 2, 1, 0)]
    rows = [Snapshot.objects.get(run_id=run.pk) for run in nights]
    assert [row.caps for row in rows] == [[]] * 7
    assert [row.points[0] for row in rows] == [90.0] * 7
    assert [row.states[0] for row in rows] == ["BROKEN"] * 2 + ["STALE"] * 5
    assert [row.band for row in rows] == ["grey", "grey"] + ["green"] * 5


def test_a_source_that_is_late_for_everybody_breaks_to_the_last_median_there_was() -> None:
    """The night before a late source breaks has measured nothing of it anywhere."""
    happy = make_lively_account()
    for _ in range(2):
        for person in make_lively_account().people.all():
            make_survey(person.account, person=person, sent=33, answered=32, score=0)
    night(ago(17))
    make_status("surveys", "late", since=16)
    runs = [night(ago(days)) for days in (15, 2, 1)]
    medians = [run.portfolio["median_points"]["S22"] for run in runs]
    first, *late, broken = [
        Snapshot.objects.get(account_id=happy.pk, day=ago(days)) for days in (17, 15, 2, 1)
    ]
    assert [row.points[21] for row in late] == [first.points[21]] * 2
    assert broken.points[21] == medians[0] == medians[1] == medians[2]
    assert broken.points[21] < first.points[21]
    assert (broken.states[21], late[1].states[21]) == ("BROKEN", "STALE")


def test_a_source_that_is_late_and_then_declared_broken_has_been_silent_all_along() -> None:
    account = make_lively_account()
    night(ago(35))
    make_status("usage", "late", since=35, until=2)
    make_status("usage", "broken", since=2)
    UsageEvent.objects.filter(account=account, day__gte=ago(35)).delete()
    ChangedDay.objects.bulk_create(
        ChangedDay(account_id=account.pk, day=ago(d)) for d in range(1, 36)
    )
    for days in (2, 1, 0):
        row = Snapshot.objects.get(run_id=night(ago(days)).pk)
        assert (row.points[0], row.raw[0], row.states[0]) == (90.0, 0.8, "BROKEN")
        assert row.caps == []
