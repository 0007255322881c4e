"""Usage: each event once, whatever comes again, and its day marked."""

from __future__ import annotations

import pytest

from accounts.models import Organisation
from metrics.models import ChangedDay, Feature, UsageEvent
from tests.ingest.sending import Sender, at, codes, counts, day, table

pytestmark = pytest.mark.django_db

EVENT = "e1,A1,P1,reports,2026-11-20T09:00:00Z,3"
COLUMNS = ("account__external_id", "person__external_id", "feature__key", "occurred_at", "count")


def test_an_event_is_stored_with_its_place_its_day_and_when_it_became_known(acme: Sender) -> None:
    report = acme("usage", EVENT)
    assert counts(report) == (1, 1, 0, 0)
    assert table(UsageEvent, *COLUMNS) == [("A1", "P1", "reports", at("2026-11-20T09:00"), 3)]
    assert table(UsageEvent, "day", "known_at", "batch_id") == [
        (day("2026-11-20"), at("2026-11-22T12:00"), report.batch)
    ]
    assert table(ChangedDay, "day") == [(day("2026-11-20"),)]


def test_the_same_file_again_changes_nothing(acme: Sender) -> None:
    rows = [
        EVENT,
        ",A1,P1,reports,2026-11-20T09:00:00Z,3",
        ",A1,,,2026-11-20,",
        ",,P2,,2026-11-20,",
    ]
    assert counts(acme("usage", *rows)) == (4, 4, 0, 0)
    before = table(UsageEvent, "id", *COLUMNS)
    ChangedDay.objects.all().delete()
    assert counts(acme("usage", *rows)) == (4, 0, 4, 0)
    assert table(UsageEvent, "id", *COLUMNS) == before
    assert table(ChangedDay, "day") == []


def test_the_same_event_twice_in_one_file_is_a_duplicate(acme: Sender) -> None:
    same = "e1,A1,P1,reports,2026-11-20T10:00:00+01:00,3"
    assert counts(acme("usage", EVENT, EVENT, same)) == (3, 1, 2, 0)


@pytest.mark.parametrize(
    ("row", "column", "message"),
    [
        ("e1,A1,P1,reports,2026-11-20T09:00:00Z,4", "count", "with 3, now 4"),
        ("e1,A1,P1,export,2026-11-20T09:00:00Z,3", "feature_key", "'reports', now 'export'"),
        ("e1,A1,P2,reports,2026-11-20T09:00:00Z,3", "person_external_id", "'P1', now 'P2'"),
        ("e1,A1,,reports,2026-11-20T09:00:00Z,3", "person_external_id", "'P1', now ''"),
        ("e1,A1,P1,reports,2026-11-20T09:00:01Z,3", "occurred_at", "09:00:01"),
        ("e1,A2,,reports,2026-11-20T09:00:00Z,3", "account_external_id", "another account"),
    ],
)
@pytest.mark.parametrize("is_one_file", [True, False])
def test_the_same_id_with_another_body_is_a_conflict_that_names_the_difference(
    acme: Sender, row: str, column: str, message: str, is_one_file: bool
) -> None:
    if is_one_file:
        report = acme("usage", EVENT, row, EVENT)
        assert counts(report) == (3, 1, 1, 1)
    else:
        acme("usage", EVENT)
        report = acme("usage", EVENT, row)
        assert counts(report) == (2, 0, 1, 1)
    assert codes(report) == [(3, column, "id_conflict")]
    assert message in report.sample[0].message
    assert table(UsageEvent, "count") == [(3,)]


def test_an_id_that_came_for_another_account_is_a_conflict_even_alone(acme: Sender) -> None:
    acme("usage", EVENT)
    report = acme("usage", "e1,A2,,reports,2026-11-20T09:00:00Z,3")
    assert codes(report) == [(2, "account_external_id", "id_conflict")]
    assert len(table(UsageEvent, "id")) == 1


def test_rows_without_an_id_are_known_by_all_their_other_columns(acme: Sender) -> None:
    rows = [
        ",A1,P1,reports,2026-11-20T09:00:00Z,3",
        ",A1,P1,reports,2026-11-20T09:00:00Z,4",
        ",A1,P1,reports,2026-11-20T09:00:01Z,3",
        ",A1,P1,export,2026-11-20T09:00:00Z,3",
        ",A1,P2,reports,2026-11-20T09:00:00Z,3",
        ",A1,,reports,2026-11-20T09:00:00Z,3",
        ",A2,,reports,2026-11-20T09:00:00Z,3",
    ]
    assert counts(acme("usage", *rows)) == (7, 7, 0, 0)


def test_an_id_that_looks_like_a_row_is_no_row(acme: Sender) -> None:
    acme("usage", ",A1,P1,reports,2026-11-20T09:00:00Z,3")
    event = UsageEvent.objects.get()
    identity = f"row:{event.account_id}|{event.person_id}|{event.feature_id}"
    fake = f"{identity}|2026-11-20T09:00:00+00:00|3,A1,P1,reports,2026-11-20T09:00:00Z,3"
    assert counts(acme("usage", fake)) == (1, 1, 0, 0)


