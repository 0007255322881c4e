"""Accounts, people, features, milestones and source states: stored once, kept up to date."""

from __future__ import annotations

from decimal import Decimal

import pytest
import time_machine

from accounts.models import Account, Contract, Milestone, Person, User
from metrics.models import Feature, SourceStatus
from tests.ingest.sending import NOW, Sender, at, codes, counts, day, table

pytestmark = pytest.mark.django_db

ACME = (
    "A1,Acme,acme.example,SMB,Retail,Pro,20,1200.50,EUR,2025-01-01,2027-01-01,90,Ana@Example.com,A0"
)
LATER = at("2026-11-30T12:00")
TERMS = ("seats_sold", "arr", "currency", "starts_on", "renews_on", "notice_days", "notice_on")


def test_an_account_is_stored_with_its_terms_and_its_owner(send: Sender) -> None:
    ana = User.objects.create_user("ana@example.com")
    assert counts(send("accounts", ACME)) == (1, 1, 0, 0)
    fields = ("name", "domain", "segment", "industry", "plan", "owner_email", "owner")
    assert table(Account, "external_id", *fields, "parent_external_id", "known_at") == [
        ("A1", "Acme", "acme.example", "SMB", "Retail", "Pro", "ana@example.com", ana.pk, "A0", NOW)
    ]
    assert table(Contract, *TERMS, "known_at") == [
        (20, Decimal("1200.50"), "EUR", day("2025-01-01"), day("2027-01-01"), 90, None, NOW)
    ]


def test_an_account_without_terms_has_no_contract(send: Sender) -> None:
    assert counts(send("accounts", "A1,Acme")) == (1, 1, 0, 0)
    assert table(Contract, "id") == []


def test_robots_are_known_whatever_their_case_and_other_personas_keep_theirs(send: Sender) -> None:
    send("accounts", "A1,Acme")
    send("people", *(f"P{n},A1,,,,{name}" for n, name in enumerate(("Vendor", "SERVICE", "CFO"))))
    assert table(Person, "external_id", "persona") == [
        ("P0", "vendor"), ("P1", "service"), ("P2", "CFO")
    ]  # fmt: skip


def test_importing_an_account_again_changes_nothing(
    send: Sender, clock: time_machine.Coordinates
) -> None:
    send("accounts", ACME, "A2,Bolt")
    clock.move_to(LATER)
    assert counts(send("accounts", ACME, "A2,Bolt", "A1,,,,,,,,,,,,,,,,", "A2")) == (4, 0, 4, 0)
    assert table(Contract, "known_at") == [(NOW,)]


def test_changed_terms_are_a_new_version_and_an_empty_cell_keeps_what_is_known(
    send: Sender, clock: time_machine.Coordinates
) -> None:
    send("accounts", ACME)
    clock.move_to(LATER)
    report = send("accounts", "A1,,,,,,25,,,,,,,,2026-11-29")
    assert (report.created, report.updated) == (0, 1)
    old = (20, Decimal("1200.50"), "EUR", day("2025-01-01"), day("2027-01-01"), 90)
    assert table(Contract, *TERMS, "known_at") == [
        (*old, None, NOW),
        (25, *old[1:], day("2026-11-29"), LATER),
    ]
    assert table(Account, "name", "domain", "owner_email") == [
        ("Acme", "acme.example", "ana@example.com")
    ]


def test_changed_attributes_are_updated_without_a_new_version(send: Sender) -> None:
    send("accounts", ACME)
    assert counts(send("accounts", "A1,Acme Ltd,,Enterprise")) == (1, 1, 0, 0)
    assert table(Account, "name", "segment", "plan") == [("Acme Ltd", "Enterprise", "Pro")]
    assert len(table(Contract, "id")) == 1


