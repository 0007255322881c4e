"""The ten canonical files: their headers are a contract, and rows must make sense as a whole."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from metrics.sources.base import Refusal, Row
from metrics.sources.catalogue import BY_NAME, SOURCES
from metrics.sources.codes import CODES
from metrics.sources.reading import as_row
from tests.sources.reading import RULES, header, read

HEADERS = {
    "accounts": "external_id,name,domain,segment,industry,plan,seats_sold,arr,currency,starts_on,"
    "renews_on,notice_days,owner_email,parent_external_id,notice_on,churned_on,churn_reason",
    "people": "external_id,account_external_id,email,name,group,persona,level,intended,champion,"
    "decision_maker,provisioned_at,deactivated_at",
    "features": "key,name,level,personas,released_on",
    "usage": "event_id,account_external_id,person_external_id,feature_key,occurred_at,count",
    "milestones": "account_external_id,name,due_on,completed_on,value,owner",
    "training": "external_id,person_external_id,course,persona,level,status,completed_at,score",
    "tickets": "external_id,account_external_id,person_external_id,opened_at,first_answer_at,"
    "solved_at,severity,topic,maturity,escalated,reopens,channel,csat,comment",
    "surveys": "external_id,account_external_id,person_external_id,kind,sent_at,answered_at,score,"
    "comment,followed_up_at",
    "arr_movements": "external_id,account_external_id,type,amount,on",
    "source_status": "source,account_external_id,from,to,state",
}


def test_the_headers_are_the_contract() -> None:
    assert {source.name: ",".join(source.header) for source in SOURCES} == HEADERS
    assert set(BY_NAME) == set(HEADERS)


def cells(source: str, /, **over: str) -> str:
    """A file of one row with these cells, the others empty."""
    row = ",".join(over.get(name.replace("from", "from_"), "") for name in BY_NAME[source].header)
    return f"{header(source)}\n{row}\n"


REFUSED: list[tuple[str, dict[str, str], str, str]] = [
    ("accounts", {"name": "Acme"}, "external_id", "missing_value"),
    (
        "accounts",
        {"external_id": "A", "starts_on": "2026-02-01", "renews_on": "2026-01-31"},
        "renews_on",
        "out_of_order",
    ),
    ("people", {"account_external_id": "A", "name": "Ann"}, "external_id", "missing_value"),
    (
        "people",
        {"external_id": "P", "provisioned_at": "2026-02-01", "deactivated_at": "2026-01-31"},
        "deactivated_at",
        "out_of_order",
    ),
    ("features", {"name": "Reports"}, "key", "missing_value"),
    ("usage", {"account_external_id": "A"}, "occurred_at", "missing_value"),
    (
        "usage",
        {"account_external_id": "A", "occurred_at": "2026-11-20", "count": "0"},
        "count",
        "out_of_range",
    ),
    (
        "usage",
        {"account_external_id": "A", "occurred_at": "2026-11-22T13:00:00Z"},
        "occurred_at",
        "future_timestamp",
    ),
    (
        "milestones",
        {"account_external_id": "A", "name": "Go", "completed_on": "2026-11-23"},
        "completed_on",
        "future_timestamp",
    ),
    (
        "training",
        {"external_id": "T", "course": "C", "status": "completed", "completed_at": "2025-01-01"},
        "completed_at",
        "too_old",
    ),
    ("training", {"external_id": "T", "course": "C", "status": "done"}, "status", "bad_choice"),
    (
        "tickets",
        {"external_id": "T", "opened_at": "2026-11-20", "first_answer_at": "2026-11-19"},
        "first_answer_at",
        "out_of_order",
    ),
    (
        "tickets",
        {"external_id": "T", "opened_at": "2026-11-20", "solved_at": "2026-11-19"},
        "solved_at",
        "out_of_order",
    ),
    (
        "tickets",
        {"external_id": "T", "opened_at": "2026-11-20", "solved_at": "2026-11-29"},
        "solved_at",
        "future_timestamp",
    ),
    ("tickets", {"external_id": "T", "opened_at": "2026-11-29"}, "opened_at", "future_timestamp"),
    (
        "tickets",
        {"external_id": "T", "opened_at": "2025-01-01", "solved_at": "2025-01-02"},
        "opened_at",
        "too_old",
    ),
    ("surveys", {"external_id": "S", "kind": "nps"}, "sent_at", "missing_value"),
    (
        "surveys",
        {"external_id": "S", "kind": "nps", "sent_at": "2026-11-20", "score": "9"},
        "answered_at",
        "missing_value",
    ),
    (
        "surveys",
        {
            "external_id": "S",
            "kind": "nps",
            "sent_at": "2026-11-20",
            "answered_at": "2026-11-19",
        },
        "answered_at",
        "out_of_order",
    ),
    (
        "surveys",
        {"external_id": "S", "kind": "csat", "answered_at": "2026-11-19", "score": "6"},
        "score",
        "out_of_range",
    ),
    ("surveys", {"external_id": "S", "kind": "nps", "sent_at": "2025-01-01"}, "sent_at", "too_old"),
    (
        "surveys",
        {
            "external_id": "S",
            "kind": "nps",
            "answered_at": "2026-11-19",
            "followed_up_at": "2026-11-18",
        },
        "followed_up_at",
        "out_of_order",
    ),
    (
        "surveys",
        {
            "external_id": "S",
            "kind": "nps",
            "answered_at": "2026-11-19",
            "followed_up_at": "2026-11-29",
        },
        "followed_up_at",
        "future_timestamp",
    ),
    (
        "arr_movements",
        {
            "external_id": "M",
            "account_external_id": "A",
            "type": "new",
            "amount": "1",
            "on": "2026-11-23",
        },
        "on",
        "future_timestamp",
    ),
    (
        "source_status",
        {"source": "usage", "from_": "2026-02-01", "to": "2026-01-31", "state": "late"},
        "to",
        "out_of_order",
    ),
]


@pytest.mark.parametrize(("source", "row", "column", "code"), REFUSED)
def test_a_row_that_makes_no_sense_is_refused(
    source: str, row: dict[str, str], column: str, code: str
) -> None:
    (found,) = read(cells(source, **row), source)
    assert isinstance(found, Refusal)
    assert (found.line, found.column, found.code) == (2, column, code)
    assert found.code in CODES
    assert found.raw == {name.replace("from_", "from"): cell for name, cell in row.items()}


def test_an_old_ticket_that_moved_lately_is_no_old_fact() -> None:
    row = cells("tickets", external_id="T", opened_at="2025-01-01", solved_at="2026-11-01")
    assert isinstance(read(row, "tickets")[0], Row)


def test_contract_days_and_due_days_may_lie_ahead() -> None:
    row = cells("accounts", external_id="A", renews_on="2028-01-01", churned_on="2028-01-01")
    assert isinstance(read(row, "accounts")[0], Row)
    row = cells("milestones", account_external_id="A", name="Go", due_on="2028-01-01")
    assert isinstance(read(row, "milestones")[0], Row)


def test_a_backfill_takes_facts_back_to_the_year_2000() -> None:
    rules = replace(RULES, oldest=dt.datetime(2000, 1, 1, tzinfo=dt.UTC))
    for at, kind in (("2003-05-05", Row), ("1999-12-31", Refusal)):
        row = cells("usage", account_external_id="A", occurred_at=at)
        assert isinstance(read(row, "usage", rules=rules)[0], kind)


def test_one_bad_row_in_a_thousand_is_reported_with_its_line() -> None:
    lines = [f"e{i},A,,reports,2026-11-20T08:00:00Z,1" for i in range(1_000)]
    lines[499] = "e499,A,,reports,yesterday,1"
    found = read("\n".join([header("usage"), *lines]), "usage")
    refused = [item for item in found if isinstance(item, Refusal)]
    assert len(found) == 1_000
    assert [(r.line, r.column, r.code, r.raw["event_id"]) for r in refused] == [
        (501, "occurred_at", "bad_moment", "e499")
    ]


def test_a_stored_reject_becomes_a_row_again() -> None:
    (refusal,) = read(cells("surveys", external_id="S", kind="nps"), "surveys")
    assert isinstance(refusal, Refusal)
    mended = as_row(
        BY_NAME["surveys"], {**refusal.raw, "sent_at": "2026-11-20"}, line=7, rules=RULES
    )
    assert isinstance(mended, Row)
    assert mended.line == 7
    broken = as_row(BY_NAME["surveys"], {"kind": "nps"}, line=8, rules=RULES)
    assert isinstance(broken, Refusal)
    assert (broken.line, broken.column, broken.code) == (8, "external_id", "missing_value")
