"""The HTTP door's way into the tables: the calls of one request in one transaction.

What comes with one key, or to one address of a webhook, within one hour is one batch, which grows:
a batch for every request would bury the list of imports. Requests run beside one another and beside
files; only those that bring accounts or people want the door for themselves, for the milliseconds
that they take.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Protocol

from django.db import transaction

from accounts.models import Organisation
from metrics.failpoints import failpoint
from metrics.ingest import batches
from metrics.ingest.aliases import store_aliases
from metrics.ingest.delivery import SLACK, Delivery, Tally
from metrics.ingest.loaders import LOADERS
from metrics.ingest.replay import replay_some
from metrics.ingest.retries import Passing, again
from metrics.ingest.tables import fetch
from metrics.models import Hook, WriteKey
from metrics.sources.base import Refusal
from metrics.sources.segment import Shaped

ORDER = ("accounts", "people", "usage")  # of one request; all other sources come alone
OPEN = """
SELECT id FROM metrics_batch
WHERE source = %(source)s AND started_at >= date_trunc('hour', clock_timestamp())
  AND write_key_id IS NOT DISTINCT FROM %(key)s AND hook_id IS NOT DISTINCT FROM %(hook)s
  AND state = 'finished' AND undo_asked_at IS NULL
ORDER BY started_at DESC LIMIT 1
"""
BEGIN = """
INSERT INTO metrics_batch (source, file_name, mapping, known_at_mode, state, error, started_at,
                           finished_at, received, accepted, duplicate, quarantined, created,
                           updated, is_undoable, write_key_id, hook_id)
VALUES (%(source)s, %(name)s, '', 'import', 'finished', '', clock_timestamp(), clock_timestamp(),
        0, 0, 0, 0, 0, 0, true, %(key)s, %(hook)s)
RETURNING id
"""


class BatchClosed(Passing):
    """The batch of this hour was asked to be undone in the meantime: another one is needed."""


@dataclass(frozen=True, kw_only=True)
class Counts:
    """received = accepted + duplicate + quarantined, of one request; a call may be two rows."""

    received: int
    accepted: int
    duplicate: int
    quarantined: int
    is_again: bool = False  # these are the counts of an earlier request with the same key

    def said(self) -> dict[str, int]:
        """Name -> count, as it is answered."""
        return {name: count for name, count in vars(self).items() if name != "is_again"}


class Repeat(Protocol):
    """A request that says who it is: `metrics.ingest.once`, `metrics.ingest.deliveries`."""

    def answered(self) -> dict[str, Any] | None:
        """What was answered before; None: nothing, and until the COMMIT it is ours."""

    def keep(self, reply: dict[str, Any], *, batch: int | None) -> None:
        """In the transaction of the facts; `batch` took them."""


def take_in(shaped: Shaped, *, key: WriteKey | Hook, once: Repeat | None = None) -> Counts:
    """Stores the calls of one request; when it returns they are committed. Safe to repeat: with
    `once` it is answered as before, and stores nothing. Raises once.InFlight, once.OtherBody.
    """

    def store() -> Counts:
        with transaction.atomic():
            if once and (said := once.answered()):
                return Counts(**said, is_again=True)
            request = _Request(shaped, key)
            counts = request.store()
            if once:
                once.keep(counts.said(), batch=request.batch)
        return counts

    return again(store, longest=0.2)


class _Request:
    def __init__(self, shaped: Shaped, key: WriteKey | Hook) -> None:
        self._shaped = shaped
        self._key = key
        self._total = Tally()
        self.batch: int | None = None  # the last one that took rows

    def store(self) -> Counts:
        """In the caller's transaction."""
        shaped = self._shaped
        brings_entities = bool(
            shaped.aliases or shaped.rows.get("accounts") or shaped.rows.get("people")
        )
        other = self._key.source if isinstance(self._key, Hook) else "usage"
        batches.enter_pushed(alone=brings_entities, source=other)
        # after the lock: a night whose cut-off is later waits for whoever holds it
        now = fetch("SELECT clock_timestamp() AS now")[0]["now"]
        zone = Organisation.current().zone
        changed = 0
        for source in ORDER if other in ORDER else (other,):
            if source == "usage" and changed:  # rows of this request come after those that wait
                replay_some(Delivery(batch_id=0, now=now, zone=zone))
            changed += self._load(source, now, zone)
        failpoint("ingest_before_commit", key="http")
        total = self._total
        return Counts(
            received=total.received,
            accepted=total.accepted,
            duplicate=total.duplicate,
            quarantined=total.quarantined,
        )

    def _load(self, source: str, now: dt.datetime, zone: dt.tzinfo) -> int:
        """Rows of one source; returns how many of them made something new or changed it."""
        rows = self._shaped.rows.get(source, [])
        refused: list[Refusal] = list(self._shaped.refused.get(source, []))
        aliases = self._shaped.aliases if source == "people" else []
        if not (rows or refused or aliases):
            return 0
        batch_id = self._batch(source)
        guessed = self._shaped.guessed
        # whose clock was corrected by when it sent; a webhook's moments are what they are
        slack = SLACK if isinstance(self._key, WriteKey) else dt.timedelta()
        delivery = Delivery(batch_id=batch_id, now=now, zone=zone, slack=slack, guessed=guessed)
        loader = LOADERS[source](delivery)
        tally = loader.tally
        tally.received = len(rows) + len(refused) + len(aliases)
        if rows:
            refused += loader.load(rows)
            loader.finish()
        if aliases:
            refused += store_aliases(aliases, tally, by=self._key.created_by_id)
        tally.quarantined = len(refused)
        batches.store_rejects(batch_id, sorted(refused, key=lambda refusal: refusal.line))
        self._grow(batch_id, tally)
        return tally.accepted

    def _batch(self, source: str) -> int:
        key, is_hook = self._key, isinstance(self._key, Hook)
        about = {
            "source": source,
            "key": None if is_hook else key.pk,
            "hook": key.pk if is_hook else None,
            "name": f"{'Webhook' if is_hook else 'HTTP'}: {key.name}"[:255],
        }
        found = fetch(OPEN, about) or fetch(BEGIN, about)
        batch_id: int = found[0]["id"]
        self.batch = batch_id
        return batch_id

    def _grow(self, batch_id: int, tally: Tally) -> None:
        """The row of the batch is locked from here to the COMMIT, which is near."""
        if not batches.grow(batch_id, tally, finished=True):
            raise BatchClosed
        total = self._total
        for name in ("received", "created", "updated", "duplicate", "quarantined"):
            setattr(total, name, getattr(total, name) + getattr(tally, name))
