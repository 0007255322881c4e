"""Tickets, training, surveys and movements: they move forward, and every state of them is kept."""

from __future__ import annotations

from decimal import Decimal

import pytest
import time_machine

from accounts.models import ArrMovement
from metrics.models import Survey, Ticket, TrainingRecord
from tests.ingest.sending import NOW, Sender, at, codes, counts, day, table

pytestmark = pytest.mark.django_db

OPEN = "T1,A1,P1,2026-11-10T09:00:00Z,,,high,export,,,,email"
SOLVED = "T1,A1,P1,2026-11-10T09:00:00Z,2026-11-10T10:00:00Z,2026-11-11T09:00:00Z,high,export,intro"
LATER = at("2026-11-30T12:00")


def test_a_ticket_that_moves_on_is_a_new_version_and_the_old_one_stays(
    acme: Sender, clock: time_machine.Coordinates
) -> None:
    assert counts(acme("tickets", OPEN)) == (1, 1, 0, 0)
    clock.move_to(LATER)
    report = acme("tickets", SOLVED + ",yes,,,4,thanks")
    assert (report.created, report.updated) == (0, 1)
    fields = ("is_latest", "known_at", "solved_at", "maturity", "escalated", "csat", "comment")
    assert table(Ticket, *fields, "channel", "severity") == [
        (False, NOW, None, "unknown", False, None, "", "email", "high"),
        (True, LATER, at("2026-11-11T09:00"), "intro", True, 4.0, "thanks", "email", "high"),
    ]


def test_a_ticket_that_adds_nothing_is_a_duplicate(acme: Sender) -> None:
    acme("tickets", OPEN, SOLVED + ",yes")
    rows = [OPEN, SOLVED, SOLVED + ",no", "T1,A1,,2026-11-10T09:00:00Z,,,,,unknown,,0"]
    assert counts(acme("tickets", *rows)) == (4, 0, 4, 0)
    assert len(table(Ticket, "id")) == 2


def test_a_re_opened_ticket_may_be_solved_later_and_an_older_row_adds_nothing(
    acme: Sender,
) -> None:
    again = SOLVED.replace("2026-11-11", "2026-11-15") + ",,1"
    assert counts(acme("tickets", SOLVED, again, SOLVED + ",,0", again)) == (4, 2, 2, 0)
    assert table(Ticket, "solved_at", "reopens", is_latest=True) == [(at("2026-11-15T09:00"), 1)]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (SOLVED.replace("T09:00:00Z,,", "T09:30:00Z,,").replace("-10T09:00", "-10T08:00"),
         "opened_at"),
        (SOLVED.replace("T10:00", "T11:00"), "first_answer_at"),
        (SOLVED.replace("2026-11-11", "2026-11-12"), "solved_at"),
        (SOLVED.replace("high", "low"), "severity"),
        (SOLVED.replace("export", "login"), "topic"),
        (SOLVED.replace("intro", "advanced"), "maturity"),
        (SOLVED.replace("P1", "P2"), "person_external_id"),
        (SOLVED.replace("A1,P1", "A2,"), "account_external_id"),
    ],
)  # fmt: skip
def test_a_ticket_that_contradicts_what_was_said_is_a_conflict(
    acme: Sender, row: str, column: str
) -> None:
    acme("tickets", SOLVED)
    report = acme("tickets", row)
    assert codes(report) == [(2, column, "id_conflict")]
    assert table(Ticket, "is_latest") == [(True,)]


def test_a_backfilled_ticket_is_known_since_it_was_opened_and_its_versions_since_they_moved(
    acme: Sender,
) -> None:
    acme("tickets", OPEN, SOLVED, SOLVED + ",,,,5", known_at="occurred")
    assert table(Ticket, "known_at", "is_latest", "csat") == [
        (at("2026-11-10T09:00"), False, None),
        (at("2026-11-11T09:00"), False, None),
        (at("2026-11-11T09:00"), True, 5.0),
    ]


def test_a_version_is_never_known_before_the_one_it_follows(acme: Sender) -> None:
    acme("tickets", OPEN)
    acme("tickets", SOLVED, known_at="occurred")
    assert table(Ticket, "known_at") == [(NOW,), (NOW,)]


def test_training_moves_forward_only(acme: Sender) -> None:
    def row(status: str, more: str = "") -> str:
        return f"R1,P1,Basics,analyst,1,{status},{more}"

    rows = [
        row("assigned"),
        row("in_progress"),
        row("enrolled"),
        row("failed", "2026-11-01T10:00:00Z,40"),
        row("failed", "2026-11-01T10:00:00Z,45"),
        row("withdrawn"),
        row("passed", "2026-11-02T10:00:00Z,80"),
        row("failed", "2026-11-01T10:00:00Z,40"),
        row("passed"),
    ]
    report = acme("training", *rows)
    assert counts(report) == (9, 4, 3, 2)
    assert codes(report) == [(6, "score", "id_conflict"), (7, "status", "id_conflict")]
    assert table(TrainingRecord, "status", "score", "is_latest", "account__external_id") == [
        ("assigned", None, False, "A1"),
        ("failed", 40.0, False, "A1"),
        ("in_progress", None, False, "A1"),
        ("passed", 80.0, True, "A1"),
    ]


