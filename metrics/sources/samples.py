"""A file of each source to begin with: our header and a few rows, of days around today, so that
all of them can be imported in the order of the catalogue without a reject.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable

from metrics.sources.base import Source

Row = dict[str, str]


def sample(source: Source, today: dt.date) -> str:
    """The text of a CSV file."""
    out = io.StringIO()
    writer = csv.DictWriter(out, source.header, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(ROWS[source.name](today))
    return out.getvalue()


def _day(today: dt.date, back: int) -> str:
    return (today - dt.timedelta(days=back)).isoformat()


def _at(today: dt.date, back: int, hour: int = 9) -> str:
    return f"{_day(today, back)}T{hour:02d}:30:00Z"


def _features(today: dt.date) -> list[Row]:
    return [
        {"key": "dashboards", "name": "Dashboards", "level": "core"},
        {
            "key": "forecast",
            "name": "Forecast",
            "level": "advanced",
            "personas": "planner;owner",
            "released_on": _day(today, 200),
        },
    ]


def _accounts(today: dt.date) -> list[Row]:
    return [
        {
            "external_id": "A-1001",
            "name": "Northwind Foods",
            "domain": "northwind.example",
            "segment": "Mid-market",
            "industry": "Food",
            "plan": "Professional",
            "seats_sold": "25",
            "arr": "48000",
            "currency": "EUR",
            "starts_on": _day(today, 300),
            "renews_on": _day(today, -65),
            "notice_days": "60",
            "owner_email": "ana@example.com",
        },
        {
            "external_id": "A-1002",
            "name": "Harbor Logistics",
            "domain": "harbor.example",
            "segment": "SMB",
            "seats_sold": "8",
            "arr": "9600.50",
            "currency": "EUR",
            "starts_on": _day(today, 40),
            "renews_on": _day(today, -325),
            "parent_external_id": "A-1001",
        },
    ]


def _people(today: dt.date) -> list[Row]:
    first = {
        "external_id": "P-1",
        "account_external_id": "A-1001",
        "email": "iris@northwind.example",
        "name": "Iris Novak",
        "group": "Planning",
        "persona": "planner",
        "level": "advanced",
        "intended": "yes",
        "champion": "yes",
        "decision_maker": "no",
        "provisioned_at": _at(today, 290),
    }
    second = {
        "external_id": "P-2",
        "account_external_id": "A-1002",
        "email": "leo@harbor.example",
        "name": "Leo Marsh",
        "group": "Dispatch",
        "persona": "owner",
        "intended": "yes",
        "provisioned_at": _at(today, 38),
    }
    return [first, second]


def _usage(today: dt.date) -> list[Row]:
    first = {"account_external_id": "A-1001", "person_external_id": "P-1"}
    second = {"account_external_id": "A-1002", "person_external_id": "P-2"}
    return [
        first | {"event_id": "E-1", "feature_key": "forecast", "occurred_at": _at(today, 3)},
        first | {"feature_key": "dashboards", "occurred_at": _at(today, 2), "count": "14"},
        second | {"feature_key": "login", "occurred_at": _at(today, 2, 8)},
    ]


def _milestones(today: dt.date) -> list[Row]:
    first = {
        "account_external_id": "A-1002",
        "name": "First import",
        "value": "no",
        "owner": "Dana Whitlock",
    }
    second = {"account_external_id": "A-1002", "name": "First plan is used", "value": "yes"}
    return [
        first | {"due_on": _day(today, 30), "completed_on": _day(today, 33)},
        second | {"due_on": _day(today, -20)},
    ]


def _training(today: dt.date) -> list[Row]:
    done = {"status": "completed", "completed_at": _at(today, 250), "score": "88"}
    return [
        {"external_id": "C-1", "person_external_id": "P-1", "course": "Planning basics"} | done,
        {
            "external_id": "C-2",
            "person_external_id": "P-2",
            "course": "Dispatch basics",
            "persona": "owner",
            "level": "core",
            "status": "in_progress",
        },
    ]


def _tickets(today: dt.date) -> list[Row]:
    return [
        {
            "external_id": "T-1",
            "account_external_id": "A-1001",
            "person_external_id": "P-1",
            "opened_at": _at(today, 9),
            "first_answer_at": _at(today, 9, 11),
            "solved_at": _at(today, 8),
            "severity": "high",
            "topic": "Forecast",
            "maturity": "advanced",
            "escalated": "no",
            "reopens": "0",
            "channel": "email",
            "csat": "5",
            "comment": "Quick and clear",
        },
        {"external_id": "T-2", "account_external_id": "A-1002", "opened_at": _at(today, 2)},
    ]


def _surveys(today: dt.date) -> list[Row]:
    return [
        {
            "external_id": "S-1",
            "account_external_id": "A-1001",
            "person_external_id": "P-1",
            "kind": "nps",
            "sent_at": _at(today, 20),
            "answered_at": _at(today, 19),
            "score": "9",
            "comment": "It saves me a day a week",
            "followed_up_at": _at(today, 18),
        },
        {
            "external_id": "S-2",
            "account_external_id": "A-1002",
            "person_external_id": "P-2",
            "kind": "nps",
            "sent_at": _at(today, 20),
        },
    ]


def _arr_movements(today: dt.date) -> list[Row]:
    new = {"external_id": "M-1", "account_external_id": "A-1001", "type": "new"}
    more = {"external_id": "M-2", "account_external_id": "A-1001", "type": "expansion"}
    return [
        new | {"amount": "42000", "on": _day(today, 300)},
        more | {"amount": "6000", "on": _day(today, 90)},
    ]


def _source_status(today: dt.date) -> list[Row]:
    return [
        {"source": "surveys", "from": _day(today, 60), "to": _day(today, 55), "state": "broken"},
        {
            "source": "training",
            "account_external_id": "A-1002",
            "from": _day(today, 40),
            "state": "not_bought",
        },
    ]


ROWS: dict[str, Callable[[dt.date], list[Row]]] = {
    "features": _features,
    "accounts": _accounts,
    "people": _people,
    "usage": _usage,
    "milestones": _milestones,
    "training": _training,
    "tickets": _tickets,
    "surveys": _surveys,
    "arr_movements": _arr_movements,
    "source_status": _source_status,
}
