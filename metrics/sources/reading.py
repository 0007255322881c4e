"""From a file of bytes to rows and refusals: records, perhaps a mapping, then each cell."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol

from metrics.sources.base import BadCell, FileError, Refusal, Row, Rules, Source, accept_all
from metrics.sources.files import open_lines
from metrics.sources.json_lines import records_of
from metrics.sources.records import UNREAD

MAX_COLUMNS = 200
# what an export of rejects adds; such a file can be corrected and imported as it is
REJECT_COLUMNS = ("reject_line", "reject_column", "reject_code", "reject_message", UNREAD)


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How much one file may hold; None: as much as it likes, it is read as a stream anyway."""

    max_bytes: int | None = None
    max_rows: int | None = None


UPLOAD = Limits(max_bytes=50_000_000, max_rows=500_000)


class Mapped(Protocol):
    """A mapping bound to the header of a file: foreign cells to canonical ones."""

    @property
    def header(self) -> tuple[str, ...]:
        """The canonical columns."""

    def __call__(self, cells: Sequence[str]) -> list[list[str]]:
        """Canonical rows, none where the row is left out. Raises BadCell."""


class Mapping(Protocol):
    """What `read_rows` needs of a mapping."""

    @property
    def delimiter(self) -> str | None:
        """Between cells; None: what the header looks like."""

    @property
    def encoding(self) -> str | None:
        """Of the file, where it has no byte-order mark."""

    def bind(self, header: tuple[str, ...]) -> Mapped:
        """Checks the header of a file. Raises FileError."""


class Parser:
    """Cells of one file to a Row. Raises FileError for a header that does not fit the source."""

    def __init__(
        self, source: Source, header: tuple[str, ...], *, rules: Rules, is_mapped: bool = False
    ) -> None:
        check_header(source, header, is_mapped=is_mapped)
        self._check = source.check
        self._header = header
        self._rules = rules
        place = {name: i for i, name in enumerate(header)}
        self._plan = [(column.kind(rules), place.get(column.name)) for column in source.columns]
        self._required = [i for i, column in enumerate(source.columns) if column.required]
        self._names = source.names

    def __call__(self, line: int, cells: Sequence[str]) -> Row | Refusal:
        """The row, or why it is refused."""
        try:
            values = [
                read(cells[at]) if at is not None and cells[at] else None for read, at in self._plan
            ]
            for i in self._required:
                if values[i] is None:
                    raise BadCell("missing_value", "must not be empty", column=self._names[i])
            if self._check is not accept_all:
                self._check(dict(zip(self._names, values, strict=True)), self._rules)
        except BadCell as error:
            column = error.column or self._blame(cells)
            bare = Row(line, (), self._header, cells)
            return bare.refused(error.code, error.message, column=column)
        return Row(line, tuple(values), self._header, cells)

    def _blame(self, cells: Sequence[str]) -> str:
        """The first column that cannot be read."""
        for name, (read, at) in zip(self._names, self._plan, strict=True):
            try:
                if at is not None and cells[at]:
                    read(cells[at])
            except BadCell:
                return name
        return ""


def check_header(source: Source, header: tuple[str, ...], *, is_mapped: bool = False) -> None:
    """Raises FileError where columns are unknown, named twice or missing."""
    check_names(header)
    known = source.names if is_mapped else source.header
    unknown = [name for name in header if name not in known and name not in REJECT_COLUMNS]
    if unknown:
        close = difflib.get_close_matches(unknown[0], known, n=1)
        hint = f"; did you mean {close[0]}?" if close else ""
        raise FileError(
            f"Line 1: {source.name} has no column {', '.join(unknown)}{hint}"
            f" Its columns are {', '.join(source.header)}; others need a mapping"
        )
    missing = [c.name for c in source.columns if c.required and c.name not in header]
    if missing:
        raise FileError(f"Line 1: the column {', '.join(missing)} is missing")


def check_names(header: tuple[str, ...]) -> None:
    """Raises FileError where a header is no list of names, or names a column twice."""
    if len(header) > MAX_COLUMNS:
        raise FileError(f"Line 1: {len(header)} columns, at most {MAX_COLUMNS} are read")
    for place, name in enumerate(header, start=1):
        if not name:
            raise FileError(f"Line 1: column {place} has no name")
        if name in header[: place - 1]:
            raise FileError(f"Line 1: the column {name} is there twice")


class Reader:
    """The rows of one file. `skipped` counts rows that the mapping leaves out."""

    def __init__(
        self,
        stream: BinaryIO,
        source: Source,
        *,
        rules: Rules,
        mapping: Mapping | None = None,
        encoding: str | None = None,
        limits: Limits | None = None,
    ) -> None:
        wanted = encoding or (mapping.encoding if mapping else None)
        lines, codec = open_lines(stream, encoding=wanted)
        delimiter = mapping.delimiter if mapping else None
        names = () if mapping else source.header
        self._records = records_of(lines, codec=codec, delimiter=delimiter, names=names)
        header = self._records.header
        check_names(header)
        self._mapped = mapping.bind(header) if mapping else None
        self._parse = Parser(
            source,
            self._mapped.header if self._mapped else header,
            rules=rules,
            is_mapped=self._mapped is not None,
        )
        self._max_rows = (limits or Limits()).max_rows
        self.skipped = 0

    def __iter__(self) -> Iterator[Row | Refusal]:
        for number, found in enumerate(self._found(), start=1):
            if self._max_rows is not None and number > self._max_rows:
                raise FileError(f"More than {self._max_rows:,} rows; send the file in parts")
            yield found

    def _found(self) -> Iterator[Row | Refusal]:
        parse, mapped = self._parse, self._mapped
        for record in self._records:
            if isinstance(record, Refusal):
                yield record
            elif mapped is None:
                yield parse(*record)
            else:
                yield from self._map(record[0], record[1], mapped)

    def _map(self, line: int, cells: list[str], mapped: Mapped) -> Iterator[Row | Refusal]:
        try:
            rows = mapped(cells)
        except BadCell as error:
            raw = Row(line, (), self._records.header, cells)
            yield raw.refused(error.code, error.message, column=error.column)
            return
        self.skipped += not rows
        for row in rows:
            yield self._parse(line, row)


def as_row(source: Source, raw: dict[str, Any], *, line: int, rules: Rules) -> Row | Refusal:
    """A stored reject's cells as a row again."""
    header = tuple(name for name in source.names if name in raw)
    missing = tuple(c.name for c in source.columns if c.required and c.name not in raw)
    parse = Parser(source, header + missing, rules=rules, is_mapped=True)
    return parse(line, [str(raw[name]) for name in header] + [""] * len(missing))
