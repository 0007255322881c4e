"""What rows said before an import changed them: the past is read again as it was known then.

Only what a score reads is kept. A backfill notes nothing: it says how things have always been.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from typing import Any

from accounts.models import Change
from metrics.ingest.delivery import Delivery
from metrics.ingest.tables import copy_rows

COLUMNS = ("kind", "account_id", "object_id", "before", "known_at", "batch_id")


class Changes:
    """Notes of one batch about one kind of things, written a chunk at a time."""

    def __init__(self, kind: Change.Kind, delivery: Delivery) -> None:
        self._kind = kind
        self._delivery = delivery
        self._rows: list[tuple[Any, ...]] = []

    def note(self, object_id: int, *, account_id: int, before: dict[str, Any]) -> None:
        """Columns as they were; nothing is noted where none of them changed."""
        if before:
            self._add(object_id, account_id, json.dumps(before, default=_iso))

    def note_new(self, object_ids: Iterable[int]) -> None:
        """Things of no account, without a moment of their own, that were not there before."""
        for object_id in object_ids:
            self._add(object_id, 0, "null")

    def write(self) -> None:
        """In the order in which they were noted."""
        copy_rows("accounts_change", COLUMNS, self._rows)
        self._rows = []

    def _add(self, object_id: int, account_id: int, before: str) -> None:
        if self._delivery.known_at == "import":
            known_at, batch_id = self._delivery.now, self._delivery.batch_id
            self._rows.append((self._kind, account_id, object_id, before, known_at, batch_id))


def _iso(value: Any) -> str:
    if isinstance(value, dt.date):
        return value.isoformat()
    raise TypeError(f"{value!r} has no form in JSON")
