"""Things that are stored once and kept up to date: people, features, milestones, source states.

An empty cell means unknown and changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, ClassVar

from accounts.models import Change
from metrics.ingest.changes import Changes
from metrics.ingest.delivery import Delivery
from metrics.ingest.directory import Beginnings, Directory, Nowhere
from metrics.ingest.folding import FoldingLoader, Stored, differences, placed
from metrics.ingest.journal import Journal
from metrics.ingest.tables import fetch, insert_records, update_records
from metrics.sources.base import Values
from metrics.sources.catalogue import FEATURES, MILESTONES, SOURCE_STATUS


class EntityLoader(FoldingLoader):
    """Inserts what is new and updates what changed, each in one statement per chunk; what the
    changed rows said before is kept beside them.
    """

    table: ClassVar[str]
    kind: ClassVar[Change.Kind]
    fields: ClassVar[tuple[str, ...]]
    # columns that go with a change of others, such as when it became known
    derived: ClassVar[tuple[str, ...]] = ()
    # columns that a score reads
    scored: ClassVar[tuple[str, ...]]

    def __init__(self, delivery: Delivery) -> None:
        super().__init__(delivery)
        self.changes = Changes(self.kind, delivery)
        self.journal = Journal(self.table, delivery)
        self.created: list[Stored] = []
        self.changed: dict[int, Stored] = {}

    def merge(self, state: Stored, values: Values) -> Stored:
        return differences(state, values, self.fields)

    def change(self, state: Stored, changed: Stored) -> Stored:
        # what this chunk creates is not written yet: its record is changed in place
        if "id" in state:
            before = {name: state[name] for name in self.scored if name in changed}
            self.changes.note(state["id"], account_id=self.account_of(state), before=before)
            self.journal.note(state, changed, (*self.fields, *self.derived))
            self.changed[state["id"]] = state
        state.update(changed)
        return state

    def account_of(self, state: Stored) -> int:
        """The account that a stored thing belongs to; 0 where it belongs to none."""
        account_id: int | None = state.get("account_id")
        return account_id or 0

    def add(self, state: Stored) -> Stored:
        """Remembers something new."""
        self.created.append(state)
        return state

    def write(self) -> None:
        insert_records(self.table, self.created)
        columns = (*self.fields, *self.derived)
        update_records(self.table, list(self.changed.values()), columns=columns)
        self.changes.write()
        self.journal.write()
        self.created, self.changed = [], {}


class FeaturesLoader(EntityLoader):
    """Features by key. One that was only seen in usage becomes a described one."""

    source = FEATURES
    table = "metrics_feature"
    kind = Change.Kind.FEATURE
    fields = ("name", "level", "personas", "released_on")
    derived = ("is_declared",)
    scored = ("level", "personas", "released_on")

    def key(self, values: Values) -> Any:
        return values["key"]

    def fetch(self, keys: Collection[Any]) -> dict[Any, Stored]:
        query = "SELECT * FROM metrics_feature WHERE key = ANY(%s)"
        return {record["key"]: record for record in fetch(query, [sorted(keys)])}

    def create(self, values: Values) -> Stored:
        return self.add(
            {
                "key": values["key"],
                "name": values["name"] or values["key"],
                "level": values["level"] or "core",
                "personas": values["personas"] or [],
                "released_on": values["released_on"],
                "is_declared": True,
                "batch_id": self.delivery.batch_id,
            }
        )

    def merge(self, state: Stored, values: Values) -> Stored:
        changed = super().merge(state, values)
        return changed if state["is_declared"] else changed | {"is_declared": True}

    def write(self) -> None:
        new = sorted(state["key"] for state in self.created)
        super().write()
        # a feature does not say itself since when it is known
        found = fetch("SELECT id FROM metrics_feature WHERE key = ANY(%s) ORDER BY id", [new])
        self.changes.note_new(record["id"] for record in found)
        self.changes.write()


class MilestonesLoader(EntityLoader):
    """Milestones by account and name."""

    source = MILESTONES
    table = "accounts_milestone"
    kind = Change.Kind.MILESTONE
    fields = ("due_on", "completed_on", "is_value", "owner")
    derived = ("completed_known_at",)
    scored = ("due_on", "completed_on", "is_value", *derived)

    def __init__(self, delivery: Delivery) -> None:
        super().__init__(delivery)
        self._directory = Directory()
        self._beginnings = Beginnings(delivery)

    def place(self, rows: list[Values]) -> Iterable[Values | Nowhere]:
        return placed(self._directory, [row | {"is_value": row["value"]} for row in rows])

    def key(self, values: Values) -> Any:
        return values["account_id"], values["name"]

    def fetch(self, keys: Collection[Any]) -> dict[Any, Stored]:
        query = """
        SELECT m.* FROM accounts_milestone m
        JOIN unnest(%s::bigint[], %s::text[]) AS k(account_id, name) USING (account_id, name)
        """
        accounts, names = [key[0] for key in keys], [key[1] for key in keys]
        found = fetch(query, [accounts, names])
        return {(record["account_id"], record["name"]): record for record in found}

    def create(self, values: Values) -> Stored:
        return self.add(
            {
                "account_id": values["account_id"],
                "name": values["name"],
                "due_on": values["due_on"],
                "completed_on": values["completed_on"],
                "is_value": bool(values["is_value"]),
                "owner": values["owner"] or "",
                "completed_known_at": self._completed(values["completed_on"]),
                # a plan is as old as its account, whenever it was written down
                "known_at": self._beginnings.known_at(values["account_id"]),
                "batch_id": self.delivery.batch_id,
            }
        )

    def merge(self, state: Stored, values: Values) -> Stored:
        changed = super().merge(state, values)
        if "completed_on" in changed and state["completed_on"] is None:
            changed["completed_known_at"] = self._completed(changed["completed_on"])
        return changed

    def _completed(self, day: Any) -> Any:
        return self.delivery.known(day) if day else None


class SourceStatusLoader(EntityLoader):
    """States of sources by source, account (or everywhere) and first day."""

    source = SOURCE_STATUS
    table = "metrics_sourcestatus"
    kind = Change.Kind.SOURCE_STATUS
    fields = scored = ("to_day", "state")

    def __init__(self, delivery: Delivery) -> None:
        super().__init__(delivery)
        self._directory = Directory()

    def place(self, rows: list[Values]) -> Iterable[Values | Nowhere]:
        named = [row for row in rows if row["account_external_id"]]
        found = dict(zip(map(id, named), placed(self._directory, named), strict=True))
        for row in rows:
            place = found.get(id(row), row | {"account_id": None})
            yield place if isinstance(place, Nowhere) else place | {"to_day": row["to"]}

    def key(self, values: Values) -> Any:
        return values["source"], values["account_id"], values["from"]

    def fetch(self, keys: Collection[Any]) -> dict[Any, Stored]:
        query = "SELECT * FROM metrics_sourcestatus WHERE source = ANY(%s)"
        found = fetch(query, [sorted({key[0] for key in keys})])
        states = {(r["source"], r["account_id"], r["from_day"]): r for r in found}
        return {key: states[key] for key in keys if key in states}

    def create(self, values: Values) -> Stored:
        return self.add(
            {
                "source": values["source"],
                "account_id": values["account_id"],
                "from_day": values["from"],
                "to_day": values["to_day"],
                "state": values["state"],
                "known_at": self.delivery.known(values["from"]),
                "batch_id": self.delivery.batch_id,
            }
        )