@pytest.mark.parametrize("chunk", [1, 2, 100])
def test_rows_of_one_account_in_one_file_are_one_version_and_the_last_word_counts(
    send: Sender, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    monkeypatch.setattr("metrics.ingest.door.CHUNK", chunk)
    report = send("accounts", "A1,Acme,,,,,20", "A1,,,,,,30", "A1,Ltd,,,,,40", "A1,Ltd")
    assert (report.created, report.updated, report.duplicate) == (1, 2, 1)
    assert table(Contract, "seats_sold") == [(40,)]
    assert table(Account, "name") == [("Ltd",)]


def test_in_a_backfill_terms_are_known_from_the_day_they_begin(send: Sender) -> None:
    rows = [
        "A1,Acme,,,,,20,1000,,2024-01-01,2025-01-01",
        "A1,Acme,,,,,30,1500,,2025-01-01,2026-01-01",
        "A1,Acme,,,,,31,1500,,2025-01-01,2026-01-01",
        "A2,Bolt,,,,,5,,,2027-05-01",
        "A3,Cog,,,,,7",
    ]
    assert counts(send("accounts", *rows, known_at="occurred")) == (5, 5, 0, 0)
    assert table(Account, "external_id", "known_at") == [
        ("A1", at("2024-01-01")), ("A2", NOW), ("A3", NOW)
    ]  # fmt: skip
    assert table(Contract, "account__external_id", "seats_sold", "known_at") == [
        ("A1", 20, at("2024-01-01")),
        ("A1", 30, at("2025-01-01")),
        ("A1", 31, NOW),
        ("A2", 5, NOW),
        ("A3", 7, NOW),
    ]


def test_a_new_account_needs_a_name_and_terms_must_fit_what_is_stored(send: Sender) -> None:
    send("accounts", ACME)
    report = send("accounts", "A9", "A1,,,,,,,,,,2024-12-31", "A1,,,,,,,,,2028-01-01")
    assert codes(report) == [
        (2, "name", "missing_value"),
        (3, "renews_on", "out_of_order"),
        (4, "renews_on", "out_of_order"),
    ]


@pytest.mark.parametrize("known_at", ["import", "occurred"])
def test_the_moment_a_churn_became_known_is_kept(
    send: Sender, clock: time_machine.Coordinates, known_at: str
) -> None:
    send("accounts", ACME)
    clock.move_to(LATER)
    send("accounts", "A1,,,,,,,,,,,,,,,2026-11-25,price", known_at=known_at)
    known = LATER if known_at == "import" else at("2026-11-25")
    assert table(Account, "churned_on", "churned_known_at", "churn_reason") == [
        (day("2026-11-25"), known, "price")
    ]
    clock.move_to(at("2026-12-05"))
    send("accounts", "A1,,,,,,,,,,,,,,,2026-11-26,price")
    assert table(Account, "churned_on", "churned_known_at") == [(day("2026-11-26"), known)]


def test_an_owner_is_found_once_she_is_a_user(send: Sender) -> None:
    send("accounts", ACME)
    assert table(Account, "owner") == [(None,)]
    ana = User.objects.create_user("ana@example.com")
    assert counts(send("accounts", ACME)) == (1, 1, 0, 0)
    assert table(Account, "owner") == [(ana.pk,)]


def test_an_owner_given_by_hand_stays_until_the_file_names_another(send: Sender) -> None:
    ana, tom = (User.objects.create_user(f"{name}@example.com") for name in ("ana", "tom"))
    send("accounts", ACME)
    Account.objects.get().hand_over(tom)
    send("accounts", ACME)
    assert table(Account, "owner") == [(tom.pk,)]
    send("accounts", ACME.replace("Ana@", "tom@"))
    send("accounts", ACME)
    assert table(Account, "owner") == [(ana.pk,)]


def test_a_person_is_stored_and_updated(send: Sender, clock: time_machine.Coordinates) -> None:
    send("accounts", "A1,Acme")
    row = "P1,A1,Ann@Acme.example,Ann,Ops,analyst,2,yes,1,,2025-02-03T10:00:00Z"
    assert counts(send("people", row)) == (1, 1, 0, 0)
    assert counts(send("people", row, "P1,A1")) == (2, 0, 2, 0)
    clock.move_to(LATER)
    assert counts(send("people", "P1,A1,,,Sales,,,,no,,,2026-11-29T00:00:00Z")) == (1, 1, 0, 0)
    texts = ("email", "name", "group", "persona", "level")
    assert table(Person, "external_id", *texts) == [
        ("P1", "ann@acme.example", "Ann", "Sales", "analyst", "2")
    ]
    assert table(Person, "intended", "champion", "decision_maker") == [(True, False, False)]
    moments = ("provisioned_at", "deactivated_at", "deactivated_known_at", "known_at")
    assert table(Person, *moments) == [(at("2025-02-03T10:00"), at("2026-11-29"), LATER, NOW)]


def test_in_a_backfill_people_are_known_since_they_came_and_the_roster_since_the_account(
    send: Sender,
) -> None:
    send("accounts", "A1,Acme,,,,,20,,,2024-01-01", known_at="occurred")
    rows = ["P1,A1,,Ann,,,,,,,2025-02-03T10:00:00Z,2026-03-01", "P2,A1,,Bo,,,,yes"]
    send("people", *rows, known_at="occurred")
    assert table(Person, "external_id", "known_at", "deactivated_known_at") == [
        ("P1", at("2025-02-03T10:00"), at("2026-03-01")),
        ("P2", at("2024-01-01"), None),
    ]


def test_a_person_never_moves_to_another_account(acme: Sender) -> None:
    report = acme("people", "P1,A2,,Ann")
    assert codes(report) == [(2, "account_external_id", "id_conflict")]
    assert table(Person, "account__external_id", external_id="P1") == [("A1",)]


def test_a_person_cannot_leave_before_she_came(acme: Sender) -> None:
    acme("people", "P1,A1,,,,,,,,,2026-01-01")
    assert codes(acme("people", "P1,A1,,,,,,,,,,2025-01-01")) == [
        (2, "deactivated_at", "out_of_order")
    ]


def test_a_person_without_an_id_is_known_by_her_e_mail(acme: Sender) -> None:
    assert counts(acme("people", ",A1,ann@acme.example,,Ops", ",A1,New@Acme.example")) == (
        2, 2, 0, 0
    )  # fmt: skip
    assert table(Person, "external_id", "group", account__external_id="A1") == [
        ("P1", "Ops"), ("P2", ""), ("new@acme.example", "")
    ]  # fmt: skip
    acme("people", "P4,A2,ann@acme.example")
    assert codes(acme("people", ",A1,ann@acme.example")) == [(2, "email", "ambiguous_person")]


def test_a_person_without_an_account_is_placed_by_the_domain_of_her_e_mail(acme: Sender) -> None:
    report = acme("people", "P7,,eve@acme.example", "P8,,eve@gmail.com", "P9,,eve@nowhere.example")
    assert codes(report) == [
        (3, "account_external_id", "unknown_account"),
        (4, "account_external_id", "unknown_account"),
    ]
    assert table(Person, "account__external_id", external_id="P7") == [("A1",)]
    acme("accounts", "A3,Acme Asia,acme.example")
    assert codes(acme("people", "P10,,fay@acme.example")) == [(2, "email", "ambiguous_account")]


def test_features_are_described_and_described_anew(send: Sender) -> None:
    assert counts(send("features", "api,API,advanced,admin;analyst,2026-01-05", "x")) == (
        2,
        2,
        0,
        0,
    )
    assert counts(send("features", "api", "x,,core,,")) == (2, 0, 2, 0)
    assert counts(send("features", "api,,intermediate,,")) == (1, 1, 0, 0)
    fields = ("key", "name", "level", "personas", "released_on", "is_declared")
    assert table(Feature, *fields) == [
        ("api", "API", "intermediate", ["admin", "analyst"], day("2026-01-05"), True),
        ("x", "x", "core", [], None, True),
    ]


def test_a_milestone_is_planned_and_later_completed(
    acme: Sender, clock: time_machine.Coordinates
) -> None:
    assert counts(acme("milestones", "A1,Go live,2026-12-01,,yes")) == (1, 1, 0, 0)
    clock.move_to(LATER)
    assert counts(acme("milestones", "A1,Go live,,2026-11-28,", "A9,Go live")) == (2, 1, 0, 1)
    fields = ("account__external_id", "name", "due_on", "completed_on", "is_value")
    assert table(Milestone, *fields, "completed_known_at", "known_at") == [
        ("A1", "Go live", day("2026-12-01"), day("2026-11-28"), True, LATER, NOW)
    ]
    assert counts(acme("milestones", "A1,Go live,2026-12-01,2026-11-28,yes")) == (1, 0, 1, 0)


def test_in_a_backfill_a_plan_is_as_old_as_its_account(send: Sender) -> None:
    send("accounts", "A1,Acme,,,,,,,,2024-01-01", known_at="occurred")
    send("milestones", "A1,Go live,2024-03-01,2024-02-20", known_at="occurred")
    assert table(Milestone, "known_at", "completed_known_at") == [
        (at("2024-01-01"), at("2024-02-20"))
    ]


def test_a_source_state_begins_and_ends(acme: Sender) -> None:
    rows = ["usage,A1,2026-01-01,,not_bought", "surveys,,2026-10-01T00:00:00Z,,broken"]
    assert counts(acme("source_status", *rows, "usage,A9,2026-01-01,,late")) == (3, 2, 0, 1)
    assert counts(acme("source_status", *rows)) == (2, 0, 2, 0)
    assert counts(acme("source_status", "surveys,,2026-10-01,2026-10-15,broken")) == (1, 1, 0, 0)
    fields = ("source", "account__external_id", "from_day", "to_day", "state", "known_at")
    assert table(SourceStatus, *fields) == [
        ("surveys", None, day("2026-10-01"), day("2026-10-15"), "broken", NOW),
        ("usage", "A1", day("2026-01-01"), None, "not_bought", NOW),
    ]
