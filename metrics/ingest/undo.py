"""Undoing a batch: afterwards the tables are as if its file had never come.

Its facts go, what it changed goes back, and what it made goes unless something else refers to it
by now. Snapshots that were published stay as they are; the next night reads what is left. A batch
that later ones build upon is refused: theirs must be undone first, unless they built upon one
another (see `metrics.ingest.undo_together`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from metrics.ingest import batches, once
from metrics.ingest.tables import execute, fetch
from metrics.ingest.undo_entities import ENTITIES, built_on_entities, undo_entities
from metrics.ingest.undo_facts import VERSIONS, built_on_versions, undo_usage, undo_versions
from metrics.models import Batch, Reject, Run, Scorecard

PLAIN = {"arr_movements": "accounts_arrmovement"}
FORGET = (
    "DELETE FROM accounts_change WHERE batch_id = %s",
    "DELETE FROM metrics_replaced WHERE batch_id = %s",
)


class UndoRefused(Exception):
    """The batch stays; the message is the reason, for people."""


class NightIsOpen(Exception):
    """A night is being calculated and must not lose the facts that it reads: ask again later."""


@dataclass(kw_only=True)
class Undone:
    """Rows that went, rows that are as before, and why some had to stay."""

    removed: int = 0
    restored: int = 0
    notes: list[str] = field(default_factory=list)

    def text(self) -> str:
        """For people."""
        went = "1 row went" if self.removed == 1 else f"{self.removed:,} rows went"
        return " ".join([f"{went}, {self.restored:,} went back.", *self.notes])


def undo_batch(batch_id: int) -> Undone:
    """Undoes a finished batch in one transaction. Raises UndoRefused, or NightIsOpen."""
    _check_nights()
    with transaction.atomic():
        # nobody imports meanwhile: what a row is built on stays as it is
        batches.enter("accounts", batch_id)
        batch = Batch.objects.select_for_update().get(pk=batch_id)
        _check(batch)
        found = Undone()
        _undo(batch, found)
        for statement in FORGET:
            execute(statement, [batch_id])
        once.forget_of(batch_id)
        # what still waits must not be taken in later
        batch.rejects.filter(state=Reject.State.OPEN).update(state=Reject.State.DISMISSED)
        batch.state, batch.undone_at = Batch.State.UNDONE, timezone.now()
        batch.undo_note = found.text()
        batch.save(update_fields=["state", "undone_at", "undo_note"])
        _check_nights(and_hold=True)
    return found


def _check(batch: Batch) -> None:
    if batch.state == Batch.State.UNDONE:
        raise UndoRefused("It is undone already.")
    if batch.state not in Batch.STORED:
        raise UndoRefused("Nothing of it is stored.")
    if not batch.is_undoable:
        raise UndoRefused("It came before imports kept what they replaced.")
    later = built_on_versions(batch) if batch.source in VERSIONS else built_on_entities(batch)
    if later:
        found = Batch.objects.filter(pk=later).first()
        about = f" ({found.file_name or found.source})" if found else ""
        raise UndoRefused(
            f"Import {later}{about} changed the same rows later: undo that one first."
        )


def _check_nights(*, and_hold: bool = False) -> None:
    """`and_hold`: no run is asked for until the end of this transaction."""
    if and_hold:
        cards = [card.pk for card in Scorecard.objects.in_force()]
        list(Scorecard.objects.select_for_update().filter(pk__in=cards).order_by("pk"))
    if Run.objects.open().exists():
        raise NightIsOpen


def _undo(batch: Batch, found: Undone) -> None:
    source = batch.source
    if source == "usage":
        found.removed += undo_usage(batch.pk)
    elif source in VERSIONS:
        found.removed += undo_versions(VERSIONS[source], batch.pk)
    elif source in PLAIN:
        gone = fetch(f"DELETE FROM {PLAIN[source]} WHERE batch_id = %s RETURNING id", [batch.pk])  # noqa: S608
        found.removed += len(gone)
    elif source in ENTITIES:
        removed, restored, notes = undo_entities(ENTITIES[source], batch.pk)
        found.removed += removed
        found.restored += restored
        found.notes += notes
