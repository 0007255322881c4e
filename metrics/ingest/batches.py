"""Batches in the ledger, their rejects, and the locks that keep deliveries apart."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence

from django.db import OperationalError, connection
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from metrics.ingest.delivery import Tally
from metrics.ingest.retries import is_locked_out
from metrics.ingest.tables import copy_rows, execute, fetch
from metrics.models import Batch
from metrics.sources.base import FileError, Refusal
from metrics.sources.catalogue import SOURCES

# namespaces of advisory locks; all are released with the transaction
DOOR = 48_710
ALIVE = 48_711
# these make rows of other sources placeable, and so must not run beside them
ENTITIES = ("accounts", "people")
PATIENCE = dt.timedelta(minutes=1)
PUSH_WAITS = "1500ms"  # less than others wait for their turn in a web process
INTERRUPTED = "interrupted: nothing of it was stored"
STOPPED = "stopped in the middle: import the same file again and it goes on where it stopped"
GONE = "all data were removed in the meantime: nothing of it is stored, import it again"
UNDONE = "undone while its file was read: nothing of it stays, import it again"
REJECT_COLUMNS = (
    "batch_id", "line", "column", "code", "message", "raw", "state", "waits_for_account",
    "waits_for_person",
)  # fmt: skip


class Shut(Exception):
    """A file is being written that a request must not run beside: nothing of it is stored."""


class Closed(FileError):
    """Somebody else has ended the batch while its file was read; the message says how."""

    def __init__(self, batch_id: int) -> None:
        batch = Batch.objects.filter(pk=batch_id).first()
        is_undone = batch and (batch.state == Batch.State.UNDONE or batch.undo_asked_at)
        super().__init__((UNDONE if is_undone else STOPPED) if batch else GONE)


def enter(source: str, batch_id: int) -> None:
    """Waits until the batch may write. Call it first in its transaction.

    Files of one source come one after another, so that the same file sent ten times at once is
    stored once; accounts and people wait for all others and let nobody beside them, so that no
    row can begin to wait for an account that has just appeared.
    """
    _take_time()
    for kind, space, number in _locks(source, batch_id):
        execute(f"SELECT pg_advisory_xact_{kind}(%s, %s)", [space, number])


def enter_pushed(*, alone: bool, source: str = "usage") -> None:
    """`enter` for the calls of a request, which nobody lets wait for long: the sender comes again.

    Requests of usage do not keep one another out: what both bring is stored once by its key; rows
    of another `source` come one request after another, as their files do. `alone`: it brings
    accounts or people. Raises Shut where the door stays shut: its sender comes again, for whoever
    tries on holds up all others of its process.
    """
    execute(f"SET LOCAL lock_timeout = '{PUSH_WAITS}'")
    kind = "lock" if alone else "lock_shared"
    try:
        execute(f"SELECT pg_advisory_xact_{kind}(%s, %s)", [DOOR, 0])
        if source != "usage" and not alone:
            execute("SELECT pg_advisory_xact_lock(%s, %s)", [DOOR, _place(source)])
    except OperationalError as error:
        if is_locked_out(error):
            raise Shut from error
        raise


def try_enter(source: str, batch_id: int) -> bool:
    """`enter` for what can as well be done a minute later: False, without waiting, where a file
    is on its way. Who looks after everything each minute must not stand behind a large one.
    """
    _take_time()
    return all(
        fetch(f"SELECT pg_try_advisory_xact_{kind}(%s, %s) AS is_free", [space, number])[0][
            "is_free"
        ]
        for kind, space, number in _locks(source, batch_id)
    )


def _take_time() -> None:
    """A role's limits are for pages and chunks; a file may take as long as it needs."""
    for limit in ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout"):
        execute(f"SET LOCAL {limit} = 0")


def _locks(source: str, batch_id: int) -> list[tuple[str, int, int]]:
    """(kind, namespace, number) in the order in which everybody takes them."""
    alive = ("lock", ALIVE, _int4(batch_id))
    if source in ENTITIES:
        return [alive, ("lock", DOOR, 0)]
    return [alive, ("lock_shared", DOOR, 0), ("lock", DOOR, _place(source))]


