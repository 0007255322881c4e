"""Large files are committed in parts, and go on where they stopped."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterator

import pytest
from django.db import InterfaceError, OperationalError, connection, connections
from django.utils import timezone

from metrics.ingest import batches, import_file, parts, undo_batch
from metrics.ingest.uploads import HALF, recover_uploads, work_uploads
from metrics.models import Batch, ChangedDay, Reject, Upload, UsageEvent
from metrics.nightly import database_now
from metrics.nightly.waiting import imports_before
from metrics.sources.base import FileError
from metrics.sources.reading import Limits
from tests.ingest.sending import Sender, counts, open_rejects, table

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = [f"e{i},A1,P1,feature {i % 3},2026-11-20T09:00:{i % 60:02d}Z,1" for i in range(95)]
ROWS[40] = "e40,A1,P1,x,never,1"
ROWS[70] = "e70,A9,,x,2026-11-20,1"


class Dead(BaseException):
    """The process is gone: nothing of it is caught."""


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file of usage is large, and 95 rows are ten parts."""
    monkeypatch.setattr(parts, "LARGE", 1)
    monkeypatch.setattr(parts, "PART", 10)
    monkeypatch.setattr(parts, "CHUNK", 4)


@pytest.fixture
def dies(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Give it the number of the part in which the process dies."""
    real, at, done = parts.Parts._store, [-1], [0]

    def store(self: parts.Parts, part: object) -> object:
        done[0] += 1
        if done[0] == at[0]:
            raise Dead
        return real(self, part)  # type: ignore[arg-type]

    monkeypatch.setattr(parts.Parts, "_store", store)
    yield at
    at[0] = -1


def killed(monkeypatch: pytest.MonkeyPatch, work: Callable[[], object]) -> None:
    """As after a kill: nobody closes the batch, the lock is gone."""
    with monkeypatch.context() as patch:
        patch.setattr(batches, "stop", lambda *args: None)
        with pytest.raises(Dead):
            work()


def test_a_large_file_is_stored_like_a_small_one(acme: Sender) -> None:
    report = acme("usage", *ROWS)
    assert counts(report) == (95, 93, 0, 2)
    assert counts(Batch.objects.get(source="usage")) == (95, 93, 0, 2)
    assert [refusal.line for refusal in report.sample] == [42, 72]
    assert open_rejects() == [("usage", 42, "bad_moment"), ("usage", 72, "unknown_account")]
    assert UsageEvent.objects.count() == 93
    assert ChangedDay.objects.values("account_id", "day").distinct().count() == 1
    assert counts(acme("usage", *ROWS)) == (95, 0, 93, 2)


@pytest.mark.parametrize("part", [1, 2, 5, 10])
def test_killed_in_the_middle_it_goes_on_where_it_stopped(
    acme: Sender, dies: list[int], monkeypatch: pytest.MonkeyPatch, part: int
) -> None:
    path = acme.write("usage", *ROWS)
    dies[0] = part
    killed(monkeypatch, lambda: import_file("usage", path))
    stored = 10 * (part - 1)
    batch = Batch.objects.get(source="usage")
    assert (batch.state, batch.received) == ("running", stored)
    seen: list[int] = []
    assert counts(import_file("usage", path, progress=seen.append)) == (95, 93, 0, 2)
    assert seen[0] == min(stored + 10, 95)
    states = [("finished", 95)] if stored else [("finished", 95), ("running", 0)]
    assert table(Batch, "state", "received", source="usage") == states
    assert UsageEvent.objects.count() == 93
    assert Reject.objects.count() == 2


def test_a_night_waits_for_a_file_of_the_day_before_that_goes_on(
    acme: Sender, dies: list[int]
) -> None:
    path = acme.write("usage", *ROWS)
    dies[0] = 4
    with pytest.raises(Dead):
        import_file("usage", path)
    Batch.objects.update(started_at=timezone.now() - dt.timedelta(hours=13))
    seen: list[bool] = []
    import_file("usage", path, progress=lambda rows: seen.append(imports_before(database_now())))
    assert seen
    assert all(seen)


def test_what_fails_in_the_middle_says_so_and_can_be_undone(acme: Sender, dies: list[int]) -> None:
    path = acme.write("usage", *ROWS)
    dies[0] = 4
    with pytest.raises(Dead):
        import_file("usage", path)
    batch = Batch.objects.get(source="usage")
    assert (batch.state, *counts(batch)) == ("partial", 30, 30, 0, 0)
    assert batch.can_be_undone
    undo_batch(batch.pk)
    assert not UsageEvent.objects.exists()
    assert counts(import_file("usage", path)) == (95, 93, 0, 2)


def test_another_file_or_another_way_to_read_it_begins_anew(acme: Sender, dies: list[int]) -> None:
    path = acme.write("usage", *ROWS)
    dies[0] = 4
    with pytest.raises(Dead):
        import_file("usage", path)
    assert counts(import_file("usage", path, known_at="occurred")) == (95, 63, 30, 2)
    assert counts(import_file("usage", acme.write("usage", *ROWS, ROWS[0]))) == (96, 0, 94, 2)
    assert counts(import_file("usage", acme.write("usage", *ROWS))) == (95, 30, 63, 2)


def test_a_batch_that_somebody_reads_is_left_to_him(acme: Sender) -> None:
    path = acme.write("usage", *ROWS)
    inside, leave = threading.Event(), threading.Event()
    reports = []

    def first() -> None:
        def wait(rows: int) -> None:
            inside.set()
            leave.wait(20)

        try:
            reports.append(import_file("usage", path, progress=wait))
        finally:
            connections.close_all()

    thread = threading.Thread(target=first)
    thread.start()
    assert inside.wait(20)
    assert counts(import_file("usage", path)) == (95, 83, 10, 2)
    batches.close_interrupted()
    leave.set()
    thread.join()
    assert [counts(report) for report in reports] == [(95, 10, 83, 2)]
    assert UsageEvent.objects.count() == 93


def test_others_come_in_between_two_parts(acme: Sender) -> None:
    def between(rows: int) -> None:
        if rows == 10:
            acme("accounts", "A9,Nine")

    path = acme.write("usage", *ROWS)
    assert counts(import_file("usage", path, progress=between)) == (95, 94, 0, 1)
    assert open_rejects() == [("usage", 42, "bad_moment")]


def test_a_row_of_an_early_part_that_is_taken_in_before_the_last_is_counted_once(
    acme: Sender,
) -> None:
    def between(rows: int) -> None:
        if rows == 20:
            acme("people", "P77,A1,zed@a1.example,Zed")

    rows = [*ROWS[:3], "e3,A1,P77,x,2026-11-20T09:00:03Z,1", *ROWS[4:30]]
    report = import_file("usage", acme.write("usage", *rows), progress=between)
    batch = Batch.objects.get(source="usage")
    assert counts(report) == counts(batch) == (30, 30, 0, 0)
    assert UsageEvent.objects.filter(batch_id=batch.pk).count() == 30
    assert open_rejects() == []


def test_whoever_goes_on_twice_with_a_file_leaves_no_lock_behind(acme: Sender) -> None:
    path = acme.write("usage", *ROWS)
    for rows in (10, 30):
        with pytest.raises(RuntimeError):
            import_file("usage", path, progress=stops_at(rows))
    elsewhere(lambda: import_file("usage", path))
    assert table(Batch, "state", "received", "created", source="usage") == [("finished", 95, 93)]


def test_where_it_goes_on_is_looked_up_once_the_batch_is_ones_own(
    acme: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, fetch = acme.write("usage", *ROWS), parts.fetch

    def stored(rows: int) -> None:
        with pytest.raises(RuntimeError):
            import_file("usage", path, progress=stops_at(rows))

    elsewhere(lambda: stored(10))
    faster = [30]

    def fetched(query: str, values: object = ()) -> object:
        if "try_advisory" in query and faster:  # another goes on with it first, and stops too
            rows = faster.pop()
            elsewhere(lambda: stored(rows))
        return fetch(query, values)  # type: ignore[arg-type]

    monkeypatch.setattr(parts, "fetch", fetched)
    import_file("usage", path)
    assert table(Batch, "received", "created", "duplicate", source="usage") == [(95, 93, 0)]


def stops_at(rows: int) -> Callable[[int], None]:
    """What goes wrong once so many rows are stored."""

    def stop(done: int) -> None:
        if done == rows:
            raise RuntimeError

    return stop


def elsewhere(work: Callable[[], object]) -> None:
    """In another session, which ends with it."""

    def run() -> None:
        try:
            work()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


def test_a_dead_import_is_closed_as_what_it_is(
    acme: Sender, dies: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    dies[0] = 3
    killed(monkeypatch, lambda: acme("usage", *ROWS))
    monkeypatch.setattr(batches, "PATIENCE", batches.PATIENCE * 0)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE metrics_batch SET started_at = started_at - interval '1 hour'")
    batches.close_interrupted()
    batch = Batch.objects.get(source="usage")
    assert (batch.state, batch.received, batch.error) == ("partial", 20, batches.STOPPED)


def applying(acme: Sender) -> Upload:
    """An upload of ROWS that somebody has asked to apply."""
    data = acme.write("usage", *ROWS).read_bytes()
    upload = Upload.objects.receive("usage", [data], file_name="usage.csv")
    names = data.decode().splitlines()[0].split(",")
    mapping = {"columns": {name: {"from": name} for name in names}}
    Upload.objects.filter(pk=upload.pk).update(
        state="applying", mapping=mapping, asked_at="2026-11-22T11:59:00Z"
    )
    return upload


def test_an_upload_whose_worker_died_goes_on_by_itself(
    acme: Sender, dies: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = applying(acme)
    dies[0] = 6
    killed(monkeypatch, work_uploads)
    upload.refresh_from_db()
    assert (upload.state, upload.claimed_at is None) == ("applying", False)
    recover_uploads()
    assert work_uploads() == 1
    upload.refresh_from_db()
    assert upload.state == "applied"
    assert table(Batch, "state", "received", "accepted", source="usage") == [("finished", 95, 93)]
    assert UsageEvent.objects.count() == 93


@pytest.mark.parametrize(
    ("error", "state", "says"),
    [
        (OperationalError("the connection is lost"), "applying", ""),
        (InterfaceError("the connection is closed"), "applying", ""),
        (ValueError("a mistake of ours"), "checked", HALF.format(error="ValueError")),
    ],
    ids=["lost", "closed", "our mistake"],
)
def test_an_upload_whose_connection_was_cut_goes_on_by_itself_and_no_other(
    acme: Sender, monkeypatch: pytest.MonkeyPatch, error: Exception, state: str, says: str
) -> None:
    real, done = parts.Parts._store, [0]

    def store(self: parts.Parts, part: object) -> object:
        done[0] += 1
        if done[0] == 6:
            raise error
        return real(self, part)  # type: ignore[arg-type]

    monkeypatch.setattr(parts.Parts, "_store", store)
    upload = applying(acme)
    assert work_uploads() == 1
    upload.refresh_from_db()
    assert (upload.state, upload.error, upload.claimed_at) == (state, says, None)
    assert table(Batch, "state", "received", source="usage") == [("partial", 50)]
    Upload.objects.update(state="applying")  # by a tick, or by whoever applies it again
    assert work_uploads() == 1
    upload.refresh_from_db()
    assert upload.state == "applied"
    assert table(Batch, "state", "received", "accepted", source="usage") == [("finished", 95, 93)]
    assert UsageEvent.objects.count() == 93


def test_of_a_file_that_cannot_be_read_to_its_end_nothing_stays(acme: Sender) -> None:
    with pytest.raises(FileError, match="More than 90 rows"):
        acme("usage", *ROWS, limits=Limits(max_rows=90))
    assert table(Batch, "state", source="usage") == [("undone",)]
    assert not UsageEvent.objects.exists()


def _all_data_go() -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE accounts_account, metrics_usageevent, metrics_batch CASCADE")


def _is_undone() -> None:
    batch = Batch.objects.get(source="usage")
    batches.stop(batch.pk, "")
    batch.refresh_from_db()
    assert batch.ask_undo(by=None)  # type: ignore[arg-type]


def _is_taken_for_dead() -> None:
    batches.stop(Batch.objects.get(source="usage").pk, batches.STOPPED)


@pytest.mark.parametrize(
    ("ends", "says", "events", "left"),
    [
        (_all_data_go, batches.GONE, 0, []),
        (_is_undone, batches.UNDONE, 30, [("partial", 30, 30)]),
        (_is_taken_for_dead, batches.STOPPED, 30, [("partial", 30, 30)]),
    ],
    ids=["removed", "undone", "stopped"],
)
def test_a_batch_that_ends_while_its_file_is_read_says_how(
    acme: Sender, ends: Callable[[], None], says: str, events: int, left: list[object]
) -> None:
    def meanwhile(rows: int) -> None:
        if rows == 30:
            ends()

    path = acme.write("usage", *ROWS)
    with pytest.raises(FileError) as found:
        import_file("usage", path, progress=meanwhile)
    assert str(found.value) == says
    assert table(Batch, "state", "received", "accepted", source="usage") == left
    assert UsageEvent.objects.count() == events


def test_the_page_of_an_upload_says_that_its_import_was_undone_meanwhile(
    acme: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, done = parts.Parts._store, [0]

    def store(self: parts.Parts, part: object) -> object:
        done[0] += 1
        if done[0] == 4:
            _is_undone()
        return real(self, part)  # type: ignore[arg-type]

    monkeypatch.setattr(parts.Parts, "_store", store)
    upload = applying(acme)
    assert work_uploads() == 2  # the undo that was asked for is done at once
    upload.refresh_from_db()
    assert (upload.state, upload.error) == ("checked", batches.UNDONE)
    assert table(Batch, "state", source="usage") == [("undone",)]
    assert not UsageEvent.objects.exists()
