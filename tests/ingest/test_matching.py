"""What an admin says about an identity that no file explains."""

from __future__ import annotations

import pytest

from accounts.models import Account, Person, User
from metrics.ingest import take_in_matched
from metrics.models import Alias, Batch, Survey, UsageEvent
from tests.ingest.sending import Sender, counts, open_rejects, table
from tests.ingest.test_identity import SURVEYS, send_mapped

pytestmark = pytest.mark.django_db
WHOSE = ("external_id", "account__external_id", "person__external_id")


def match(value: str, to: Account | Person) -> Alias:
    """As an admin does it."""
    ada = User.objects.get_or_create(email="ada@example.com")[0]
    return Alias.objects.match(value, to, by=ada)


def the_account(external_id: str) -> Account:
    return Account.objects.get(external_id=external_id)


def the_person(external_id: str) -> Person:
    return Person.objects.get(external_id=external_id)


def test_rows_that_waited_for_a_person_are_taken_in_once_she_is_matched(acme: Sender) -> None:
    report = acme("usage", "E1,,old-7,feature,2026-11-20", "E2,,old-8,feature,2026-11-20")
    assert counts(report) == (2, 0, 0, 2)
    alias = match("old-7", the_person("P3"))
    assert take_in_matched() == 1
    assert table(UsageEvent, "account__external_id", "person__external_id") == [("A2", "P3")]
    assert open_rejects() == [("usage", 3, "unknown_person")]
    assert counts(Batch.objects.get(pk=report.batch)) == (2, 1, 0, 1)
    alias.refresh_from_db()
    assert alias.taken_in_at is not None
    assert take_in_matched() == 0


def test_new_rows_follow_an_alias_without_waiting(acme: Sender) -> None:
    match("old-7", the_person("P3"))
    match("old-account", the_account("A1"))
    assert counts(acme("usage", "E1,,old-7,feature,2026-11-20")) == (1, 1, 0, 0)
    assert counts(acme("people", "P8,old-account,fay@x.example")) == (1, 1, 0, 0)
    assert the_person("P8").account == the_account("A1")


def test_a_record_of_its_own_comes_before_an_alias(acme: Sender) -> None:
    match("P1", the_person("P3"))
    match("A1", the_account("A2"))
    acme("usage", "E1,,P1,feature,2026-11-20")
    acme("people", "P8,A1,fay@x.example")
    assert table(UsageEvent, "person__external_id") == [("P1",)]
    assert the_person("P8").account == the_account("A1")


def test_an_address_or_domain_that_several_have_is_decided_by_an_alias(acme: Sender) -> None:
    acme("people", "P4,A1,ann@acme.example")
    acme("accounts", "A3,Acme Asia,acme.example")
    rows = ("S1,,,ann@acme.example", "S2,,,eve@acme.example")
    assert counts(send_mapped(acme.folder, "surveys", SURVEYS, *rows)) == (2, 0, 0, 2)
    # neither another account nor another person makes them clearer
    assert acme("accounts", "A4,Cog").replayed == 0
    match("ann@acme.example", the_person("P4"))
    match("@acme.example", the_account("A3"))
    assert take_in_matched() == 2
    assert table(Survey, *WHOSE) == [("S1", "A1", "P4"), ("S2", "A3", None)]
    assert open_rejects() == []


def test_a_person_of_another_account_is_not_forced_upon_a_row(acme: Sender) -> None:
    acme("usage", "E1,A1,old-7,feature,2026-11-20")
    match("old-7", the_person("P3"))
    assert take_in_matched() == 0
    assert open_rejects() == [("usage", 2, "id_conflict")]


def test_an_alias_that_is_taken_back_places_nothing_more(acme: Sender) -> None:
    alias = match("old-7", the_person("P3"))
    assert alias.take_back()
    assert not alias.take_back()
    assert take_in_matched() == 0
    assert counts(acme("usage", "E1,,old-7,feature,2026-11-20")) == (1, 0, 0, 1)


def test_the_later_of_two_words_about_an_identity_counts(acme: Sender) -> None:
    match("old-7", the_person("P3"))
    match("old-7", the_person("P1"))
    acme("usage", "E1,,old-7,feature,2026-11-20")
    assert table(UsageEvent, "person__external_id") == [("P1",)]
    assert Alias.objects.standing().count() == 1
