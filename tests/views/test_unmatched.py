"""Identities that no file explains: listed, matched, taken back; for admins only."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import Account, Organisation, Person, User
from metrics.ingest import take_in_matched
from metrics.models import Alias, Batch, Reject, UsageEvent
from tests.facts import make_account, make_person
from tests.views.nights import client_of

pytestmark = pytest.mark.django_db
PAGES = ["/runs/unmatched/", "/runs/unmatched.csv", "/runs/unmatched/match/?value=old-7"]
POSTS = ["/runs/unmatched/give/", "/runs/unmatched/1/take-back/"]
HOSTILE = "=cmd()<img src=x>"


@pytest.fixture
def ada(team: dict[str, User]) -> Client:
    return client_of(team["ada"])


@pytest.fixture
def acme(team: dict[str, User]) -> Account:
    return make_account(name="Acme", owner=team["ana"])


@pytest.fixture
def ann(acme: Account) -> Person:
    return make_person(acme, name="Ann Archer", email="ann@acme.example")


def wait_for(*persons: str, accounts: tuple[str, ...] = ()) -> Batch:
    """Usage rows that wait."""
    total = len(persons) + len(accounts)
    batch = Batch.objects.create(
        source="usage", state="finished", received=total, quarantined=total
    )
    waits: list[dict[str, Any]] = [{"waits_for_person": person} for person in persons]
    waits += [{"waits_for_account": account} for account in accounts]
    for line, wait in enumerate(waits, 2):
        raw = {
            "event_id": f"e{line}",
            "person_external_id": wait.get("waits_for_person", ""),
            "account_external_id": wait.get("waits_for_account", ""),
            "feature_key": "reports",
            "occurred_at": "2026-11-20",
        }
        Reject.objects.create(
            batch=batch, line=line, code="unknown_person", message="", raw=raw, **wait
        )
    return batch


def listed(client: Client, kind: str) -> list[tuple[str, int, str]]:
    rows = client.get("/runs/unmatched/", {"kind": kind}).context["rows"]
    return [(row["value"], row["rows"], row["whence"]) for row in rows]


def test_what_rows_wait_for_is_listed_by_how_many(ada: Client) -> None:
    wait_for("old-7", "old-8", "old-7", accounts=("@bolt.example",))
    assert listed(ada, "person") == [("old-7", 2, "Product usage"), ("old-8", 1, "Product usage")]
    assert listed(ada, "account") == [("@bolt.example", 1, "Product usage")]


def test_matching_takes_the_waiting_rows_in(ada: Client, ann: Person, team: Any) -> None:
    wait_for("old-7", "old-8")
    page = ada.get("/runs/unmatched/match/", {"value": "old-7", "q": "archer"})
    assert [one["pk"] for one in page.context["found"]] == [ann.pk]
    answer = ada.post("/runs/unmatched/give/", {"value": "old-7", "target": ann.pk}, follow=True)
    assert f"/runs/unmatched/{Alias.objects.get().pk}/take-back/" in answer.content.decode()
    assert take_in_matched() == 1
    assert list(UsageEvent.objects.values_list("person", flat=True)) == [ann.pk]
    assert listed(ada, "person") == [("old-8", 1, "Product usage")]
    alias = Alias.objects.get()
    assert (alias.value, alias.created_by) == ("old-7", team["ada"])


def test_a_domain_is_matched_to_an_account(ada: Client, acme: Account) -> None:
    wait_for(accounts=("@acme-asia.example",))
    told = {"kind": "account", "value": "@acme-asia.example"}
    page = ada.get("/runs/unmatched/match/", told | {"q": "acm"})
    assert [one["pk"] for one in page.context["found"]] == [acme.pk]
    ada.post("/runs/unmatched/give/", told | {"target": acme.pk})
    assert Alias.objects.get().account == acme


def test_the_page_looks_first_for_the_name_in_an_address(ada: Client, ann: Person) -> None:
    wait_for("ann.archer@gmail.com")
    page = ada.get("/runs/unmatched/match/", {"value": "ann.archer@gmail.com"})
    assert (page.context["text"], [one["pk"] for one in page.context["found"]]) == ("ann", [ann.pk])


@pytest.mark.parametrize("told", [{}, {"target": "x"}, {"target": "9" * 30}])
def test_nothing_is_matched_without_a_choice(ada: Client, told: dict[str, str]) -> None:
    wait_for("old-7")
    answer = ada.post("/runs/unmatched/give/", {"value": "old-7"} | told, follow=True)
    assert "Choose who it is" in answer.content.decode()
    assert not Alias.objects.exists()


def test_only_what_rows_wait_for_can_be_matched(ada: Client, ann: Person) -> None:
    ada.post("/runs/unmatched/give/", {"value": "somebody", "target": ann.pk})
    assert not Alias.objects.exists()


def test_a_match_can_be_taken_back_once(ada: Client, ann: Person) -> None:
    wait_for("old-7")
    ada.post("/runs/unmatched/give/", {"value": "old-7", "target": ann.pk})
    path = f"/runs/unmatched/{Alias.objects.get().pk}/take-back/"
    assert "is unknown again" in ada.post(path, follow=True).content.decode()
    assert "had been taken back before" in ada.post(path, follow=True).content.decode()
    assert not Alias.objects.standing().exists()


@pytest.mark.parametrize("name", ["ana", "ben", "cy"])
def test_only_admins_may_look_or_match(team: dict[str, User], name: str, ann: Person) -> None:
    wait_for("old-7")
    client = client_of(team[name])
    assert {client.get(path).status_code for path in PAGES} == {404}
    told = {"value": "old-7", "target": ann.pk}
    assert {client.post(path, told).status_code for path in POSTS} == {404}
    assert not Alias.objects.exists()


def test_hostile_values_stay_text(ada: Client) -> None:
    wait_for(HOSTILE)
    page = ada.get("/runs/unmatched/").content.decode()
    assert "<img src=x>" not in page
    body = b"".join(ada.get("/runs/unmatched.csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert f"person,'{HOSTILE},1," in body


def test_a_value_that_cannot_be_stored_matches_nothing(ada: Client, ann: Person) -> None:
    assert ada.get("/runs/unmatched/match/", {"value": "\0"}).context["count"] == 0
    ada.post("/runs/unmatched/give/", {"value": "old-7\0", "target": ann.pk})
    assert not Alias.objects.exists()


def test_the_file_counts_days_as_the_organisation_does(ada: Client) -> None:
    Organisation.current()
    Organisation.objects.update(timezone="Pacific/Auckland")
    batch = wait_for("old-7")
    # 23 November there
    Batch.objects.filter(pk=batch.pk).update(
        started_at=dt.datetime(2026, 11, 22, 20, tzinfo=dt.UTC)
    )
    body = b"".join(ada.get("/runs/unmatched.csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert "person,old-7,1,usage,2026-11-23,2026-11-23" in body
    assert "23 Nov 2026" in ada.get("/runs/unmatched/").content.decode()


def test_the_queries_do_not_grow_with_the_rows(
    ada: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    wait_for(*(f"old-{number}" for number in range(60)))
    with django_assert_max_num_queries(14):
        assert len(ada.get("/runs/unmatched/").context["rows"]) == 50
