"""Nights built in the open for My day: rows of the portfolio with the flags behind them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from accounts.models import User
from metrics.models import AccountCurrent, Run, Snapshot
from metrics.nightly.store import ensure_partition
from metrics.scoring.flags import OPEN, Flag, Reason
from metrics.signals.base import State
from metrics.signals.catalogue import BY_CODE
from tests.facts import DAY, ago
from tests.views.nights import client_of
from tests.views.rows import RED, make_row

SLOTS = 24


def make_flag(rule: str, *, since: int = 0, severity: int = 3, text: str = "") -> Flag:
    """A flag open since so many days before DAY."""
    reasons = (Reason(code="S01", moved=-4.0, text=text),) if text else ()
    return Flag(
        rule=rule, state=OPEN, since=ago(since), count=0, severity=severity, reasons=reasons
    )


def make_flagged(
    run: Run, owner: User | None, name: str, *flags: Flag, **over: Any
) -> AccountCurrent:
    """A red account with these flags in its row and its snapshot."""
    values = {
        "flags": [flag.rule for flag in flags],
        "severity": max((flag.severity for flag in flags), default=0),
    }
    row = make_row(run, owner, name, **{**RED, **values, **over})
    make_snapshot(row, *flags, day=run.business_day)
    return row


def make_snapshot(
    row: AccountCurrent,
    *flags: Flag,
    day: dt.date = DAY,
    has_usage: bool = True,
    **over: Any,
) -> Snapshot:
    """What the run stored of the account of a row."""
    ensure_partition(day)
    states = [State.OK.value] * SLOTS
    if not has_usage:
        states[BY_CODE["S01"].slot] = State.NOT_APPLICABLE.value
    empty: list[float | None] = [None] * SLOTS
    values = {
        "account_id": row.account_id,
        "run_id": row.run_id,
        "day": day,
        "scorecard_id": Run.objects.get(pk=row.run_id).scorecard_id,
        "score": row.score,
        "raw_score": row.score,
        "band": row.band,
        "stage": row.stage,
        "age_days": 500,
        "coverage": row.coverage,
        "confidence": row.confidence,
        "flags": [flag.to_dict() for flag in flags],
        "states": states,
        "as_of": empty,
        "dimensions": [None] * 6,
        "dimension_weights": [None] * 6,
        "input_hash": b"x",
    } | dict.fromkeys(("raw", "n", "part", "whole", "points", "weights"), empty)
    return Snapshot.objects.create(**{**values, **over})


def today() -> dt.date:
    """The day of the clock."""
    return timezone.now().date()


def day_of(user: User | None, **asked: Any) -> Any:
    """The page, as she asks for it."""
    return client_of(user).get("/day/", asked)


def titles(user: User, **asked: Any) -> list[str]:
    """What waits for her, in order."""
    return [item.title for item in day_of(user, **asked).context["items"]]


def done(user: User | None, row: AccountCurrent, **more: Any) -> Any:
    """She marks the item of a row as done."""
    return client_of(user).post(f"/day/{row.account_id}/done/", more, follow=True)


def snooze(user: User | None, row: AccountCurrent, **more: Any) -> Any:
    """She puts it off, until tomorrow where she names no day."""
    sent = {"until": "tomorrow"} | more
    return client_of(user).post(f"/day/{row.account_id}/snooze/", sent, follow=True)


def make_book(run: Run, team: dict[str, User]) -> dict[str, AccountCurrent]:
    """Ana: one with two flags, one quiet; Ben: one of his own; one that is nobody's."""
    return {
        "ardent": make_flagged(
            run, team["ana"], "Ardent", make_flag("red", since=9), make_flag("R2", since=1)
        ),
        "birch": make_row(run, team["ana"], "Birch"),
        "corvid": make_flagged(run, team["ben"], "Corvid", make_flag("R8"), arr=90_000),
        "elm": make_flagged(run, None, "Elm", make_flag("R1")),
    }