def _place(source: str) -> int:
    return 1 + [known.name for known in SOURCES].index(source)


def close_interrupted() -> None:
    """Batches whose process has died are closed: as failed where none of their rows is stored."""
    old = Batch.objects.filter(state=Batch.State.RUNNING, started_at__lt=timezone.now() - PATIENCE)
    for batch in old:
        if is_dead(batch.pk):
            stop(batch.pk, STOPPED if batch.received else INTERRUPTED)


def is_dead(batch_id: int) -> bool:
    """Whether nobody writes a running batch; until the end of this transaction nobody begins to."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [ALIVE, _int4(batch_id)])
        found: bool = cursor.fetchone()[0]
    return found


def stop(batch_id: int, error: str) -> None:
    """Closes a batch whose process goes on no more: what is committed of it stays."""
    running = Batch.objects.filter(pk=batch_id, state=Batch.State.RUNNING)
    if not running.filter(received__gt=0).update(
        state=Batch.State.PARTIAL, error=error, finished_at=timezone.now()
    ):
        fail(batch_id, error)


def grow(batch_id: int, tally: Tally, *, finished: bool = False) -> bool:
    """Adds what one transaction brought to a running batch, or to a `finished` one that has no end;
    False where it takes nothing any more. Its row is locked from here to the COMMIT.
    """
    state = Batch.State.FINISHED if finished else Batch.State.RUNNING
    return bool(
        Batch.objects.filter(pk=batch_id, state=state, undo_asked_at=None).update(
            finished_at=Now() if finished else None,
            received=F("received") + tally.received,
            accepted=F("accepted") + tally.accepted,
            duplicate=F("duplicate") + tally.duplicate,
            quarantined=F("quarantined") + tally.quarantined,
            created=F("created") + tally.created,
            updated=F("updated") + tally.updated,
        )
    )


def fail(batch_id: int, error: str) -> None:
    """Closes a batch that could not be read to its end."""
    Batch.objects.filter(pk=batch_id, state=Batch.State.RUNNING).update(
        state=Batch.State.FAILED, error=error, finished_at=timezone.now()
    )


def finish(batch_id: int, tally: Tally | None = None) -> None:
    """Closes a batch; the database refuses counts that do not add up. Without a `tally` they stand
    there already. Raises Closed where it is gone or undone: that was done while its file waited at
    the door, and it must not come after.
    """
    names = ("received", "accepted", "duplicate", "quarantined", "created", "updated")
    counts = {name: getattr(tally, name) for name in names} if tally else {}
    closed = Batch.objects.filter(pk=batch_id, undone_at=None).update(
        state=Batch.State.FINISHED, finished_at=timezone.now(), **counts
    )
    if not closed:
        raise Closed(batch_id)


def move(batch_id: int, tally: Tally) -> None:
    """Rows that waited have been taken in: from quarantined to what became of them."""
    Batch.objects.filter(pk=batch_id).update(
        accepted=F("accepted") + tally.accepted,
        duplicate=F("duplicate") + tally.duplicate,
        created=F("created") + tally.created,
        updated=F("updated") + tally.updated,
        quarantined=F("quarantined") - tally.accepted - tally.duplicate,
    )


def store_rejects(batch_id: int, refusals: Sequence[Refusal]) -> None:
    """Keeps refused rows with their reasons."""
    if refusals:
        copy_rows("metrics_reject", REJECT_COLUMNS, _rejects(batch_id, refusals))


def _rejects(batch_id: int, refusals: Iterable[Refusal]) -> Iterable[tuple[object, ...]]:
    for refusal in refusals:
        # PostgreSQL stores no NUL in text: it is shown as the sign for it
        raw = {name: cell.replace("\0", "␀") for name, cell in refusal.raw.items()}
        yield (
            batch_id,
            refusal.line,
            refusal.column[:200],
            refusal.code,
            refusal.message,
            json.dumps(raw, ensure_ascii=False),
            "open",
            refusal.waits_for_account,
            refusal.waits_for_person,
        )


def _int4(number: int) -> int:
    return number % 2**31
