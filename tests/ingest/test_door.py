"""The door itself: batches, dry runs, rejects, limits, and what happens when things break."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction

from accounts.models import Account
from metrics.ingest import FileError, batches, import_file
from metrics.models import Batch, ChangedDay, Reject, UsageEvent
from metrics.sources.reading import Limits
from tests.ingest.sending import NOW, Sender, at, codes, counts, table

pytestmark = pytest.mark.django_db

EVENT = "e1,A1,P1,reports,2026-11-20T09:00:00Z,3"


def test_a_batch_says_what_came_of_a_file(acme: Sender) -> None:
    report = acme("usage", EVENT, EVENT, "e2,A9,,reports,2026-11-20,1", "e3,A1,,reports,noon,1")
    fields = ("source", "file_name", "known_at_mode", "state", "started_at", "finished_at")
    (stored,) = Batch.objects.filter(pk=report.batch).values_list(*fields)
    assert stored == ("usage", "usage.csv", "import", "finished", NOW, NOW)
    assert counts(Batch.objects.get(pk=report.batch)) == counts(report) == (4, 1, 1, 2)
    fields = ("line", "column", "code", "raw", "state", "waits_for_account")
    assert [tuple(row) for row in Reject.objects.order_by("line").values_list(*fields)] == [
        (
            4,
            "account_external_id",
            "unknown_account",
            {
                "event_id": "e2",
                "account_external_id": "A9",
                "feature_key": "reports",
                "occurred_at": "2026-11-20",
                "count": "1",
            },
            "open",
            "A9",
        ),
        (
            5,
            "occurred_at",
            "bad_moment",
            {
                "event_id": "e3",
                "account_external_id": "A1",
                "feature_key": "reports",
                "occurred_at": "noon",
                "count": "1",
            },
            "open",
            "",
        ),
    ]


def test_a_dry_run_counts_and_stores_nothing(acme: Sender) -> None:
    batches_before = Batch.objects.count()
    acme("usage", "e0,A9,,reports,2026-11-20,1")
    report = acme("usage", EVENT, EVENT, "e3,A1,,reports,noon,1", dry_run=True)
    assert counts(report) == (3, 1, 1, 1)
    assert codes(report) == [(4, "occurred_at", "bad_moment")]
    assert report.batch is None
    assert acme("accounts", "A9,Zed", dry_run=True).replayed == 1
    assert table(UsageEvent, "id") == table(ChangedDay, "day") == []
    assert Batch.objects.count() == batches_before + 1
    assert open_waiting() == 1
    assert not Account.objects.filter(external_id="A9").exists()


def open_waiting() -> int:
    """How many rows still wait."""
    return Reject.objects.filter(state="open").exclude(waits_for_account="").count()


def test_nul_characters_and_half_characters_are_refused_and_still_kept(acme: Sender) -> None:
    path = acme.write("usage", EVENT, "e2,A1,,re\0ports,2026-11-20,1")
    path.write_bytes(path.read_bytes() + b"e3,A1,,caf\xe9,2026-11-20,1\n")
    report = import_file("usage", path)
    assert codes(report) == [(3, "feature_key", "nul_character"), (4, "", "bad_encoding")]
    assert table(Reject, "line", "raw__reject_text") == [
        (3, "e2,A1,,re␀ports,2026-11-20,1"),
        (4, r"e3,A1,,caf\xe9,2026-11-20,1" + "\n"),
    ]


def test_a_batch_whose_counts_do_not_add_up_is_refused_by_the_database(acme: Sender) -> None:
    report = acme("usage", EVENT)
    with pytest.raises(IntegrityError, match="batch_law_of_counts"), transaction.atomic():
        Batch.objects.filter(pk=report.batch).update(received=2)


@pytest.mark.parametrize(
    ("source", "options", "message"),
    [
        ("payments", {}, "'payments' is not a source; there are features, accounts"),
        ("usage", {"path": Path("/nowhere/x.csv")}, "x.csv: No such file"),
        ("usage", {"path": Path("/")}, "Is a directory"),
        ("usage", {"encoding": "klingon"}, "'klingon' is not a known text encoding"),
        ("usage", {"limits": Limits(max_bytes=10)}, "bytes, at most 10 are taken"),
        ("usage", {"mapping": Path("/nowhere/m.toml")}, "m.toml: No such file"),
        ("accounts", {}, "Line 1: accounts has no column event_id"),
    ],
)
def test_a_file_that_cannot_be_read_leaves_no_batch(
    acme: Sender, source: str, options: dict[str, Any], message: str
) -> None:
    before = Batch.objects.count()
    path = options.pop("path", acme.write("usage", EVENT))
    with pytest.raises(FileError, match=message):
        import_file(source, path, **options)
    assert Batch.objects.count() == before


@pytest.mark.django_db(transaction=True)
def test_a_file_that_breaks_half_way_leaves_a_failed_batch_and_no_rows(
    acme: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("metrics.ingest.door.CHUNK", 1)
    with pytest.raises(FileError, match="More than 1 rows"):
        acme("usage", EVENT, EVENT.replace("e1", "e2"), limits=Limits(max_rows=1))
    assert table(UsageEvent, "id") == table(ChangedDay, "day") == []
    assert table(Batch, "state", "received", "error", source="usage") == [
        ("failed", 0, "FileError: More than 1 rows; send the file in parts")
    ]
    assert counts(acme("usage", EVENT)) == (1, 1, 0, 0)


@pytest.mark.django_db(transaction=True)
def test_a_batch_whose_process_died_is_closed_by_the_next_one(
    acme: Sender, clock: time_machine.Coordinates
) -> None:
    dead = Batch.objects.create(source="usage")
    alive = Batch.objects.create(source="tickets")
    fresh = Batch.objects.create(source="people")
    Batch.objects.filter(pk=fresh.pk).update(started_at=at("2026-11-22T12:01:30"))
    clock.move_to(at("2026-11-22T12:02"))
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", [batches.ALIVE, alive.pk])
        acme("usage", EVENT)
    finally:
        other.close()
    assert table(Batch, "source", "state", pk__in=[dead.pk, alive.pk, fresh.pk]) == [
        ("people", "running"), ("tickets", "running"), ("usage", "failed")
    ]  # fmt: skip


def test_moments_without_a_zone_are_read_in_the_mappings_zone_and_the_report_says_so(
    acme: Sender,
) -> None:
    toml = 'timezone = "Asia/Tokyo"\nignore = ["*"]\n[columns]\noccurred_at = "occurred_at"'
    mapping = acme.folder / "map.toml"
    mapping.write_text(f'{toml}\naccount_external_id = "account_external_id"', encoding="utf-8")
    report = acme("usage", "e1,A1,,,2026-11-20T08:00,", mapping=mapping)
    assert report.zone == "Asia/Tokyo"
    assert table(UsageEvent, "occurred_at") == [(at("2026-11-19T23:00"),)]
    assert Batch.objects.get(pk=report.batch).mapping == "map.toml"


def test_only_the_first_rejects_are_shown_and_all_are_kept(acme: Sender) -> None:
    report = acme("usage", *[f"e{i},A1,,x,noon,1" for i in range(50)])
    assert (report.quarantined, len(report.sample), Reject.objects.count()) == (50, 20, 50)
    assert [refusal.line for refusal in report.sample] == list(range(2, 22))


def test_a_file_whose_batch_was_removed_while_it_waited_stores_nothing(send: Sender) -> None:
    def remove_all(_: int) -> None:
        Batch.objects.all().delete()

    with pytest.raises(FileError, match="all data were removed in the meantime"):
        send("accounts", "A1,Acme", progress=remove_all)
    assert not Account.objects.exists()
