"""Rows that meet something stored: new, the same, changed, or contradicting. In file order."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable
from typing import Any

from metrics.ingest.delivery import Delivery, Tally
from metrics.ingest.directory import Directory, Nowhere, Place, Who
from metrics.sources.base import BadCell, Refusal, Row, Source, Values

Stored = dict[str, Any]
EMPTY = (None, "")


class FoldingLoader(ABC):
    """Reads what is stored of the keys of a chunk, folds its rows in, and writes the rest back."""

    source: Source

    def __init__(self, delivery: Delivery) -> None:
        self.tally = Tally()
        self.delivery = delivery
        self._names = self.source.names

    def load(self, rows: list[Row]) -> list[Refusal]:
        """See `Loader`."""
        values = [dict(zip(self._names, row.values, strict=True)) for row in rows]
        refused: list[Refusal] = []
        keyed = []
        for row, found in zip(rows, self.place(values), strict=True):
            if isinstance(found, Nowhere):
                refused.append(found.refuse(row))
            else:
                keyed.append((row, self.key(found), found))
        stored = self.fetch({key for _, key, _ in keyed})
        for row, key, found in keyed:
            try:
                self._fold(stored, key, found)
            except BadCell as error:
                refused.append(row.refused(error.code, error.message, column=error.column))
        self.write()
        return refused

    def finish(self) -> None:
        """See `Loader`."""
        self.write()

    def _fold(self, stored: dict[Any, Stored], key: Any, values: Values) -> None:
        state = stored.get(key)
        if state is None:
            stored[key] = self.create(values)
            self.tally.created += 1
            return
        changed = self.merge(state, values)
        if not changed:
            self.tally.duplicate += 1
            return
        stored[key] = self.change(state, changed)
        self.tally.updated += 1

    def place(self, rows: list[Values]) -> Iterable[Values | Nowhere]:
        """The rows with the ids of accounts and people in them."""
        return rows

    @abstractmethod
    def key(self, values: Values) -> Any:
        """What the row is known by."""

    @abstractmethod
    def fetch(self, keys: Collection[Any]) -> dict[Any, Stored]:
        """What is stored under the keys, in its latest state."""

    @abstractmethod
    def create(self, values: Values) -> Stored:
        """Something new, to be written. Raises BadCell."""

    @abstractmethod
    def merge(self, state: Stored, values: Values) -> Stored:
        """What the row changes; empty where it adds nothing. Raises BadCell."""

    @abstractmethod
    def change(self, state: Stored, changed: Stored) -> Stored:
        """The state after the change, to be written."""

    @abstractmethod
    def write(self) -> None:
        """Writes what was created and changed since the last call."""


def differences(state: Stored, values: Values, fields: Iterable[str]) -> Stored:
    """Fields in which the row says something else; an empty cell is unknown and says nothing."""
    return {
        name: values[name]
        for name in fields
        if values[name] is not None and values[name] != state[name]
    }


def placed(directory: Directory, rows: list[Values]) -> Iterable[Values | Nowhere]:
    """`account_id` and `person_id` for rows that name them by external id or e-mail."""
    whos = [
        Who(
            account=row.get("account_external_id"),
            person=row.get("person_external_id"),
            email=row.get("person_email"),
        )
        for row in rows
    ]
    directory.learn(whos)
    for row, who in zip(rows, whos, strict=True):
        found = directory.place(who)
        if isinstance(found, Place):
            yield row | {"account_id": found.account_id, "person_id": found.person_id}
        else:
            yield found
