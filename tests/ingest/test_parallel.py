"""Many at once: the same file ten times, writers that wait for one another, cut connections."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from django.db import OperationalError, close_old_connections, connection

from accounts.models import Account, Contract, Person
from metrics.ingest import BatchReport, door, import_file, retries, tables
from metrics.models import Batch, Reject, Ticket, UsageEvent
from tests.at_once import at_once
from tests.ingest.sending import Sender, counts, table

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_same_files_ten_times_at_once_store_each_row_once(acme: Sender) -> None:
    rows = [f"e{i},A1,P1,feature {i % 7},2026-11-20T09:00:{i % 60:02d}Z,1" for i in range(300)]
    usage = acme.write("usage", *rows)
    tickets = acme.write("tickets", *[f"T{i},A1,,2026-11-10" for i in range(50)])
    works = [lambda: import_file("usage", usage), lambda: import_file("tickets", tickets)] * 5
    reports = at_once(*works)
    assert sorted(counts(report) for report in reports) == [
        *[(50, 0, 50, 0)] * 4,
        (50, 50, 0, 0),
        *[(300, 0, 300, 0)] * 4,
        (300, 300, 0, 0),
    ]
    assert (UsageEvent.objects.count(), Ticket.objects.count()) == (300, 50)


def test_new_accounts_ten_times_at_once_are_made_once(send: Sender) -> None:
    path = send.write("accounts", *[f"A{i},Acme {i},,,,,20" for i in range(40)])
    reports = at_once(*[lambda: import_file("accounts", path)] * 10)
    assert sorted(counts(report) for report in reports) == [*[(40, 0, 40, 0)] * 9, (40, 40, 0, 0)]
    assert (Account.objects.count(), Contract.objects.count()) == (40, 40)


def test_no_row_goes_on_waiting_for_an_account_that_came_at_the_same_time(send: Sender) -> None:
    files: dict[str, Path] = {}
    works = []
    for i in range(6):
        send.folder = send.folder / str(i)
        send.folder.mkdir()
        files |= {
            f"usage {i}": send.write("usage", f"e{i},A{i},P{i},x,2026-11-20,1"),
            f"people {i}": send.write("people", f"P{i},A{i}"),
            f"accounts {i}": send.write("accounts", f"A{i},Acme"),
        }
    for name, path in files.items():
        works.append(lambda name=name, path=path: import_file(name.split()[0], path))  # type: ignore[misc]
    at_once(*works)
    assert table(Reject, "code", state="open") == []
    assert (UsageEvent.objects.count(), Person.objects.count()) == (6, 6)
    for batch in Batch.objects.all():
        assert counts(batch) == (1, 1, 0, 0)


def test_a_connection_that_is_cut_half_way_stores_nothing_and_the_next_try_everything(
    acme: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [f"e{i},A1,P1,reports,2026-11-20,1" for i in range(100)]
    path = acme.write("usage", *rows)
    monkeypatch.setattr(door, "CHUNK", 30)
    copy, calls = tables.copy_rows, []

    def cut(*args: object) -> None:
        calls.append(args)
        if len(calls) == 3:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        copy(*args)  # type: ignore[arg-type]

    monkeypatch.setattr("metrics.ingest.usage.copy_rows", cut)
    with pytest.raises(OperationalError):
        import_file("usage", path)
    close_old_connections()
    assert UsageEvent.objects.count() == 0
    assert counts(import_file("usage", path)) == (100, 100, 0, 0)


def test_a_deadlock_is_tried_again(acme: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    path = acme.write("usage", "e1,A1,P1,reports,2026-11-20,1")
    real, calls = door._import, []

    def unlucky(*args: object) -> BatchReport:
        calls.append(args)
        if len(calls) < 3:
            tables.execute("DO $$ BEGIN RAISE deadlock_detected; END $$")
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(door, "_import", unlucky)
    monkeypatch.setattr("metrics.ingest.retries.time.sleep", lambda seconds: None)
    assert counts(import_file("usage", path)) == (1, 1, 0, 0)
    assert table(Batch, "state", source="usage") == [("failed",), ("failed",), ("finished",)]
    calls[:] = []
    monkeypatch.setattr(retries, "TRIES", 2)
    with pytest.raises(OperationalError, match="deadlock"):
        import_file("usage", path)


def test_an_event_that_another_door_is_just_storing_is_a_duplicate(acme: Sender) -> None:
    acme("usage", "e1,A1,P1,reports,2026-11-20,1")
    path = acme.folder / "usage.csv"
    reports: list[BatchReport] = []
    thread = threading.Thread(
        target=lambda: reports.extend(at_once(lambda: import_file("usage", path)))
    )
    other = connection.copy()
    other.set_autocommit(False)
    try:
        with other.cursor() as cursor:
            cursor.execute("CREATE TEMP TABLE kept AS SELECT * FROM metrics_usageevent")
            cursor.execute("DELETE FROM metrics_usageevent")
            other.commit()
            cursor.execute("INSERT INTO metrics_usageevent SELECT * FROM kept")
            thread.start()
            thread.join(0.5)
            assert reports == []
            other.commit()
    finally:
        other.close()
        thread.join()
    assert [counts(report) for report in reports] == [(1, 0, 1, 0)]
    assert table(Batch, "state", source="usage") == [("finished",), ("finished",)]
