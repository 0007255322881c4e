"""A night made again as it was: its facts, its scorecards, and what the organisation said then."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from accounts.models import Account, Organisation
from metrics import nightly
from metrics.frames.account import read_account
from metrics.models import Run, Scorecard, Snapshot
from tests.facts import DAY, at, live_scorecard
from tests.nightly.test_night import make_lively_account, night

pytestmark = pytest.mark.django_db


def again(*, now: dt.datetime, **options: Any) -> Run:
    (run,) = nightly.request_days([DAY], as_of_day=True, now=now, **options)
    nightly.work("tests", seconds=60)
    run.refresh_from_db()
    return run


def rows(run: Run) -> list[dict[str, Any]]:
    stored = Snapshot.objects.filter(run_id=run.pk).order_by("account_id").values()
    return [{name: value for name, value in row.items() if name != "run_id"} for row in stored]


def rows_of_account(run: Run) -> Any:
    """The moments of its tickets, as a page reads them again."""
    tickets = read_account(run, Account.objects.get().pk).tickets
    return tickets[["opened", "first_answer"]].values.tolist()


def test_it_keeps_its_scorecard_and_its_promises_where_that_is_asked_for() -> None:
    make_lively_account()
    first = night()
    card = live_scorecard()
    newer = Scorecard.objects.create(
        version=card.version + 1,
        state="published",
        body=card.body | {"signals": {"S05": 0.0}},
        published_at=at(DAY, 5),
        reason="another",
    )
    said = {"answer_hours": 1.0, "timezone": "Pacific/Auckland"}
    Organisation.objects.update_or_create(id=1, defaults=said)
    as_it_was = again(now=at(DAY, 12), scorecard_of_day=True)
    assert rows(as_it_was) == rows(first)
    assert as_it_was.portfolio == first.portfolio
    assert rows_of_account(as_it_was) == rows_of_account(first)
    anew = again(now=at(DAY, 13))
    assert anew.zone == "Pacific/Auckland"
    assert anew.scorecard == newer
    assert rows(anew) != rows(first)


def test_the_very_first_run_is_made_again_as_of_its_own_moment() -> None:
    make_lively_account()
    live_scorecard()
    (first,) = nightly.ensure_runs(at(DAY, 9), at_once=True)
    assert again(now=at(DAY, 12)).data_cutoff == first.data_cutoff == at(DAY, 9)


def test_a_day_that_never_had_a_night_is_made_with_what_is_live() -> None:
    make_lively_account()
    card = live_scorecard()
    run = again(now=at(DAY, 12), scorecard_of_day=True)
    assert (run.scorecard, run.state) == (card, "complete")
    assert run.data_cutoff == Organisation.current().due_at(DAY)
