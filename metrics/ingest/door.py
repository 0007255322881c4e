"""The CSV door: one file, one batch, one transaction. Accepted means committed."""

from __future__ import annotations

import datetime as dt
import gc
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from django.db import Error, transaction
from django.utils import timezone

from accounts.models import Organisation
from metrics.failpoints import failpoint
from metrics.ingest import batches
from metrics.ingest.delivery import BACKFILL_FROM, OLDEST, Delivery, KnownAt, Loader, Tally
from metrics.ingest.loaders import LOADERS
from metrics.ingest.parts import Parts, digest_of, held, is_large, stopped, tally_of
from metrics.ingest.replay import replay
from metrics.ingest.retries import again
from metrics.ingest.undo import NightIsOpen, UndoRefused, undo_batch
from metrics.models import Batch
from metrics.sources.base import FileError, Refusal, Row, Rules, Source
from metrics.sources.catalogue import BY_NAME
from metrics.sources.mapping import Mapping, load_mapping
from metrics.sources.reading import Limits, Reader

CHUNK = 20_000
SAMPLE = 20
Progress = Callable[[int], None]


@dataclass(frozen=True, kw_only=True)
class BatchReport:
    """What became of a file. `batch` is None for a dry run, which stores nothing.

    received = accepted + duplicate + quarantined, and accepted = created + updated. `skipped`:
    rows that the mapping leaves out, and that were so never received. `replayed`: rows of
    earlier batches that waited for what this one brought. `zone`: of moments without one.
    """

    source: str
    received: int
    accepted: int
    duplicate: int
    quarantined: int
    batch: int | None
    created: int
    updated: int
    skipped: int = 0
    replayed: int = 0
    zone: str = "UTC"
    sample: tuple[Refusal, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Whose file it is, where it came from a page: ids of user and upload, and its own name."""

    by: int | None = None
    upload: int | None = None
    file_name: str = ""


@dataclass(frozen=True, kw_only=True)
class _Job:
    source: Source
    path: Path
    known_at: KnownAt
    mapping: Mapping | None
    dry_run: bool
    encoding: str | None
    limits: Limits
    progress: Progress | None
    origin: Origin
    zone: dt.tzinfo
    now: dt.datetime = field(default_factory=timezone.now)

    def reader(self, stream: BinaryIO) -> Reader:
        """The rows of the file, judged by its own zone and the age that facts may have."""
        zone = (self.mapping.zone if self.mapping else None) or self.zone
        oldest = BACKFILL_FROM if self.known_at == "occurred" else self.now - OLDEST
        return Reader(
            stream,
            self.source,
            rules=Rules(zone=zone, now=self.now, oldest=oldest),
            mapping=self.mapping,
            encoding=self.encoding,
            limits=self.limits,
        )


def import_file(
    source: str,
    path: Path,
    *,
    known_at: KnownAt = "import",
    mapping: Path | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
    encoding: str | None = None,
    limits: Limits | None = None,
    origin: Origin | None = None,
) -> BatchReport:
    """Imports a CSV file of `source`, or only says what importing it would do.

    `progress` is called with the rows read so far. Raises FileError where the file cannot be read
    at all: then nothing of it is stored. Importing the same file again changes nothing.
    """
    if source not in BY_NAME:
        raise FileError(f"{source!r} is not a source; there are {', '.join(BY_NAME)}")
    job = _Job(
        source=BY_NAME[source],
        path=path,
        known_at=known_at,
        mapping=load_mapping(mapping, source=BY_NAME[source], data=path) if mapping else None,
        dry_run=dry_run,
        encoding=encoding,
        limits=limits or Limits(),
        progress=progress,
        origin=origin or Origin(),
        zone=Organisation.current().zone,
    )
    _check_file(job)
    return again(lambda: _attempt(job, mapping))


def _check_file(job: _Job) -> None:
    """Refuses what cannot be read before anything is written."""
    try:
        size = job.path.stat().st_size
        if job.limits.max_bytes is not None and size > job.limits.max_bytes:
            raise FileError(f"{size:,} bytes, at most {job.limits.max_bytes:,} are taken")
        with job.path.open("rb") as stream:
            job.reader(stream)
    except OSError as error:
        raise FileError(f"{job.path.name}: {error.strerror}") from error


def _attempt(job: _Job, mapping: Path | None) -> BatchReport:
    if job.dry_run:
        with transaction.atomic():
            batch = _new_batch(job, mapping)
            report = _import(job, batch)
            transaction.set_rollback(True)
        return report
    if is_large(job.source.name, job.path):
        return _import_large(job, mapping)
    batch = _new_batch(job, mapping)
    try:
        with transaction.atomic():
            return _import(job, batch)
    except BaseException as error:
        # where the connection itself is gone, the next batch finds and closes this one
        with suppress(Error):
            batches.fail(batch.pk, f"{type(error).__name__}: {error}"[:10_000])
        raise


def _import_large(job: _Job, mapping: Path | None) -> BatchReport:
    """Part after part; what was stored when it stopped is not read twice."""
    source = job.source.name
    read_as = mapping.read_text(encoding="utf-8") if mapping else ""
    digest = digest_of(job.path, read_as, job.known_at, job.encoding or "", str(job.zone))
    begun = stopped(source, digest)
    batch = begun or _new_batch(job, mapping, digest=digest)
    with held(batch.pk, is_locked=begun is not None):
        try:
            return _store_parts(job, batch)
        except BaseException as error:
            with suppress(Error):
                batches.stop(batch.pk, f"{type(error).__name__}: {error}"[:10_000])
            if isinstance(error, FileError) and not isinstance(error, batches.Closed):
                # it will never be read to its end; where a night is open an admin undoes it later
                with suppress(NightIsOpen, UndoRefused, Batch.DoesNotExist):
                    undo_batch(batch.pk)
            raise


def _store_parts(job: _Job, batch: Batch) -> BatchReport:
    batches.close_interrupted()
    delivery = Delivery(
        batch_id=batch.pk, now=timezone.now(), zone=job.zone, known_at=job.known_at, is_part=True
    )
    parts, sample = Parts(batch, delivery), list[Refusal]()
    with job.path.open("rb") as stream, _no_collections():
        reader = job.reader(stream)
        for refused in parts.store(reader):
            sample.extend(refused[: SAMPLE - len(sample)])
            if job.progress is not None:
                job.progress(parts.tally.received)
    batches.finish(batch.pk)
    batch.refresh_from_db()
    return _report(job, batch, tally_of(batch), reader=reader, sample=sample)


def _new_batch(job: _Job, mapping: Path | None, *, digest: str = "") -> Batch:
    """Visible at once, so that nobody calculates on half of the files."""
    return Batch.objects.create(
        digest=digest,
        source=job.source.name,
        file_name=(job.origin.file_name or job.path.name)[:255],
        mapping=mapping.name[:255] if mapping else "",
        known_at_mode=job.known_at,
        created_by_id=job.origin.by,
        upload_id=job.origin.upload,
    )


def _import(job: _Job, batch: Batch) -> BatchReport:
    batches.enter(job.source.name, batch.pk)
    batches.close_interrupted()
    delivery = Delivery(batch_id=batch.pk, now=timezone.now(), zone=job.zone, known_at=job.known_at)
    loader = LOADERS[job.source.name](delivery)
    with job.path.open("rb") as stream:
        reader = job.reader(stream)
        with _no_collections():
            sample = _load_all(reader, loader, batch.pk, job.progress)
    loader.finish()
    replayed = replay(delivery) if job.source.name in batches.ENTITIES else 0
    batches.finish(batch.pk, loader.tally)
    failpoint("ingest_before_commit", key=job.source.name)
    return _report(job, batch, loader.tally, reader=reader, sample=sample, replayed=replayed)


def _report(
    job: _Job,
    batch: Batch,
    tally: Tally,
    *,
    reader: Reader,
    sample: list[Refusal],
    replayed: int = 0,
) -> BatchReport:
    return BatchReport(
        source=job.source.name,
        received=tally.received,
        accepted=tally.accepted,
        duplicate=tally.duplicate,
        quarantined=tally.quarantined,
        batch=None if job.dry_run else batch.pk,
        created=tally.created,
        updated=tally.updated,
        skipped=reader.skipped,
        replayed=replayed,
        zone=str((job.mapping.zone if job.mapping else None) or job.zone),
        sample=tuple(sample),
    )


@contextmanager
def _no_collections() -> Iterator[None]:
    """Rows have no cycles; looking for some in every chunk would take a quarter of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _load_all(
    found: Iterable[Row | Refusal], loader: Loader, batch_id: int, progress: Progress | None
) -> list[Refusal]:
    """Stores chunk after chunk, so that memory does not grow with the file."""
    sample: list[Refusal] = []
    rows: list[Row] = []
    refused: list[Refusal] = []

    def flush() -> None:
        tally = loader.tally
        tally.received += len(rows) + len(refused)
        refused.extend(loader.load(rows))
        tally.quarantined += len(refused)
        refused.sort(key=lambda refusal: refusal.line)
        sample.extend(refused[: SAMPLE - len(sample)])
        batches.store_rejects(batch_id, refused)
        rows.clear()
        refused.clear()
        if progress is not None:
            progress(tally.received)

    for item in found:
        if isinstance(item, Row):
            rows.append(item)
        else:
            refused.append(item)
        if len(rows) + len(refused) >= CHUNK:
            flush()
    flush()
    return sample
