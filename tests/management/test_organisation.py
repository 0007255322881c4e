"""What the organisation says of itself is checked, shown, and kept with every run."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Organisation
from metrics.models import Run, Snapshot
from metrics.signals.base import Cadence
from metrics.signals.portfolio import from_json
from tests.nightly.test_night import make_lively_account, night

pytestmark = pytest.mark.django_db


def organisation(*options: str) -> Any:
    out = io.StringIO()
    call_command("organisation", *options, stdout=out)
    return json.loads(out.getvalue())


def test_what_is_said_is_shown_and_stays() -> None:
    assert organisation()["cadence"] == "daily"
    said = organisation("--cadence", "weekly", "--value-days", "30", "--run-at", "04:00")
    assert (said["cadence"], said["value_days"], said["run_at"]) == ("weekly", "30.0", "04:00:00")
    assert Organisation.current().value_days == 30


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["--cadence", "hourly"], "cadence: .*hourly"),
        (["--value-days", "0"], "^value_days: must be above 0"),
        (["--answer-hours", "nan"], "^answer_hours: must be above 0"),
        (["--timezone", "Mars/Base"], "timezone: 'Mars/Base' is not a known time zone"),
        (["--depth-reference", "median"], "depth is known of 0 accounts, 20 are needed"),
    ],
)
def test_nonsense_is_refused_and_nothing_is_stored(options: list[str], problem: str) -> None:
    before = organisation()
    with pytest.raises(CommandError, match=problem):
        organisation(*options)
    assert organisation() == before


def test_a_run_keeps_what_was_said_when_it_was_made() -> None:
    make_lively_account()
    organisation("--cadence", "weekly", "--answer-hours", "8")
    first = night()
    organisation("--cadence", "monthly")
    second = night(kind=Run.Kind.RECALCULATION)
    kept = [from_json(run.portfolio or {}).tenant for run in (first, second)]
    assert [tenant.cadence for tenant in kept] == [Cadence.WEEKLY, Cadence.MONTHLY]
    assert kept[0].answer_hours == 8
    # a product for every month asks for no regular days in a week
    states = Snapshot.objects.order_by("run_id").values_list("states", flat=True)
    assert [row[5] for row in states] == ["OK", "NOT_APPLICABLE"]
    # three days a week are few for a daily product and many for a weekly one
    points = Snapshot.objects.get(run_id=first.pk).points
    assert points[5] == 100
