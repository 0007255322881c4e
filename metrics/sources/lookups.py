"""Values out of a second CSV file beside the first, such as subscription -> account."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from metrics.sources.base import BadCell, FileError, Refusal
from metrics.sources.cells import shown
from metrics.sources.files import open_lines
from metrics.sources.reading import check_names
from metrics.sources.records import Records

COMBINE = ("only", "first", "last", "sum")
Test = Callable[[Sequence[str]], bool]


@dataclass(frozen=True, kw_only=True)
class Condition:
    """A test of one cell: its text is one of `among`, or none of them where `negated`."""

    column: str
    among: frozenset[str]
    negated: bool = False

    def bind(self, place: dict[str, int]) -> Test:
        """The test of a row of a file with these columns."""
        at, among, negated = place[self.column], self.among, self.negated
        return lambda cells: (cells[at].strip() in among) is not negated


@dataclass(frozen=True, kw_only=True)
class Lookup:
    """A file whose rows are found by `key`; held in memory while the other file is read."""

    name: str
    path: Path
    key: str
    where: tuple[Condition, ...] = ()

    def read(self, take: str, *, combine: str) -> dict[str, str]:
        """Key -> the value of the column `take`. Raises FileError.

        `combine` says which row counts where several have the key: the first, the last, the sum
        of all; with `only` they must all say the same.
        """
        try:
            with self.path.open("rb") as stream:
                lines, codec = open_lines(stream)
                return self._collect(Records(lines, codec=codec), take, combine)
        except OSError as error:
            raise FileError(f"lookup {self.name}: {self.path.name}: {error.strerror}") from error

    def _collect(self, records: Records, take: str, combine: str) -> dict[str, str]:
        check_names(records.header)
        place = {name: i for i, name in enumerate(records.header)}
        needed = [self.key, take, *(condition.column for condition in self.where)]
        for name in needed:
            if name not in place:
                raise FileError(f"lookup {self.name}: {self.path.name} has no column {name}")
        tests = [condition.bind(place) for condition in self.where]
        found: dict[str, str] = {}
        for record in records:
            if isinstance(record, Refusal):
                where = f"{self.path.name}, line {record.line}"
                raise FileError(f"lookup {self.name}: {where}: {record.message}")
            line, cells = record
            if all(test(cells) for test in tests):
                self._add(found, cells[place[self.key]].strip(), cells[place[take]], combine, line)
        return found

    def _add(self, found: dict[str, str], key: str, value: str, combine: str, line: int) -> None:
        where = f"lookup {self.name}: {self.path.name}, line {line}"
        if combine == "sum":
            try:
                total = Decimal(found.get(key, "0")) + Decimal(value.strip() or "0")
            except InvalidOperation as error:
                raise FileError(f"{where}: {shown(value)} is not a number") from error
            found[key] = format(total, "f")
        elif combine == "only" and found.get(key, value) != value:
            raise FileError(f"{where}: {shown(key)} is there twice; say which with `combine`")
        elif combine == "last" or key not in found:
            found[key] = value


def found_or_refused(found: dict[str, str], key: str, *, name: str, missing: str | None) -> str:
    """The value of `key`; without one `missing`, or BadCell where that is not given either."""
    if key in found:
        return found[key]
    if missing is None:
        raise BadCell("lookup_failed", f"lookup {name} has no {shown(key)}")
    return missing
