"""Rows about nobody we know wait, and are taken in when she or it appears."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine

from accounts.models import Milestone, Person
from metrics.ingest import replay
from metrics.models import Batch, ChangedDay, Reject, Survey, Ticket, TrainingRecord, UsageEvent
from tests.ingest.sending import NOW, Sender, at, codes, counts, day, open_rejects, table

pytestmark = pytest.mark.django_db

LATER = at("2026-11-30T12:00")


def batch(report: object) -> Batch:
    """The batch as it is stored by now."""
    return Batch.objects.get(pk=report.batch)  # type: ignore[attr-defined]


def test_rows_wait_for_accounts_and_people_and_are_taken_in_by_themselves(
    send: Sender, clock: time_machine.Coordinates
) -> None:
    usage = send("usage", "e1,A1,,reports,2026-11-20,1", "e2,A1,P1,reports,2026-11-20,1")
    ticket = send("tickets", "T1,A1,,2026-11-10")
    training = send("training", "R1,P1,Basics,,,enrolled")
    survey = send("surveys", "S1,,P1,nps,2026-11-01")
    milestone = send("milestones", "A1,Go live")
    people = send("people", "P1,A1")
    reports = (usage, ticket, training, survey, milestone, people)
    assert [counts(report) for report in reports] == [(2, 0, 0, 2), *[(1, 0, 0, 1)] * 5]
    assert open_rejects() == [
        ("milestones", 2, "unknown_account"),
        ("people", 2, "unknown_account"),
        ("surveys", 2, "unknown_person"),
        ("tickets", 2, "unknown_account"),
        ("training", 2, "unknown_person"),
        ("usage", 2, "unknown_account"),
        ("usage", 3, "unknown_person"),
    ]
    clock.move_to(LATER)
    report = send("accounts", "A1,Acme")
    assert report.replayed == 7
    assert open_rejects() == []
    assert [counts(batch(r)) for r in reports] == [(2, 2, 0, 0), *[(1, 1, 0, 0)] * 5]
    assert table(UsageEvent, "person__external_id", "known_at", "batch_id") == [
        ("P1", LATER, usage.batch), (None, LATER, usage.batch)
    ]  # fmt: skip
    assert table(ChangedDay, "day") == [(day("2026-11-20"),)]
    for model in (Ticket, TrainingRecord, Survey, Milestone, Person):
        assert table(model, "known_at") == [(LATER,)]


def test_what_is_still_unknown_goes_on_waiting(send: Sender) -> None:
    report = send(
        "usage", "e1,A1,,x,2026-11-20,1", "e2,A2,,x,2026-11-20,1", "e3,,P9,x,2026-11-20,1"
    )
    assert send("accounts", "A1,Acme").replayed == 1
    assert counts(batch(report)) == (3, 1, 0, 2)
    assert open_rejects() == [("usage", 3, "unknown_account"), ("usage", 4, "unknown_person")]
    assert send("people", "P8,A1").replayed == 0


def test_a_row_that_was_sent_again_meanwhile_is_a_duplicate(send: Sender) -> None:
    first = send("usage", "e1,A1,,x,2026-11-20,1", "e1,A1,,x,2026-11-20,1")
    send("accounts", "A1,Acme")
    assert counts(batch(first)) == (2, 1, 1, 0)
    assert table(Reject, "state") == [("replayed",), ("replayed",)]


def test_a_row_that_turns_out_to_be_a_conflict_stays_refused_and_says_so(send: Sender) -> None:
    report = send("usage", "e1,A1,,x,2026-11-20,1", "e1,A1,,x,2026-11-20,2")
    assert send("accounts", "A1,Acme").replayed == 1
    assert counts(batch(report)) == (2, 1, 0, 1)
    assert open_rejects() == [("usage", 3, "id_conflict")]
    assert table(Reject, "column", "waits_for_account", state="open") == [("count", "")]
    assert send("accounts", "A1,Acme").replayed == 0


def test_waiting_does_not_make_a_row_too_old(send: Sender, clock: time_machine.Coordinates) -> None:
    send("usage", "e1,A1,,x,2025-10-20,1")
    clock.move_to(LATER)
    assert send("accounts", "A1,Acme").replayed == 1


def test_a_backfilled_row_that_waited_is_known_since_it_happened(
    send: Sender, clock: time_machine.Coordinates
) -> None:
    send("usage", "e1,A1,,x,2003-10-20T08:00Z,1", known_at="occurred")
    clock.move_to(LATER)
    send("accounts", "A1,Acme")
    assert table(UsageEvent, "known_at") == [(at("2003-10-20T08:00"),)]


def test_more_rows_than_a_chunk_are_taken_in(send: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("metrics.ingest.replay.CHUNK", 4)
    rows = [f"e{i},A{i % 2},,x,2026-11-20,1" for i in range(20)]
    first, second = send("usage", *rows), send("usage", *rows)
    assert send("accounts", "A0,Acme").replayed == 20
    assert (counts(batch(first)), counts(batch(second))) == ((20, 10, 0, 10), (20, 0, 10, 10))


def test_people_wait_for_the_account_that_has_their_domain(send: Sender) -> None:
    assert codes(send("people", "P1,,ann@acme.example")) == [
        (2, "account_external_id", "unknown_account")
    ]
    assert send("accounts", "A1,Bolt,bolt.example").replayed == 0
    assert send("accounts", "A2,Acme,acme.example").replayed == 1
    assert table(Person, "external_id", "account__external_id") == [("P1", "A2")]


def test_the_law_of_counts_holds_for_every_batch_after_all_that(send: Sender) -> None:
    send("usage", "e1,A1,,x,2026-11-20,1", "e2,A9,,x,2026-11-20,1", "bad,A1,,x,noon,1")
    send("accounts", "A1,Acme", "A1,Acme", "A2")
    for stored in Batch.objects.all():
        assert stored.received == stored.accepted + stored.duplicate + stored.quarantined
        assert stored.accepted == stored.created + stored.updated
        assert stored.rejects.filter(state="open").count() == stored.quarantined
    assert Batch.objects.earliest("started_at").started_at == NOW


@pytest.mark.parametrize("size", [1, 2, 3, 7, 50])
def test_a_walk_sees_every_row_once_and_people_first(
    send: Sender, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr("metrics.ingest.replay.CHUNK", size)
    # the other way round
    send("surveys", "S1,,P1,nps,2026-11-01", "S2,,P9,nps,2026-11-01")
    send("tickets", "T1,A1,P1,2026-11-10", "T2,A2,,2026-11-10", "T3,A1,,2026-11-10")
    send("usage", *[f"e{i},,P{i % 2},reports,2026-11-20,1" for i in range(4)])
    send("people", "P1,A1,,Ann", "P0,A1,,Bo")
    taken: list[tuple[str, int]] = []
    settle = replay._settle

    def told(rejects: list[dict[str, Any]], refused: list[Any]) -> None:
        taken.extend((reject["source"], reject["id"]) for reject in rejects)
        settle(rejects, refused)

    monkeypatch.setattr(replay, "_settle", told)
    assert send("accounts", "A1,Acme").replayed == 9
    assert taken == sorted(taken, key=lambda row: (replay.ORDER.index(row[0]), row[1]))
    assert len(set(taken)) == len(taken) == 9
    assert open_rejects() == [("surveys", 3, "unknown_person"), ("tickets", 3, "unknown_account")]