def test_log_ins_have_no_feature_and_unknown_features_are_made_as_core_ones(acme: Sender) -> None:
    acme("features", "reports,Reports,advanced,admin,")
    rows = [
        "e1,A1,P1,reports,2026-11-20,",
        "e2,A1,P1,export,2026-11-20,",
        "e3,A1,P1,login,2026-11-20,",
        "e4,A1,P1,,2026-11-20,",
    ]
    assert counts(acme("usage", *rows)) == (4, 4, 0, 0)
    assert table(UsageEvent, "feature__key", "count") == [
        ("export", 1), ("reports", 1), (None, 1), (None, 1)
    ]  # fmt: skip
    assert table(Feature, "key", "name", "level", "is_declared") == [
        ("export", "export", "core", False),
        ("reports", "Reports", "advanced", True),
    ]
    acme("features", "export,Export,intermediate,,")
    assert table(Feature, "key", "name", "level", "is_declared") == [
        ("export", "Export", "intermediate", True),
        ("reports", "Reports", "advanced", True),
    ]


def test_a_feature_is_there_from_its_first_accepted_use_on(acme: Sender) -> None:
    acme("usage", "e1,A1,P1,maps,2026-11-05T10:00:00Z", "e2,A1,P1,maps,2026-11-03T10:00:00Z")
    acme("usage", "e3,A1,P1,maps,2026-11-01T10:00:00Z", "e4,A1,P1,maps,2026-11-09T10:00:00Z")
    report = acme("usage", "e5,A1,P9,ghost,2026-11-01T10:00:00Z", "e1,A1,P1,other,2026-11-05")
    assert report.quarantined == 2
    assert table(Feature, "key", "first_used_on") == [
        ("ghost", None), ("maps", day("2026-11-01")), ("other", None)
    ]  # fmt: skip


def test_a_person_may_stay_unnamed_and_an_account_is_found_by_its_person(acme: Sender) -> None:
    acme("usage", "e1,A1,,reports,2026-11-20,1", "e2,,P3,reports,2026-11-20,1")
    assert table(UsageEvent, "account__external_id", "person__external_id") == [
        ("A1", None), ("A2", "P3")
    ]  # fmt: skip


def test_a_row_about_nobody_is_refused(acme: Sender) -> None:
    report = acme("usage", "e1,,,reports,2026-11-20,1")
    assert codes(report) == [(2, "account_external_id", "missing_value")]


def test_a_person_of_another_account_is_a_conflict(acme: Sender) -> None:
    report = acme("usage", "e1,A2,P1,reports,2026-11-20,1", "e2,A9,P1,reports,2026-11-20,1")
    assert codes(report) == [
        (2, "person_external_id", "id_conflict"),
        (3, "person_external_id", "id_conflict"),
    ]


def test_a_day_is_the_organisations_own(acme: Sender) -> None:
    Organisation.objects.update(timezone="America/New_York")
    report = acme("usage", "e1,A1,,reports,2026-11-20T03:00:00Z,1", "e2,A1,,reports,2026-11-18,1")
    assert report.zone == "America/New_York"
    assert table(UsageEvent, "day", "occurred_at") == [
        (day("2026-11-18"), at("2026-11-18T05:00")),
        (day("2026-11-19"), at("2026-11-20T03:00")),
    ]


def test_late_usage_marks_its_own_old_day(acme: Sender) -> None:
    assert counts(acme("usage", "e1,A1,,reports,2025-10-20,1")) == (1, 1, 0, 0)
    assert codes(acme("usage", "e2,A1,,reports,2025-10-10,1")) == [(2, "occurred_at", "too_old")]
    assert table(ChangedDay, "day") == [(day("2025-10-20"),)]


def test_a_backfill_is_known_when_it_happened_and_may_be_old(acme: Sender) -> None:
    rows = ["e1,A1,,reports,2003-10-20T08:00Z,1", "e2,A1,,reports,2026-11-22T12:05:00Z,1"]
    assert counts(acme("usage", *rows, known_at="occurred")) == (2, 2, 0, 0)
    assert table(UsageEvent, "occurred_at", "known_at") == [
        (at("2003-10-20T08:00"), at("2003-10-20T08:00")),
        (at("2026-11-22T12:05"), at("2026-11-22T12:00")),
    ]


def test_a_file_of_several_chunks_is_one_batch(
    acme: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("metrics.ingest.door.CHUNK", 3)
    rows = [f"e{i % 8},A1,P1,reports,2026-11-{10 + i % 8:02d},1" for i in range(20)]
    seen: list[int] = []
    report = acme("usage", *rows, progress=seen.append)
    assert counts(report) == (20, 8, 12, 0)
    assert seen == [3, 6, 9, 12, 15, 18, 20]
    assert table(UsageEvent, "batch_id") == [(report.batch,)] * 8
    assert len(table(ChangedDay, "day")) == 8
