"""Files that were uploaded, on their way from a browser to a worker, and what imports replaced.

The bytes lie in the database in parts: the page that takes a file and the worker that reads it may
run on different machines.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from metrics.models.actions import by_user
from metrics.models.batches import Batch

if TYPE_CHECKING:
    from accounts.models import User

PART = 1 << 20  # bytes
KEPT = dt.timedelta(days=7)  # a file that was uploaded and not imported
GIVE_UP = dt.timedelta(days=1)  # a file at which one worker after another dies


class UploadQuerySet(models.QuerySet["Upload"]):
    """Adjectives for uploads."""

    def under_way(self) -> UploadQuerySet:
        """Not imported yet, the newest first."""
        return self.exclude(state=Upload.State.APPLIED).order_by("-pk")

    def waiting(self) -> UploadQuerySet:
        """Those that a worker has something to do for, the oldest first."""
        return self.filter(state__in=Upload.WORK, claimed_at=None).order_by("asked_at", "pk")

    def claimed(self) -> UploadQuerySet:
        """Those that a worker does, or did until it died."""
        return self.filter(state__in=Upload.WORK, claimed_at__isnull=False)

    def discard(self) -> int:
        """Deletes those that no worker is at and that are not imported; returns how many."""
        with transaction.atomic():
            idle = self.under_way().filter(claimed_at=None).select_for_update()
            found = list(idle.values_list("pk", flat=True))
            Upload.objects.filter(pk__in=found).delete()
        return len(found)

    def forget(self, now: dt.datetime) -> int:
        """Deletes those that nobody went on with; not those that wait for a worker."""
        return self.filter(created_at__lt=now - KEPT).exclude(state__in=Upload.WORK).discard()

    def last_mapping(self, source: str, header: Iterable[str]) -> dict[str, Any] | None:
        """How the last imported file of the source was read, where this header fits too."""
        applied = self.filter(source=source, state=Upload.State.APPLIED).order_by("-pk")
        names = set(header)
        for mapping in applied.values_list("mapping", flat=True)[:5]:
            tables = mapping.get("columns", {}).values()
            if names >= {table["from"] for table in tables if "from" in table}:
                return dict(mapping)
        return None

    def receive(self, source: str, chunks: Iterable[bytes], **about: Any) -> Upload:
        """Stores a file in parts; memory holds one of them."""
        with transaction.atomic():
            upload = self.create(source=source, **about)
            digest, size = hashlib.sha256(), 0
            for number, part in enumerate(_parts(chunks)):
                UploadPart.objects.create(upload=upload, number=number, data=part)
                digest.update(part)
                size += len(part)
            upload.size, upload.digest = size, digest.hexdigest()
            upload.save(update_fields=["size", "digest"])
        return upload


def _parts(chunks: Iterable[bytes]) -> Iterator[bytes]:
    held = bytearray()
    for chunk in chunks:
        held += chunk
        while len(held) >= PART:
            yield bytes(held[:PART])
            del held[:PART]
    if held:
        yield bytes(held)


class Upload(models.Model):
    """A file and how far its import is. Each step is a conditional update: of two who ask at once
    one wins.
    """

    class State(models.TextChoices):
        MAPPING = "mapping", "Columns to be chosen"
        CHECKING = "checking", "Being checked"
        CHECKED = "checked", "Checked"
        APPLYING = "applying", "Being imported"
        APPLIED = "applied", "Imported"

    WORK = (State.CHECKING, State.APPLYING)

    source = models.CharField(max_length=20)
    file_name = models.CharField(max_length=255)
    size = models.BigIntegerField(default=0)
    lines = models.BigIntegerField(default=0)  # line ends: about how many rows there are
    digest = models.CharField(max_length=64, blank=True)  # sha256 of the bytes
    # what a mapping file would say: encoding, delimiter, timezone, columns
    mapping = models.JSONField(default=dict)
    known_at_mode = models.CharField(
        max_length=8, choices=Batch.KnownAt.choices, default=Batch.KnownAt.IMPORT
    )
    state = models.CharField(max_length=8, choices=State.choices, default=State.MAPPING)
    # the dry run's counts and first rejects
    report = models.JSONField(default=dict, blank=True)
    # why it is back one step
    error = models.TextField(blank=True)
    rows_done = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = by_user()
    asked_at = models.DateTimeField(null=True, blank=True)
    asked_by = by_user()
    # a worker does it; who finds the lock of a claimed one free finds a worker that died
    claimed_at = models.DateTimeField(null=True, blank=True)

    objects = UploadQuerySet.as_manager()

    class Meta:
        indexes = [
            # workers ask every minute what there is to do
            models.Index(
                fields=["asked_at"],
                condition=Q(state__in=["checking", "applying"]),
                name="upload_to_do",
            ),
            # a new file of a source asks how the last one was read
            models.Index(fields=["source", "-id"], name="upload_source_newest"),
        ]
        constraints = [
            models.CheckConstraint(
                name="upload_claimed_while_worked_on",
                condition=Q(claimed_at__isnull=True) | Q(state__in=["checking", "applying"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} upload {self.pk}"

    @property
    def is_working(self) -> bool:
        """Whether a worker does something for it, or is about to."""
        return self.state in self.WORK

    def keep_choices(self, mapping: dict[str, Any], *, known_at: str) -> bool:
        """What was chosen so far."""
        return self._move(
            self.State.MAPPING,
            before=(self.State.MAPPING,),
            mapping=mapping,
            known_at_mode=known_at,
        )

    def ask_check(self, mapping: dict[str, Any], *, known_at: str, by: User) -> bool:
        """A dry run with this mapping; False where somebody else was faster."""
        return self._move(
            self.State.CHECKING,
            before=(self.State.MAPPING, self.State.CHECKED),
            mapping=mapping,
            known_at_mode=known_at,
            asked_by=by,
            asked_at=timezone.now(),
            report={},
        )

    def ask_apply(self, *, by: User) -> bool:
        """The import itself; False where somebody else was faster, or nothing was checked."""
        return self._move(
            self.State.APPLYING,
            before=(self.State.CHECKED,),
            asked_by=by,
            asked_at=timezone.now(),
        )

    def choose_again(self) -> bool:
        """Back to the columns."""
        return self._move(self.State.MAPPING, before=(self.State.CHECKED,), report={})

    def claim(self) -> bool:
        """A worker takes it; False where another has it."""
        waiting = Upload.objects.waiting().filter(pk=self.pk)
        return waiting.update(claimed_at=timezone.now(), rows_done=0) == 1

    def go_on(self) -> bool:
        """Back among those that wait: its import was stopped in the middle and goes on from there.
        False where that was tried for long enough.
        """
        young = timezone.now() - GIVE_UP
        mine = Upload.objects.claimed().filter(pk=self.pk, state=self.State.APPLYING)
        return mine.filter(asked_at__gt=young).update(claimed_at=None) == 1

    def checked(self, report: dict[str, Any]) -> bool:
        """The dry run is over."""
        return self._move(self.State.CHECKED, before=(self.State.CHECKING,), report=report)

    def applied(self) -> bool:
        """Everything is stored, and the bytes are needed no more."""
        with transaction.atomic():
            self.parts.all().delete()
            return self._move(self.State.APPLIED, before=(self.State.APPLYING,))

    def failed(self, error: str) -> bool:
        """Back one step, with the reason."""
        back = {
            self.State.CHECKING: self.State.MAPPING,
            self.State.APPLYING: self.State.CHECKED,
        }
        return any(self._move(to, before=(at,), error=error) for at, to in back.items())

    def discard(self) -> bool:
        """Away with it, unless a worker is at it or it is imported."""
        return Upload.objects.filter(pk=self.pk).discard() == 1

    def chunks(self) -> Iterator[bytes]:
        """The bytes, a part at a time."""
        for data in self.parts.order_by("number").values_list("data", flat=True).iterator(1):
            yield bytes(data)

    def head(self) -> bytes:
        """The first part."""
        data = self.parts.filter(number=0).values_list("data", flat=True).first()
        return bytes(data or b"")

    def _move(self, state: str, *, before: tuple[str, ...], **values: Any) -> bool:
        changes = {"state": state, "claimed_at": None, "error": "", **values}
        moved = Upload.objects.filter(pk=self.pk, state__in=before).update(**changes)
        if moved:
            self.refresh_from_db()
        return moved == 1


class UploadPart(models.Model):
    """A megabyte of a file."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="parts")
    number = models.IntegerField()
    data = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["upload", "number"], name="upload_part_once")
        ]

    def __str__(self) -> str:
        return f"part {self.number} of upload {self.upload_id}"


class Replaced(models.Model):
    """Columns of a row as they were before a batch changed them, and as it left them: what an undo
    puts back. `after` is null where the whole row went.
    """

    batch_id = models.BigIntegerField()
    table = models.CharField(max_length=40)
    object_id = models.BigIntegerField()
    before = models.JSONField()
    after = models.JSONField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["batch_id", "table"], name="replaced_batch"),
            # an undo looks for later batches that changed the same rows
            models.Index(fields=["table", "object_id"], name="replaced_object"),
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.object_id} before batch {self.batch_id}"
