"""Builds frames in the open, without a database: one account unless told otherwise."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from metrics.signals.base import HISTORY_DAYS, Frames, Portfolio, Source
from metrics.signals.weeks import complete_weeks

DAY = dt.date(2026, 3, 18)  # a Wednesday
COLUMNS: dict[str, list[str]] = {
    "feature_use": ["person", "feature", "first_days_ago", "last_days_ago"],
    "features": ["key", "level", "personas", "released_days_ago"],
    "training": ["person", "course", "persona", "level", "status", "completed_days_ago"],
    "milestones": ["account", "name", "due_day", "completed_day", "value"],
    "tickets": [
        "account",
        "person",
        "external_id",
        "opened",
        "opened_days_ago",
        "first_answer",
        "solved_days_ago",
        "severity",
        "topic",
        "maturity",
        "escalated",
        "reopens",
        "channel",
        "csat",
    ],
    "surveys": [
        "account",
        "person",
        "external_id",
        "kind",
        "sent_days_ago",
        "answered_days_ago",
        "score",
        "followed_up_days_ago",
    ],
}
TYPES = {
    "account": "int64",
    "person": "int64",
    "feature": "int64",
    "first_days_ago": "int64",
    "last_days_ago": "int64",
    "opened_days_ago": "int64",
    "released_days_ago": "float64",
    "completed_days_ago": "float64",
    "due_day": "float64",
    "completed_day": "float64",
    "solved_days_ago": "float64",
    "sent_days_ago": "float64",
    "answered_days_ago": "float64",
    "followed_up_days_ago": "float64",
    "csat": "float64",
    "score": "float64",
    "opened": "datetime64[ns]",
    "first_answer": "datetime64[ns]",
}


def person(
    account: int = 0, *, tenure: float = 400, active: Sequence[int] = (), **over: Any
) -> Any:
    """A person; `active` are days before t. `left` days ago; NaN: still there."""
    return {
        "account": account,
        "tenure_days": tenure,
        "left_days": np.nan,
        "intended": False,
        "champion": False,
        "decision_maker": False,
        "group": "",
        "persona": "",
        "level": "",
        "active": active,
    } | over


def make_frames(
    *,
    accounts: int = 1,
    age: float | Sequence[float] = 400,
    seats: float | Sequence[float] = 20,
    people: Sequence[Any] = (),
    day: dt.date = DAY,
    portfolio: Portfolio | None = None,
    states: dict[Source, str] | None = None,
    late: dict[Source, float] | None = None,
    unheard: Sequence[int] = (),
    **facts: Sequence[dict[str, Any]],
) -> Frames:
    """Frames of `accounts` accounts. Facts are lists of rows; what a row leaves out is empty.

    `unheard` are weeks back (1: the last complete one), of all accounts.
    """
    weeks = complete_weeks(day)
    silent = np.zeros((accounts, len(weeks)), dtype=bool)
    silent[:, [-back for back in unheard]] = True
    seat_column = np.broadcast_to(np.asarray(seats, dtype=np.float64), accounts)
    table = pd.DataFrame(
        {
            "account_id": np.arange(accounts) + 1,
            "age_days": np.broadcast_to(np.asarray(age, dtype=np.float64), accounts),
            "seats": seat_column,
            "notice_given": False,
            "segment": "",
            "plan": "",
            "arr": np.nan,
            "currency": "",
            "renews_in_days": np.nan,
            "notice_in_days": np.nan,
        }
    )
    rows = sorted(people, key=lambda row: row["account"])
    frame = pd.DataFrame(rows, columns=pd.Index(list(person())))
    frame["person_id"] = np.arange(len(rows)) + 1
    for column in ("tenure_days", "left_days"):
        frame[column] = frame[column].astype("float64")
    frame["account"] = frame["account"].astype("int64")
    frame["current"] = frame["tenure_days"].notna() & frame["left_days"].isna()
    active = np.zeros((len(rows), HISTORY_DAYS), dtype=bool)
    for place, row in enumerate(rows):
        active[place, [HISTORY_DAYS - ago for ago in row["active"]]] = True
    last = [min(row["active"], default=np.nan) for row in rows]
    last_use = np.full(accounts, np.inf)
    for ago, row in zip(last, rows, strict=True):
        last_use[row["account"]] = np.fmin(last_use[row["account"]], ago)
    return Frames(
        day=day,
        accounts=table,
        last_use=np.where(np.isfinite(last_use), last_use, np.nan),
        people=frame.drop(columns="active"),
        active=active,
        weeks=weeks,
        seats_by_week=np.tile(seat_column[:, None], (1, len(weeks))),
        unheard=silent,
        source_state={
            source: np.full(accounts, (states or {}).get(source, "live"), dtype="U10")
            for source in Source
        },
        late_days={source: np.full(accounts, (late or {}).get(source, 0.0)) for source in Source},
        portfolio=portfolio or Portfolio(),
        **{name: _facts(name, facts.get(name, ())) for name in COLUMNS},
    )


def _facts(name: str, rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
    defaults: dict[str, Any] = {
        "account": 0,
        "person": -1 if name in ("tickets", "surveys") else 0,
        "feature": 0,
        "persona": "",
        "personas": (),
        "level": "core",
        "status": "completed",
        "external_id": "",
        "kind": "nps",
        "channel": "email",
        "value": False,
        "escalated": False,
        "reopens": 0,
        "severity": "",
        "topic": "",
        "maturity": "unknown",
        "first_days_ago": 1,
        "last_days_ago": 1,
        "opened_days_ago": 1,
    }
    table = pd.DataFrame(
        [
            {column: row.get(column, defaults.get(column)) for column in COLUMNS[name]}
            for row in rows
        ],
        columns=pd.Index(COLUMNS[name]),
    )
    return table.astype({column: TYPES[column] for column in COLUMNS[name] if column in TYPES})


def weekdays(*weeks_ago: int, day: dt.date = DAY, days: Sequence[int] = (0,)) -> list[int]:
    """Days before t that are the given weekdays of the complete ISO weeks so many weeks back
    (1: the last complete one).
    """
    last_monday = complete_weeks(day)[-1]
    return [
        (day - last_monday).days + 7 * (back - 1) - weekday
        for back in weeks_ago
        for weekday in days
    ]
