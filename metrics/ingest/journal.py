"""What a batch replaces, so that it can be undone: of changed rows the columns before and after."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from typing import Any

from metrics.ingest.delivery import Delivery
from metrics.ingest.tables import copy_rows

COLUMNS = ("batch_id", "table", "object_id", "before", "after")


class Journal:
    """Notes of one batch about one table, written a chunk at a time."""

    def __init__(self, table: str, delivery: Delivery) -> None:
        self._table = table
        self._batch_id = delivery.batch_id
        self._rows: list[tuple[Any, ...]] = []

    def note(self, state: dict[str, Any], changed: dict[str, Any], names: Iterable[str]) -> None:
        """Columns of a stored row that change. What the batch itself made goes as a whole."""
        if state["batch_id"] == self._batch_id:
            return
        before = {name: state[name] for name in names if name in changed}
        after = {name: changed[name] for name in before}
        if before:
            found = (self._batch_id, self._table, state["id"], _json(before), _json(after))
            self._rows.append(found)

    def write(self) -> None:
        """In the order in which they were noted."""
        copy_rows("metrics_replaced", COLUMNS, self._rows)
        self._rows = []


def _json(values: dict[str, Any]) -> str:
    return json.dumps(values, default=_iso)


def _iso(value: Any) -> str:
    if isinstance(value, dt.date):
        return value.isoformat()
    raise TypeError(f"{value!r} has no form in JSON")
