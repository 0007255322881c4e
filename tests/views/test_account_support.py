"""Tickets and survey answers of an account: as a whole, one by one, and as CSV."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.http import HttpResponse

from accounts.models import Account
from tests.facts import (
    DAY,
    ago,
    at,
    make_account,
    make_person,
    make_status,
    make_survey,
    make_ticket,
)
from tests.views.nights import client_of, make_team, night

pytestmark = pytest.mark.django_db
ARABIC = "الخريطة تتجمد"


def make_asked() -> tuple[Account, dict[str, Any]]:
    """Four tickets, two of them open; four NPS surveys, of which two were answered."""
    team = make_team()
    account = make_account(owner=team["ana"])
    leo, maya = (make_person(account, name=name) for name in ("Leo", "Maya"))
    make_ticket(
        account, opened=5, severity="P1", topic="Live map", maturity="advanced", escalated=True,
        person=leo, external_id="T-open",
    )  # fmt: skip
    make_ticket(account, opened=500, topic="Old and open", maturity="intro", external_id="T-old")
    make_ticket(
        account, opened=20, first_answer_at=at(ago(20), 11), solved_at=at(ago(18)), csat=5,
        maturity="intro", comment=ARABIC, person=maya, external_id="T-good",
    )  # fmt: skip
    make_ticket(
        account, opened=50, first_answer_at=at(ago(47), 12), solved_at=at(ago(46)), csat=2,
        severity="normal", comment="=slow", external_id="T-slow",
    )  # fmt: skip
    make_ticket(account, opened=600, solved_at=at(ago(590)), external_id="T-gone")
    make_survey(account, person=leo, sent=40, answered=38, score=4, comment=ARABIC)
    make_survey(account, person=maya, sent=300, answered=299, score=9, external_id="S-good")
    make_survey(account, person=leo, sent=20)
    quiet = make_person(account, name="Quiet")
    make_survey(account, person=quiet, sent=200)
    make_survey(account, person=quiet, sent=30)
    night(DAY)
    return account, team


def part_of(account: Account, team: dict[str, Any], part: str) -> HttpResponse:
    headers = {"HX-Request": "true", "HX-Target": part}
    return client_of(team["ana"]).get(f"{account.get_absolute_url()}{part}/", headers=headers)


def page_of(account: Account, team: dict[str, Any], part: str, **asked: str) -> HttpResponse:
    return client_of(team["ana"]).get(f"{account.get_absolute_url()}{part}/", asked)


def test_support_is_told_as_a_whole() -> None:
    account, team = make_asked()
    answer = part_of(account, team, "tickets")
    support = answer.context["support"]
    assert [row.ticket.external_id for row in support["open"]] == ["T-open", "T-old"]
    assert (support["count"], support["oldest"], support["escalated"]) == (4, 500, 1)
    assert [(k.name, k.count, k.open, k.escalated, k.age) for k in support["levels"]] == [
        ("Introductory", 2, 1, 0, 500),
        ("Advanced", 1, 1, 1, 5),
        ("Not said", 1, 0, 0, None),
    ]
    assert [(k.name, k.count, k.open) for k in support["priorities"]] == [
        ("P1", 1, 1),
        ("normal", 1, 0),
        ("Not said", 2, 1),
    ]
    assert (support["speed"].n, support["speed"].whole) == (2, 4.0)
    assert (support["satisfied"].part, support["satisfied"].n) == (1, 2)
    assert [(r.score, r.comment, r.is_good) for r in support["comments"]] == [
        (5, ARABIC, True),
        (2, "=slow", False),
    ]
    assert f'dir="auto">{ARABIC}</p>' in answer.content.decode()


def test_first_answers_count_business_hours_against_what_is_promised() -> None:
    account, team = make_asked()
    rows = {r.ticket.external_id: r for r in page_of(account, team, "tickets").context["shown"]}
    # Thursday 9 to 11; Tuesday 27 January 9 to Friday 12
    assert rows["T-good"].hours == 2.0
    assert not rows["T-good"].is_slow
    assert (rows["T-slow"].hours, rows["T-slow"].target, rows["T-slow"].is_slow) == (
        27.0,
        4.0,
        True,
    )
    assert rows["T-open"].hours is None


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({}, ["T-open", "T-good", "T-slow", "T-old"]),
        ({"state": "open"}, ["T-open", "T-old"]),
        ({"state": "solved"}, ["T-good", "T-slow"]),
        ({"state": "escalated"}, ["T-open"]),
        ({"state": "severe"}, ["T-open"]),
        ({"state": "slow"}, ["T-slow"]),
        ({"level": "intro"}, ["T-good", "T-old"]),
        ({"level": "intro", "state": "open"}, ["T-old"]),
        ({"state": "nonsense", "level": "x"}, ["T-open", "T-good", "T-slow", "T-old"]),
        ({"level": "advanced", "state": "solved"}, []),
    ],
)
def test_tickets_are_filtered_by_the_address(asked: dict[str, str], names: list[str]) -> None:
    account, team = make_asked()
    page = page_of(account, team, "tickets", **asked)
    assert [row.ticket.external_id for row in page.context["shown"]] == names
    answer = page_of(account, team, "tickets", format="csv", **asked)
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert [row["external_id"] for row in csv.DictReader(io.StringIO(text))] == names


def test_a_cell_of_the_export_is_no_formula() -> None:
    account, team = make_asked()
    answer = page_of(account, team, "tickets", format="csv", state="slow")
    (row,) = csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig")))
    assert (row["comment"], row["hours_to_first_answer"], row["level"]) == (
        "'=slow",
        "27.0",
        "not said",
    )


def test_answers_are_shown_over_time_and_who_did_not_answer() -> None:
    account, team = make_asked()
    answer = part_of(account, team, "surveys")
    surveys = answer.context["surveys"]
    assert [(row.score, row.comment) for row in surveys["first"]] == [(4, ARABIC), (9, "")]
    assert [str(row.person) for row in surveys["silent"]] == ["Quiet"]
    assert (surveys["sent"], surveys["answered"]) == (5, 2)
    assert [(q.name, q.answers, q.detractors, q.nps) for q in surveys["quarters"]] == [
        ("Q1 2026", 1, 1, -100),
        ("Q2 2025", 1, 0, 100),
    ]
    assert [(dot["is_bad"], dot["is_good"]) for dot in surveys["picture"]["dots"]] == [
        (True, False),
        (False, True),
    ]
    html = answer.content.decode()
    assert "nobody has come back to it" in html
    assert f'dir="auto">{ARABIC}</p>' in html


def test_answers_are_filtered_by_kind_and_exported() -> None:
    account, team = make_asked()
    make_survey(account, sent=9, answered=8, kind="csat", score=5, external_id="S-csat")
    night(DAY, kind="recalculation")
    page = page_of(account, team, "surveys", kind="csat")
    assert [row.external_id for row in page.context["shown"]] == ["S-csat"]
    answer = page_of(account, team, "surveys", format="csv", kind="nps")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert [(row["person"], row["score"]) for row in rows] == [("Leo", "4.0"), ("Maya", "9.0")]


def test_a_source_that_is_not_there_is_named() -> None:
    account, team = make_asked()
    make_status("tickets", "not_bought", since=500, account=account)
    make_status("surveys", "broken", since=3)
    night(DAY, kind="recalculation")
    assert "Tickets are not connected." in part_of(account, team, "tickets").content.decode()
    assert "Surveys have not come since" in part_of(account, team, "surveys").content.decode()


def test_only_what_the_night_knew_is_shown() -> None:
    team = make_team()
    account = make_account(owner=team["ana"])
    here = make_person(account, name="Ines Here")
    make_person(
        account, name="Leo Left", deactivated_at=at(ago(5)), deactivated_known_at=at(ago(5))
    )
    make_person(account, name="Bot", persona="service")
    make_person(account, name="Late", known_at=at(DAY, 12))
    known = make_ticket(account, person=here, opened=9, first_answer_at=at(DAY, 15))
    make_ticket(account, opened_at=at(DAY, 1), known_at=at(DAY, 1))  # belongs to the next night
    make_ticket(account, opened=9, known_at=at(DAY, 12))
    answer = make_survey(account, person=here, sent=20, answered=19, score=3)
    make_survey(account, sent=20, answered=0, score=3)
    night(DAY)
    assert [line["row"].person for line in page_of(account, team, "people").context["rows"]] == [
        here
    ]
    tickets = page_of(account, team, "tickets").context["shown"]
    assert [(row.ticket.pk, row.ticket.first_answer_at) for row in tickets] == [(known.pk, None)]
    answers = page_of(account, team, "surveys").context["shown"]
    assert [row.pk for row in answers] == [answer.pk]
    titles = [event.title for event in page_of(account, team, "timeline").context["page"].events]
    assert titles == [
        "Leo Left left",
        f"Ticket {known.external_id}",
        "NPS 3 from Ines Here",
    ]
