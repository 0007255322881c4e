"""What an admin says about an identity that no file explains."""

from __future__ import annotations

import itertools

import pytest

from accounts.models import Account, Person, User
from metrics.ingest import batches, replay, take_in_matched
from metrics.ingest.matching import Turns
from metrics.models import Alias, Batch, Heartbeat, Survey, UsageEvent
from metrics.models.heartbeats import REPLAY
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


def waiting(acme: Sender, rows: int) -> Batch:
    """Usage of somebody whom nobody knows, until she is matched."""
    report = acme("usage", *[f"E{i},,old-7,feature,2026-11-20" for i in range(rows)])
    return Batch.objects.get(pk=report.batch)


def test_a_tick_takes_in_one_chunk_after_another_and_the_next_tick_goes_on(
    acme: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("metrics.ingest.matching.TURN", 2)
    batch, alias = waiting(acme, 5), match("old-7", the_person("P3"))
    with monkeypatch.context() as short:
        short.setattr("metrics.ingest.matching.LONGEST", 0.0)
        assert [take_in_matched(), take_in_matched()] == [2, 2]
    batch.refresh_from_db()
    alias.refresh_from_db()
    assert (counts(batch), alias.taken_in_at) == ((5, 4, 0, 1), None)
    assert [take_in_matched(), take_in_matched()] == [1, 0]
    alias.refresh_from_db()
    assert alias.taken_in_at is not None
    assert not Heartbeat.objects.exists()


def test_what_was_taken_in_stays_where_a_later_chunk_fails(
    acme: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("metrics.ingest.matching.TURN", 2)
    batch = waiting(acme, 5)
    match("old-7", the_person("P3"))
    with monkeypatch.context() as broken:
        settle, calls = replay._settle, itertools.count(1)
        broken.setattr(replay, "_settle", lambda *a: 1 / 0 if next(calls) == 3 else settle(*a))
        with pytest.raises(ZeroDivisionError):
            take_in_matched()
    batch.refresh_from_db()
    assert (counts(batch), UsageEvent.objects.count()) == ((5, 4, 0, 1), 4)
    assert take_in_matched() == 1


def test_rows_that_wait_on_are_passed_by(acme: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("metrics.ingest.matching.TURN", 1)
    waiting(acme, 3)
    acme("usage", "F1,,old-8,feature,2026-11-20")
    match("old-7", the_account("A1"))  # which says nothing about a person
    match("old-8", the_person("P3"))
    assert [take_in_matched(), take_in_matched()] == [1, 0]
    assert open_rejects() == [("usage", line, "unknown_person") for line in (2, 3, 4)]


def test_rows_that_wait_on_keep_none_behind_them_from_being_looked_at(
    acme: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("metrics.ingest.matching.TURN", 1)
    waiting(acme, 3)
    acme("usage", "F1,,old-8,feature,2026-11-20")
    match("old-7", the_account("A1"))  # which says nothing about a person
    match("old-8", the_person("P3"))
    with monkeypatch.context() as short:
        short.setattr("metrics.ingest.matching.LONGEST", 0.0)
        assert [take_in_matched() for _ in range(5)] == [0, 0, 0, 1, 0]
        assert Alias.objects.standing().filter(taken_in_at=None).count() == 2
    assert take_in_matched() == 0
    assert not Alias.objects.standing().filter(taken_in_at=None).exists()
    assert not Heartbeat.objects.exists()


def test_rows_that_a_request_leaves_behind_a_walk_are_not_forgotten(
    acme: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("metrics.ingest.matching.TURN", 2)
    waiting(acme, 3)
    match("old-7", the_person("P3"))
    turns = Turns()
    assert turns.take_one()
    Heartbeat.beat(REPLAY)  # as a request does that took in a part of what it placed
    assert turns.take_one()
    assert turns.is_done
    assert Heartbeat.objects.filter(name=REPLAY).exists()
    assert take_in_matched() == 0
    assert not Heartbeat.objects.exists()


def test_a_walk_goes_on_once_whoever_is_at_the_door_has_left(
    acme: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("metrics.ingest.matching.TURN", 2)
    waiting(acme, 3)
    match("old-7", the_person("P3"))
    enter, free = batches.try_enter, iter([True, False, True])
    monkeypatch.setattr(batches, "try_enter", lambda *about: next(free) and enter(*about))
    assert take_in_matched() == 3
