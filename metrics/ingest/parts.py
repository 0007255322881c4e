"""Large files: committed in parts, so that a process that dies loses a part and not an hour.

The same file goes on where it stopped: its batch knows how many of its rows are stored. Between two
parts whoever waits at the door is let in. Until its last part the batch is no finished one, and
nights wait for it as long as the process that reads it lives.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path

from django.db import Error, connection, transaction
from django.db.models.functions import Now

from metrics.failpoints import failpoint
from metrics.ingest import batches
from metrics.ingest.delivery import Delivery, Tally
from metrics.ingest.loaders import LOADERS
from metrics.ingest.retries import again
from metrics.ingest.tables import execute, fetch
from metrics.models import Batch
from metrics.sources.base import Refusal, Row

# sources whose rows depend on no other row of the same file
PARTED = ("usage",)
LARGE = 16 << 20  # bytes: fewer are stored as a whole
PART = 40_000  # rows: two seconds, for which others wait at the door
CHUNK = 20_000
KEEP_STATISTICS = "ANALYZE metrics_usageevent"


def is_large(source: str, path: Path) -> bool:
    """Whether the file is committed in parts."""
    return source in PARTED and path.stat().st_size >= LARGE


def digest_of(path: Path, *about: str) -> str:
    """Of the bytes of a file and of how it is read: another way to read it is another import."""
    with path.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256")
    for text in about:
        found.update(f"\0{text}".encode())
    return found.hexdigest()


@contextmanager
def held(batch_id: int, *, is_locked: bool) -> Iterator[None]:
    """Between the parts too the batch is somebody's; with the process the lock goes. `is_locked`:
    `stopped` has locked it already, and a lock that is taken twice must be let go twice.
    """
    if not is_locked:
        execute("SELECT pg_advisory_lock(%s, %s)", [batches.ALIVE, batch_id % 2**31])
    try:
        yield
    finally:
        with suppress(Error):
            _let_go(batch_id)


def stopped(source: str, digest: str) -> Batch | None:
    """The batch of the same file that was stopped in the middle, locked for who goes on with it."""
    left = (Batch.State.PARTIAL, Batch.State.RUNNING)
    found = Batch.objects.filter(source=source, digest=digest, state__in=left, received__gt=0)
    for batch in found.order_by("-pk"):
        parameters = [batches.ALIVE, batch.pk % 2**31]
        if fetch("SELECT pg_try_advisory_lock(%s, %s) AS got", parameters)[0]["got"]:
            moved = found.filter(pk=batch.pk, undo_asked_at=None)
            # what it brings from here on is known from now on: nights wait for it by this moment
            if moved.update(state=Batch.State.RUNNING, error="", started_at=Now()):
                batch.refresh_from_db()  # somebody may have gone on before the lock was ours
                return batch
            _let_go(batch.pk)
    return None


def _let_go(batch_id: int) -> None:
    execute("SELECT pg_advisory_unlock(%s, %s)", [batches.ALIVE, batch_id % 2**31])


def tally_of(batch: Batch) -> Tally:
    """What is written down of a batch: rows that waited in an early part may be in by its last."""
    return Tally(
        received=batch.received,
        created=batch.created,
        updated=batch.updated,
        duplicate=batch.duplicate,
        quarantined=batch.quarantined,
    )


class Parts:
    """Stores what a reader finds, part after part; `tally` counts the parts before it too."""

    def __init__(self, batch: Batch, delivery: Delivery) -> None:
        self._batch = batch
        self._delivery = delivery
        self._since_statistics = self._many = 0
        self.tally = tally_of(batch)

    def store(self, found: Iterable[Row | Refusal]) -> Iterator[list[Refusal]]:
        """The refusals of each part, once it is committed. What was stored before is skipped."""
        items = iter(found)
        next(islice(items, self.tally.received, self.tally.received), None)
        while part := list(islice(items, PART)):
            tally, refused = again(lambda part=part: self._store(part))  # type: ignore[misc]
            self._add(tally)
            yield refused
            self._refresh_statistics(tally.created)

    def _store(self, part: list[Row | Refusal]) -> tuple[Tally, list[Refusal]]:
        rows = [item for item in part if isinstance(item, Row)]
        refused = [item for item in part if isinstance(item, Refusal)]
        with transaction.atomic():
            batches.enter(self._batch.source, self._batch.pk)
            # a loader of its own: between two parts accounts and people may have come
            loader = LOADERS[self._batch.source](self._delivery)
            for at in range(0, len(rows), CHUNK):
                refused += loader.load(rows[at : at + CHUNK])
            loader.finish()
            tally = loader.tally
            tally.received, tally.quarantined = len(part), len(refused)
            refused.sort(key=lambda refusal: refusal.line)
            batches.store_rejects(self._batch.pk, refused)
            # before the COMMIT, which would only say that a row refers to nothing
            if not batches.grow(self._batch.pk, tally):
                raise batches.Closed(self._batch.pk)
            failpoint("ingest_before_commit", key=self._batch.source)
        return tally, refused

    def _add(self, tally: Tally) -> None:
        for name in ("received", "created", "updated", "duplicate", "quarantined"):
            setattr(self.tally, name, getattr(self.tally, name) + getattr(tally, name))

    def _refresh_statistics(self, created: int) -> None:
        """After the first part, and each time the rows have doubled since."""
        self._since_statistics += created
        if self._since_statistics > self._many:
            self._many, self._since_statistics = self._many * 2 + PART, 0
            with connection.cursor() as cursor:
                cursor.execute(KEEP_STATISTICS)
