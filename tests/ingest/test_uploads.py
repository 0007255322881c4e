"""Workers and uploads: one does it, others stand back, and one that dies leaves nothing behind."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils import timezone

from accounts.models import Account
from healthscore.celery import app
from metrics import ingest, tasks
from metrics.ingest import uploads
from metrics.ingest.batches import ALIVE
from metrics.ingest.uploads import Watch
from metrics.models import Batch, Heartbeat, Reject, Upload, UploadPart
from metrics.models.heartbeats import PURGE
from tests.ingest.sending import NOW, table
from tests.views.nights import make_user

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).parents[2]
DATA = b"external_id,name\n" + b"".join(b"A%d,Account %d\n" % (n, n) for n in range(8))
MAPPING = {"columns": {"external_id": {"from": "external_id"}, "name": {"from": "name"}}}
# a worker that waits after each two rows, so that it can be looked at, and killed
SLOW = """
import time
from django.conf import settings
settings.DATABASES["default"]["NAME"] = {name!r}
import django
django.setup()
from metrics.ingest import door, uploads
door.CHUNK, uploads.EVERY = 2, 0
class Slow(uploads.Watch):
    def tell(self, rows):
        super().tell(rows)
        print(rows, flush=True)
        time.sleep({pause})
uploads.Watch = Slow
uploads.work_uploads()
"""


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    """The real time, in place of this folder's: other processes have no other."""
    with time_machine.travel(timezone.now(), tick=True):
        yield


def make_upload(state: str = "applying", data: bytes = DATA, **over: Any) -> Upload:
    """A file that a worker has something to do for."""
    about = {"mapping": MAPPING, "lines": 9, "state": state, "asked_at": timezone.now()}
    return Upload.objects.receive("accounts", [data], file_name="crm.csv", **{**about, **over})


def slow_worker(pause: float) -> subprocess.Popen[str]:
    script = SLOW.format(name=connection.settings_dict["NAME"], pause=pause)
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "healthscore.settings_test"}
    return subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment
    )


def recovered(upload: Upload) -> Upload:
    """Once the server has noticed that the worker is gone."""
    until = time.monotonic() + 20
    while upload.state == "applying" and time.monotonic() < until:
        ingest.recover_uploads()
        upload.refresh_from_db()
        time.sleep(0.05)
    return upload


def test_a_worker_that_is_killed_leaves_nothing_and_the_file_can_be_applied_again() -> None:
    upload = make_upload()
    with slow_worker(60) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "2\n"
        # progress is seen outside of the transaction that stores the rows
        upload.refresh_from_db()
        assert (upload.state, upload.rows_done) == ("applying", 2)
        assert table(Account, "external_id") == []
        # neither another worker nor the tick takes it from a living one
        assert ingest.work_uploads() == 0
        ingest.recover_uploads()
        assert table(Batch, "state") == [("running",)]
        worker.kill()
    assert recovered(upload).state == "checked"
    assert upload.error == (
        "The worker was stopped in the middle. Nothing of the file is stored: apply it again."
    )
    assert table(Batch, "state", "error") == [("failed", "interrupted: nothing of it was stored")]
    assert table(Account, "external_id") == table(Reject, "pk") == []
    assert upload.ask_apply(by=make_user("Ada", "admin"))
    assert ingest.work_uploads() == 1
    assert len(table(Account, "external_id")) == 8
    assert table(Batch, "state", "accepted") == [("failed", 0), ("finished", 8)]
    assert UploadPart.objects.count() == 0


def test_a_worker_that_dies_in_a_dry_run_leads_back_to_the_columns() -> None:
    upload = make_upload("checking", claimed_at=timezone.now())
    ingest.recover_uploads()
    upload.refresh_from_db()
    assert (upload.state, upload.claimed_at) == ("mapping", None)
    assert upload.error == "The worker was stopped in the middle. Check the file again."


@pytest.mark.parametrize("since", [{}, {"state": "undone", "undone_at": NOW}])
def test_an_import_that_was_committed_the_moment_before_counts_as_done(
    since: dict[str, Any],
) -> None:
    upload = make_upload(claimed_at=timezone.now())
    Batch.objects.create(**{"source": "accounts", "state": "finished", "upload": upload} | since)
    ingest.recover_uploads()
    upload.refresh_from_db()
    assert (upload.state, upload.parts.count()) == ("applied", 0)


