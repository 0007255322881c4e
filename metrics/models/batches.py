"""The batches that brought facts, and the rows of them that were refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from metrics.models.actions import by_user

if TYPE_CHECKING:
    from accounts.models import User


class BatchQuerySet(models.QuerySet["Batch"]):
    """Adjectives for batches."""

    def to_undo(self) -> BatchQuerySet:
        """Those whose undo was asked for, the newest first: older ones may be built upon."""
        stored = self.filter(state__in=Batch.STORED, undo_asked_at__isnull=False)
        return stored.order_by("-pk")


class Batch(models.Model):
    """One delivery of rows through a door."""

    class State(models.TextChoices):
        RUNNING = "running"
        FINISHED = "finished"
        FAILED = "failed"
        # stopped in the middle of a large file: what was committed stays, the same file goes on
        PARTIAL = "partial"
        UNDONE = "undone"

    # states in which rows of it are in the tables, and can be undone
    STORED = (State.FINISHED, State.PARTIAL)

    class KnownAt(models.TextChoices):
        IMPORT = "import"
        OCCURRED = "occurred"

    source = models.CharField(max_length=20)
    file_name = models.CharField(max_length=255, blank=True)
    mapping = models.CharField(max_length=255, blank=True)
    known_at_mode = models.CharField(max_length=8, choices=KnownAt.choices, default=KnownAt.IMPORT)
    state = models.CharField(max_length=8, choices=State.choices, default=State.RUNNING)
    error = models.TextField(blank=True)
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    received = models.BigIntegerField(default=0)
    accepted = models.BigIntegerField(default=0)
    duplicate = models.BigIntegerField(default=0)
    quarantined = models.BigIntegerField(default=0)
    # of the accepted: rows that made something new, and rows that changed something known
    created = models.BigIntegerField(default=0)
    updated = models.BigIntegerField(default=0)
    # nobody: a command
    created_by = by_user()
    upload = models.ForeignKey(
        "metrics.Upload", null=True, blank=True, on_delete=models.SET_NULL, related_name="batches"
    )
    # what came over HTTP with one key within one hour is one batch, which grows
    write_key = models.ForeignKey(
        "metrics.WriteKey",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="batches",
        db_index=False,
    )
    # and so is what came to one address of a webhook
    hook = models.ForeignKey(
        "metrics.Hook",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="batches",
        db_index=False,
    )
    # of a file that is committed in parts: sha256 of its bytes and of how they are read
    digest = models.CharField(max_length=64, blank=True, db_default="")
    # False: what it replaced was not kept yet when it came
    is_undoable = models.BooleanField(default=True, db_default=False)
    undo_asked_at = models.DateTimeField(null=True, blank=True)
    undone_by = by_user()
    undone_at = models.DateTimeField(null=True, blank=True)
    # why it was not undone, or what of it had to stay
    undo_note = models.TextField(blank=True, db_default="")

    objects = BatchQuerySet.as_manager()

    class Meta:
        indexes = [
            # freshness per source: the newest batches first; a key's batch of this hour
            models.Index(fields=["source", "-started_at"], name="batch_source_newest")
        ]
        constraints = [
            models.CheckConstraint(
                name="batch_law_of_counts",
                condition=~Q(state__in=["finished", "undone"])
                | Q(received=F("accepted") + F("duplicate") + F("quarantined")),
            ),
            models.CheckConstraint(
                name="batch_undone_has_a_moment",
                condition=Q(state="undone", undone_at__isnull=False)
                | (~Q(state="undone") & Q(undone_at__isnull=True)),
            ),
            # a file that was uploaded once is stored once, whoever applies it how often
            models.UniqueConstraint(
                fields=["upload"],
                condition=Q(state__in=["finished", "undone"]),
                name="batch_upload_once",
            ),
            models.CheckConstraint(
                name="batch_counts_are_not_negative",
                condition=Q(accepted__gte=0, duplicate__gte=0, quarantined__gte=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} batch {self.pk}"

    @property
    def can_be_undone(self) -> bool:
        """Whether an undo may be asked for."""
        return self.state in self.STORED and self.is_undoable and not self.undo_asked_at

    @property
    def is_being_undone(self) -> bool:
        """Whether an undo is asked for and not done."""
        return self.state in self.STORED and self.undo_asked_at is not None

    def ask_undo(self, *, by: User) -> bool:
        """Puts the undo down for a worker; False where it is undone or asked for already."""
        open_ = Batch.objects.filter(
            pk=self.pk, state__in=self.STORED, is_undoable=True, undo_asked_at=None
        )
        asked = open_.update(undo_asked_at=timezone.now(), undone_by=by, undo_note="")
        return asked == 1

    def keep(self, reason: str) -> None:
        """It could not be undone."""
        Batch.objects.filter(pk=self.pk, state__in=self.STORED).update(
            undo_asked_at=None, undone_by=None, undo_note=reason
        )


class Reject(models.Model):
    """A row that was refused or waits, with its reason; nothing is dropped silently."""

    class State(models.TextChoices):
        OPEN = "open"
        REPLAYED = "replayed"
        DISMISSED = "dismissed"

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="rejects")
    line = models.BigIntegerField()
    column = models.CharField(max_length=200, blank=True)
    code = models.CharField(max_length=40)
    message = models.TextField()
    raw = models.JSONField(help_text="the row as column -> text, so that it can be replayed")
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    waits_for_account = models.CharField(max_length=200, blank=True)
    waits_for_person = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["batch", "line"], name="reject_batch_line"),
            # replay when the account or person appears
            models.Index(
                fields=["waits_for_account"],
                name="reject_waits_for_account",
                condition=Q(state="open") & ~Q(waits_for_account=""),
            ),
            models.Index(
                fields=["waits_for_person"],
                name="reject_waits_for_person",
                condition=Q(state="open") & ~Q(waits_for_person=""),
            ),
        ]

    def __str__(self) -> str:
        return f"line {self.line}: {self.message}"
