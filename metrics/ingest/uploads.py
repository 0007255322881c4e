"""What workers do for pages: dry runs and imports of uploaded files, and undos. The rows in the
database say what there is to do; whoever comes first does it.

A worker holds the lock of an upload on a connection of its own, on which it also tells how far it
is: the import's own transaction shows nothing until it ends. The lock goes with the process, so
that one which is free while the upload is claimed tells of a worker that died.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import tomli_w
from django.db import Error, connection, transaction
from django.utils import timezone

from metrics.ingest import batches
from metrics.ingest.door import BatchReport, Origin, import_file
from metrics.ingest.retries import is_cut_off
from metrics.ingest.undo import NightIsOpen, UndoRefused, undo_batch
from metrics.models import Batch, Upload
from metrics.sources.base import FileError
from metrics.sources.reading import UPLOAD

log = logging.getLogger(__name__)
UPLOADS = 48_712  # namespace of advisory locks
EVERY = 0.5  # seconds between two words about progress
INTERRUPTED = "The worker was stopped in the middle. Nothing of the file is stored: apply it again."
DIED = "The worker was stopped in the middle. Check the file again."
FAILED = "Something went wrong on our side: {error}. Nothing of the file is stored."
HALF = (
    "Something went wrong on our side: {error}. What was stored before stays: apply it again, and"
    " it goes on from there."
)


def work_uploads() -> int:
    """Does all that waits; returns how many. Safe to repeat, and beside other workers."""
    done = 0
    for upload in Upload.objects.waiting():
        done += _work_on(upload)
    for batch in Batch.objects.to_undo():
        done += _undo(batch)
    return done


def is_work_waiting() -> bool:
    """Whether a worker should be woken."""
    return Upload.objects.waiting().exists() or Batch.objects.to_undo().exists()


def recover_uploads() -> None:
    """Sets uploads right whose worker has died, and forgets those that nobody went on with."""
    for upload in Upload.objects.claimed():
        with _watched(upload) as watch:
            if watch:
                _set_right(upload)
    Upload.objects.forget(timezone.now())


class Watch:
    """A connection beside the import's: the lock of an upload, and how far it is."""

    def __init__(self, upload: Upload) -> None:
        self._upload_id = upload.pk
        self._connection = connection.copy()
        self._told = time.monotonic()

    def lock(self) -> bool:
        """False where a living worker has it."""
        with self._connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [UPLOADS, self._upload_id])
            return bool(cursor.fetchone()[0])

    def tell(self, rows: int) -> None:
        """Rows read so far, committed at once; not more often than somebody looks."""
        now = time.monotonic()
        if now - self._told < EVERY:
            return
        self._told = now
        with self._connection.cursor() as cursor:
            cursor.execute(
                "UPDATE metrics_upload SET rows_done = %s WHERE id = %s", [rows, self._upload_id]
            )

    def close(self) -> None:
        """Gives the lock back at once: a server notices only later that a connection is gone."""
        try:
            with suppress(Error), self._connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock_all()")
        finally:
            self._connection.close()


@contextmanager
def _watched(upload: Upload) -> Iterator[Watch | None]:
    """The watch over an upload; None where another worker has it."""
    watch = Watch(upload)
    try:
        yield watch if watch.lock() else None
    finally:
        watch.close()


def _work_on(upload: Upload) -> bool:
    with _watched(upload) as watch:
        if watch is None or not upload.claim():
            return False
        upload.refresh_from_db()
        if _is_stored(upload):
            upload.applied()
            return True
        try:
            report = _import(upload, watch)
        except FileError as error:
            upload.failed(str(error))
        except Exception as error:
            log.exception("upload %s failed", upload.pk)
            _stopped(upload, error)
        else:
            _close(upload, report)
    return True


def _stopped(upload: Upload, error: Exception) -> None:
    """A large file whose connection was cut goes on by itself, as one whose worker died; a COMMIT
    whose answer was lost is a COMMIT all the same.
    """
    if _is_stored(upload):
        upload.applied()
        return
    is_half = upload.batches.filter(state=Batch.State.PARTIAL).exists()
    if not (is_half and is_cut_off(error) and upload.go_on()):
        upload.failed((HALF if is_half else FAILED).format(error=type(error).__name__))


def _is_stored(upload: Upload) -> bool:
    ended = [Batch.State.FINISHED, Batch.State.UNDONE]
    return upload.batches.filter(state__in=ended).exists()


def _close(upload: Upload, report: BatchReport) -> None:
    if upload.state == Upload.State.APPLYING:
        upload.applied()
    else:
        upload.checked(as_json(report))


def _import(upload: Upload, watch: Watch) -> BatchReport:
    """One file through the ordinary door, out of a folder that is gone afterwards."""
    with TemporaryDirectory(prefix="healthscore-") as folder:
        path, mapping = Path(folder) / "upload.csv", Path(folder) / "mapping.toml"
        with path.open("wb") as stream:
            stream.writelines(upload.chunks())
        mapping.write_text(tomli_w.dumps(upload.mapping), encoding="utf-8")
        return import_file(
            upload.source,
            path,
            known_at="occurred" if upload.known_at_mode == "occurred" else "import",
            mapping=mapping,
            dry_run=upload.state == Upload.State.CHECKING,
            progress=watch.tell,
            limits=UPLOAD,
            origin=Origin(by=upload.asked_by_id, upload=upload.pk, file_name=upload.file_name),
        )


def as_json(report: BatchReport) -> dict[str, Any]:
    """A report as it is kept with the upload."""
    found = {name: value for name, value in asdict(report).items() if name != "sample"}
    found["sample"] = [
        {
            "line": refusal.line,
            "column": refusal.column,
            "code": refusal.code,
            "message": _plain(refusal.message),
            "value": _plain(refusal.raw.get(refusal.column, ""))[:200],
            "waits": bool(refusal.waits_for_account or refusal.waits_for_person),
        }
        for refusal in report.sample
    ]
    return found


def _plain(text: str) -> str:
    """PostgreSQL stores no NUL and no lone surrogate in text."""
    return text.replace("\0", "␀").encode("utf-8", "backslashreplace").decode("utf-8")


def _set_right(upload: Upload) -> None:
    """Its worker is dead; the import itself ended with it, or was committed the moment before."""
    upload.refresh_from_db()
    if not (upload.is_working and upload.claimed_at):
        return
    for batch in upload.batches.filter(state=Batch.State.RUNNING):
        with transaction.atomic():
            if not batches.is_dead(batch.pk):
                return
            batches.stop(batch.pk, batches.STOPPED if batch.received else batches.INTERRUPTED)
    if upload.batches.filter(state=Batch.State.PARTIAL).exists() and upload.go_on():
        return
    if _is_stored(upload):
        upload.applied()
    else:
        upload.failed(INTERRUPTED if upload.state == Upload.State.APPLYING else DIED)


def _undo(batch: Batch) -> bool:
    try:
        undo_batch(batch.pk)
    except NightIsOpen:
        return False
    except UndoRefused as refused:
        batch.keep(str(refused))
    except Exception as error:
        log.exception("undo of batch %s failed", batch.pk)
        with suppress(Error):
            batch.keep(FAILED.format(error=type(error).__name__))
    return True
