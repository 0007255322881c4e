"""A usage source that falls silent freezes an account; it neither raises nor empties it."""

import pytest

from metrics.models import DirtyDay, Snapshot, UsageEvent
from tests.facts import ago, make_status
from tests.nightly.test_night import make_lively_account, night

pytestmark = pytest.mark.django_db


def test_a_silent_usage_source_is_frozen_at_its_last_values() -> None:
    account = make_lively_account()
    night(ago(35))
    make_status("usage", "broken", since=35)
    UsageEvent.objects.filter(account=account, day__gte=ago(35)).delete()
    DirtyDay.objects.bulk_create(DirtyDay(account_id=account.pk, day=ago(d)) for d in range(1, 36))
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