def test_a_commit_whose_answer_was_lost_is_a_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    upload, stored = make_upload(), uploads.import_file

    def cut(*given: Any, **named: Any) -> Any:
        stored(*given, **named)
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(uploads, "import_file", cut)
    assert ingest.work_uploads() == 1
    upload.refresh_from_db()
    assert (upload.state, upload.error) == ("applied", "")
    # one that an earlier release set back all the same
    Upload.objects.update(state="applying", asked_at=timezone.now())
    assert ingest.work_uploads() == 1
    assert table(Upload, "state") == [("applied",)]
    assert table(Batch, "state", "accepted") == [("finished", 8)]


def test_many_workers_at_once_import_a_file_once() -> None:
    make_upload()
    make_upload("checking")

    def work(_: int) -> int:
        try:
            return ingest.work_uploads()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(work, range(4)))
    assert sum(done) == 2
    assert table(Upload, "state") == [("applied",), ("checked",)]
    assert table(Batch, "state", "received", "accepted") == [("finished", 8, 8)]


def test_an_upload_whose_lock_another_has_is_left_to_it() -> None:
    upload = make_upload()
    watch = Watch(upload)
    assert watch.lock()
    assert ingest.work_uploads() == 0
    watch.close()
    assert ingest.work_uploads() == 1


def test_a_dry_run_of_a_living_worker_is_left_to_it() -> None:
    upload = make_upload("checking", claimed_at=timezone.now())
    watch = Watch(upload)
    assert watch.lock()
    ingest.recover_uploads()
    assert table(Upload, "state") == [("checking",)]
    watch.close()
    ingest.recover_uploads()
    assert table(Upload, "state") == [("mapping",)]


def test_an_import_that_the_server_has_not_let_go_of_is_not_closed() -> None:
    upload = make_upload(claimed_at=timezone.now())
    batch = Batch.objects.create(source="accounts", upload=upload)
    dying = connection.copy()
    with dying.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [ALIVE, batch.pk])
        ingest.recover_uploads()
        assert table(Upload, "state") == [("applying",)]
        assert table(Batch, "state") == [("running",)]
        cursor.execute("SELECT pg_advisory_unlock_all()")
    dying.close()
    ingest.recover_uploads()
    assert table(Upload, "state") == [("checked",)]
    assert table(Batch, "state") == [("failed",)]


def test_the_database_lets_no_upload_be_stored_twice() -> None:
    upload = make_upload()
    Batch.objects.create(source="accounts", state="finished", upload=upload)
    with pytest.raises(IntegrityError, match="batch_upload_once"), transaction.atomic():
        Batch.objects.create(source="accounts", state="finished", upload=upload)


def test_a_dry_run_stores_nothing_but_its_report() -> None:
    upload = make_upload("checking")
    assert ingest.work_uploads() == 1
    upload.refresh_from_db()
    assert upload.report["received"] == upload.report["created"] == 8
    assert table(Account, "pk") == table(Batch, "pk") == table(Reject, "pk") == []


def test_what_cannot_be_read_says_why_and_goes_back_a_step() -> None:
    upload = make_upload("checking", data=b"external_id,name\n1\n", mapping={"encoding": "none"})
    ingest.work_uploads()
    upload.refresh_from_db()
    assert (upload.state, upload.error) == (
        "mapping",
        "'none' is not a known text encoding",
    )


def test_a_fault_of_ours_is_told_and_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    upload = make_upload()
    monkeypatch.setattr("metrics.ingest.uploads.tomli_w.dumps", lambda _: 1 / 0)
    ingest.work_uploads()
    upload.refresh_from_db()
    assert upload.state == "checked"
    assert "ZeroDivisionError" in upload.error
    monkeypatch.undo()
    assert upload.ask_apply(by=make_user("Ada", "admin"))
    ingest.work_uploads()
    assert Account.objects.count() == 8


def messages() -> int:
    """How many wait for the workers of imports; they are taken away."""
    with app.connection_for_write() as broker:
        found: int = broker.default_channel.queue_purge("ingest")
    return found


def test_the_tick_wakes_a_worker_for_what_waits_and_a_page_does_so_at_once() -> None:
    Heartbeat.beat(PURGE)  # the day's purge, which shares the queue, is done
    messages()
    upload = make_upload()
    tasks.tick()
    assert messages() == 1
    tasks.ingest_uploads()
    upload.refresh_from_db()
    assert upload.state == "applied"
    tasks.tick()
    assert messages() == 0
    with transaction.atomic():
        tasks.import_soon()
        assert messages() == 0
    assert messages() == 1
