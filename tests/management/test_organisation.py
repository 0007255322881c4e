"""What the organisation says of itself is checked, shown, and kept with every run."""

from __future__ import annotations

import datetime as dt
import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Organisation
from metrics.management.commands import organisation as command
from metrics.models import Run, Scorecard, Snapshot
from metrics.signals.base import Cadence
from metrics.signals.portfolio import from_json
from tests.facts import DAY, ago, at, live_scorecard, make_account, make_person, use
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


def test_a_change_is_explained_in_the_rhythm_in_which_people_were_expected() -> None:
    """One day a week is fine for a weekly product, before and after a new scorecard."""
    account = make_account()
    for _ in range(3):
        use(account, make_person(account), *range(3, 200, 7))
    organisation("--cadence", "weekly")
    first = night(ago(7))
    card = live_scorecard()
    Scorecard.objects.create(
        version=card.version + 1,
        state="published",
        body=card.body,
        published_at=at(DAY),
        reason="-",
    )
    second = night(DAY)
    points = [Snapshot.objects.get(run_id=run.pk).points[5] for run in (first, second)]
    assert points == [80, 80]
    said = explained(account.external_id, ago(7), DAY)
    assert said["configuration"] == pytest.approx(0, abs=1e-9)
    assert said["performance"]["S06"] == 0
    # expected every day from now on: that is no behaviour
    organisation("--cadence", "daily")
    night(kind=Run.Kind.RECALCULATION)
    assert Snapshot.objects.get(run_id=night(DAY, Run.Kind.RECALCULATION).pk).points[5] == 20
    said = explained(account.external_id, ago(7), DAY)
    assert said["configuration"] < -1
    assert said["performance"]["S06"] == 0


def explained(account: str, since: dt.date, day: dt.date) -> Any:
    out = io.StringIO()
    call_command("explain", account, "--since", str(since), "--day", str(day), stdout=out)
    return json.loads(out.getvalue())


def test_the_median_depth_is_that_of_the_reference_it_was_measured_against(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(command, "MIN_ACCOUNTS", 1)
    make_lively_account()
    raw = Snapshot.objects.get(run_id=night().pk).raw[10]
    assert raw is not None
    organisation("--depth-reference", "1.2")
    said = organisation("--depth-reference", "median")
    assert float(said["depth_reference"]) == pytest.approx(raw * 0.6, abs=1e-4)
