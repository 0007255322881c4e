"""Rows of the portfolio built in the open, without calculating a night."""

from __future__ import annotations

import datetime as dt
from typing import Any

from accounts.models import Account, User
from metrics.models import AccountCurrent, Run
from tests.facts import DAY, at, live_scorecard, make_account


def make_run(day: dt.date = DAY, *, published: bool = True, **over: Any) -> Run:
    """A closed run of a day."""
    values = {
        "kind": Run.Kind.NIGHTLY,
        "business_day": day,
        "state": Run.State.COMPLETE,
        "scorecard": live_scorecard(),
        "data_cutoff": at(day, 3),
        "code_version": "test",
        "is_published": published,
        "started_at": at(day, 3),
        "finished_at": at(day, 4),
    }
    return Run.objects.create(**{**values, **over})


def make_row(run: Run, owner: User | None, name: str, **over: Any) -> AccountCurrent:
    """An account and its row in a run: green and steady unless said otherwise."""
    return make_current(run, make_account(name=name, owner=owner), name, **over)


def make_current(run: Run, account: Account, name: str, **over: Any) -> AccountCurrent:
    """The row of an account in a run."""
    values = {
        "run_id": run.pk,
        "account_id": account.pk,
        "name": name,
        "segment": "SMB",
        "plan": "Team",
        "owner_id": account.owner_id,
        "arr": 10_000,
        "currency": "USD",
        "renews_on": run.business_day + dt.timedelta(days=200),
        "score": 80.0,
        "band": "green",
        "previous_band": "green",
        "change_7": 0.5,
        "change_30": 1.0,
        "stage": "mature",
        "coverage": 0.9,
        "confidence": "high",
        "spark": [80] * 90,
        "dimensions": [80, 80, 80, 80, None, 80],
        "seats_active": 8,
        "seats_sold": 10,
        "cause": "Steady",
    }
    return AccountCurrent.objects.create(**{**values, **over})


RED = {"score": 41.0, "band": "red", "previous_band": "red", "cause": "Nobody active"}
GREY = {"score": None, "band": "grey", "change_7": None, "change_30": None, "confidence": "none"}
