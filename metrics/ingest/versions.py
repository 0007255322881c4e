"""Records that live on: each state they move to is a new version, and the old ones stay.

A later row may fill in what was empty and move the record forward. A row that adds nothing, or
that is older than what is stored, is a duplicate. Anything else contradicts what was said before.
"""

from __future__ import annotations

import datetime as dt
from abc import abstractmethod
from collections.abc import Collection, Iterable
from typing import Any, ClassVar

from metrics.ingest.delivery import Delivery
from metrics.ingest.directory import Beginnings, Directory, Nowhere
from metrics.ingest.folding import EMPTY, FoldingLoader, Stored, placed
from metrics.ingest.tables import execute, fetch, insert_records
from metrics.sources.base import BadCell, Source, Values
from metrics.sources.catalogue import ARR_MOVEMENTS, SURVEYS, TICKETS, TRAINING
from metrics.sources.training import PROGRESS

OLD_COLUMNS = ("id", "is_latest")


class RecordLoader(FoldingLoader):
    """Records by external id, which no two accounts share."""

    table: ClassVar[str]
    source: Source
    needs_person: ClassVar[bool] = False
    defaults: ClassVar[Stored] = {}
    # values that say no more than an empty cell
    unknown: ClassVar[tuple[Any, ...]] = EMPTY
    # may change when the record has moved forward since
    moving: ClassVar[tuple[str, ...]] = ()
    # once true, true
    sticky: ClassVar[tuple[str, ...]] = ()

    def __init__(self, delivery: Delivery) -> None:
        super().__init__(delivery)
        self._directory = Directory(needs_person=self.needs_person)
        self._new: list[Stored] = []
        self._outdated: list[int] = []
        self.columns = [c for c in self.source.names if not c.startswith(("account_", "person_"))]
        self.columns += ["account_id", "person_id"]

    def place(self, rows: list[Values]) -> Iterable[Values | Nowhere]:
        return placed(self._directory, rows)

    def key(self, values: Values) -> Any:
        return values["external_id"]

    def fetch(self, keys: Collection[Any]) -> dict[Any, Stored]:
        query = f"SELECT * FROM {self.table} WHERE is_latest AND external_id = ANY(%s)"  # noqa: S608
        return {record["external_id"]: record for record in fetch(query, [sorted(keys)])}

    @abstractmethod
    def happened(self, values: Values) -> Any:
        """The first moment of the record: known since then, in a backfill."""

    def moved(self, values: Values) -> Any:
        """The newest moment of the record: known since then, once it has moved."""
        return self.happened(values)

    def progress(self, values: Values) -> int | None:
        """How far along the record is; None where the row does not say."""
        return None

    def create(self, values: Values) -> Stored:
        state = {
            name: self.defaults.get(name) if values[name] is None else values[name]
            for name in self.columns
        }
        state["known_at"] = self.delivery.known(self.happened(values))
        state["is_latest"] = True
        state["batch_id"] = self.delivery.batch_id
        self._new.append(state)
        return state

    def merge(self, state: Stored, values: Values) -> Stored:
        if values["account_id"] != state["account_id"]:
            message = f"{values['external_id']!r} came before, for another account"
            raise BadCell("id_conflict", message, column="account_external_id")
        before, now = self.progress(state), self.progress(values)
        step = 0 if before is None or now is None else now - before
        changed = {}
        for name in self.columns:
            new, old = values[name], state[name]
            if new in EMPTY or new == old or (new in self.unknown and old not in self.unknown):
                continue
            if self._may_change(name, old, new, step):
                changed[name] = new
        return changed

    def _may_change(self, name: str, old: Any, new: Any, step: int) -> bool:
        """Raises BadCell where the row contradicts what is stored."""
        if name in self.sticky:
            return bool(new)
        if name in self.moving and step:
            return step > 0
        if old in self.unknown:
            return True
        column = name.replace("person_id", "person_external_id")
        before, now = ("one", "another") if column != name else (_text(old), _text(new))
        raise BadCell("id_conflict", f"was {before} before, is {now} now", column=column)

    def change(self, state: Stored, changed: Stored) -> Stored:
        if "id" in state:
            self._outdated.append(state["id"])
        state["is_latest"] = False
        version = {name: value for name, value in (state | changed).items() if name != "id"}
        version["known_at"] = max(state["known_at"], self.delivery.known(self.moved(version)))
        version["is_latest"] = True
        version["batch_id"] = self.delivery.batch_id
        self._new.append(version)
        return version

    def write(self) -> None:
        if self._outdated:
            query = f"UPDATE {self.table} SET is_latest = false WHERE id = ANY(%s)"  # noqa: S608
            execute(query, [sorted(self._outdated)])
        insert_records(self.table, self._new)
        self._new, self._outdated = [], []


class TicketsLoader(RecordLoader):
    """A re-opened ticket may be solved once more, later."""

    source = TICKETS
    table = "metrics_ticket"
    defaults = {
        "severity": "", "topic": "", "maturity": "unknown", "escalated": False, "reopens": 0,
        "channel": "", "comment": "",
    }  # fmt: skip
    unknown = (*EMPTY, "unknown")
    moving = ("reopens", "solved_at")
    sticky = ("escalated",)

    def happened(self, values: Values) -> Any:
        return values["opened_at"]

    def moved(self, values: Values) -> Any:
        moments = (values["opened_at"], values["first_answer_at"], values["solved_at"])
        return max(at for at in moments if at)

    def progress(self, values: Values) -> Any:
        return values["reopens"]


class SurveysLoader(RecordLoader):
    """A survey is sent and, perhaps, answered once; then somebody may come back to her."""

    source = SURVEYS
    table = "metrics_survey"
    defaults = {"comment": ""}

    def happened(self, values: Values) -> Any:
        return min(at for at in (values["sent_at"], values["answered_at"]) if at)

    def moved(self, values: Values) -> Any:
        moments = (values["sent_at"], values["answered_at"], values["followed_up_at"])
        return max(at for at in moments if at)


class TrainingLoader(RecordLoader):
    """A course is assigned, begun and ended; always somebody's."""

    source = TRAINING
    table = "metrics_trainingrecord"
    needs_person = True
    defaults = {"persona": "", "level": ""}
    moving = ("status", "completed_at", "score")

    def __init__(self, delivery: Delivery) -> None:
        super().__init__(delivery)
        self._beginnings = Beginnings(delivery)

    def happened(self, values: Values) -> Any:
        """A course without a day is as old as its account, or a backfill's past would lack it."""
        return values["completed_at"] or self._beginnings.known_at(values["account_id"])

    def progress(self, values: Values) -> int | None:
        return PROGRESS[values["status"]]


class ArrMovementsLoader(RecordLoader):
    """Movements of revenue never change: there is one version of each."""

    source = ARR_MOVEMENTS
    table = "accounts_arrmovement"

    def __init__(self, delivery: Delivery) -> None:
        super().__init__(delivery)
        self.columns.remove("person_id")

    def fetch(self, keys: Collection[Any]) -> dict[Any, Stored]:
        query = "SELECT * FROM accounts_arrmovement WHERE external_id = ANY(%s)"
        return {record["external_id"]: record for record in fetch(query, [sorted(keys)])}

    def happened(self, values: Values) -> Any:
        return self.delivery.midnight(values["on"])

    def write(self) -> None:
        movements = [{k: v for k, v in new.items() if k not in OLD_COLUMNS} for new in self._new]
        insert_records(self.table, movements)
        self._new = []


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, dt.date) else repr(value)