def test_training_needs_a_person(acme: Sender) -> None:
    report = acme("training", "R1,,Basics,,,assigned", "R2,P9,Basics,,,assigned")
    assert codes(report) == [
        (2, "person_external_id", "missing_value"),
        (3, "person_external_id", "unknown_person"),
    ]


def test_in_a_backfill_training_is_known_since_it_was_completed(acme: Sender) -> None:
    rows = ["R1,P1,Basics,,,completed,2024-05-01T10:00:00Z", "R2,P1,More,,,enrolled"]
    acme("training", *rows, known_at="occurred")
    assert table(TrainingRecord, "external_id", "known_at") == [
        ("R1", at("2024-05-01T10:00")), ("R2", NOW)
    ]  # fmt: skip


def test_in_a_backfill_training_without_a_day_is_as_old_as_its_account(send: Sender) -> None:
    send("accounts", "A1,Acme,,,,,,,,2025-01-01", known_at="occurred")
    send("people", "P1,A1", "P2,A1", known_at="occurred")
    rows = ["R1,P1,Basics,,,assigned", "R1,P1,Basics,,,completed,2025-05-01T10:00:00Z"]
    send("training", *rows, "R2,P2,Basics,,,completed", known_at="occurred")
    assert table(TrainingRecord, "external_id", "status", "known_at") == [
        ("R1", "assigned", at("2025-01-01")),
        ("R1", "completed", at("2025-05-01T10:00")),
        ("R2", "completed", at("2025-01-01")),
    ]


def test_a_survey_is_sent_and_answered_once(acme: Sender) -> None:
    sent = "S1,A1,P1,nps,2026-11-01T10:00:00Z"
    answered = f"{sent},2026-11-02T10:00:00Z,9,great"
    assert counts(acme("surveys", sent, answered, sent, answered)) == (4, 2, 2, 0)
    report = acme("surveys", f"{sent},2026-11-02T10:00:00Z,8", sent.replace("nps", "ces"))
    assert codes(report) == [(2, "score", "id_conflict"), (3, "kind", "id_conflict")]
    assert table(Survey, "is_latest", "score", "comment") == [
        (False, None, ""), (True, 9.0, "great")
    ]  # fmt: skip


def test_a_follow_up_may_be_filled_in_later_and_never_changes(
    acme: Sender, clock: time_machine.Coordinates
) -> None:
    row = "S1,A1,P1,nps,2026-11-01T10:00:00Z,2026-11-02T10:00:00Z,2,no,"
    acme("surveys", row)
    clock.move_to(at("2026-11-30T12:00"))
    assert counts(acme("surveys", f"{row}2026-11-04", row)) == (2, 1, 1, 0)
    assert codes(acme("surveys", f"{row}2026-11-05")) == [(2, "followed_up_at", "id_conflict")]
    assert table(Survey, "is_latest", "followed_up_at", "known_at") == [
        (False, None, NOW), (True, at("2026-11-04"), at("2026-11-30T12:00"))
    ]  # fmt: skip


def test_in_a_backfill_a_follow_up_is_known_since_its_own_day(acme: Sender) -> None:
    row = "S1,A1,P1,nps,2026-11-01,2026-11-02,2,no,"
    acme("surveys", row, known_at="occurred")
    acme("surveys", f"{row}2026-11-04", known_at="occurred")
    assert table(Survey, "followed_up_at", "known_at") == [
        (at("2026-11-04"), at("2026-11-04")), (None, at("2026-11-01"))
    ]  # fmt: skip


def test_in_a_backfill_a_survey_is_known_since_it_was_sent(acme: Sender) -> None:
    rows = ["S1,A1,P1,nps,2024-05-01,2024-05-03,9", "S2,A1,,nps,,2024-05-04,3"]
    acme("surveys", *rows, known_at="occurred")
    assert table(Survey, "external_id", "known_at") == [
        ("S1", at("2024-05-01")), ("S2", at("2024-05-04"))
    ]  # fmt: skip


def test_movements_of_revenue_never_change(acme: Sender) -> None:
    row = "M1,A1,new,1200.505,2026-01-01"
    assert counts(acme("arr_movements", row, row)) == (2, 1, 1, 0)
    changed = [
        row.replace("new", "churn"),
        row.replace(".505", ""),
        row.replace("-01-01", "-01-02"),
    ]
    report = acme("arr_movements", row, *changed, row.replace("A1", "A2"))
    assert codes(report) == [
        (3, "type", "id_conflict"),
        (4, "amount", "id_conflict"),
        (5, "on", "id_conflict"),
        (6, "account_external_id", "id_conflict"),
    ]
    fields = ("account__external_id", "external_id", "type", "amount", "on", "known_at")
    assert table(ArrMovement, *fields) == [
        ("A1", "M1", "new", Decimal("1200.51"), day("2026-01-01"), NOW)
    ]


def test_in_a_backfill_a_movement_is_known_on_its_day(acme: Sender) -> None:
    acme("arr_movements", "M1,A1,contraction,-200,2024-01-01", known_at="occurred")
    assert table(ArrMovement, "amount", "known_at") == [(Decimal("-200.00"), at("2024-01-01"))]
