"""NDJSON: one JSON object a line, with the names of the canonical columns, or of a mapping's.

The same records come out as of a CSV file, and the same rules read them. A line is refused alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from metrics.sources.base import BadCell, FileError, Refusal
from metrics.sources.files import Line, Lines
from metrics.sources.json_text import MAX_DEPTH, BadJson, is_too_deep, load
from metrics.sources.records import EXCERPT, MAX_FIELD, UNREAD, Record
from metrics.sources.records import Records as CsvRecords

LOOKED_AT = (
    1_000  # lines of which the names are taken: an object may leave out what it does not know
)
BEGIN = b"{"


def is_ndjson(lines: Lines) -> bool:
    """Whether the first line that is not blank begins an object: no header of a table does."""
    taken: list[Line] = []
    found = b""
    while not found and (line := lines.next()) is not None:
        taken.append(line)
        found = line.data.strip()
    lines.put_back(taken)
    return found.startswith(BEGIN)


def records_of(
    lines: Lines, *, codec: str, delimiter: str | None = None, names: Iterable[str] = ()
) -> CsvRecords | JsonRecords:
    """The records of a file of either kind; `names`: what objects may say beside what the first
    ones do.
    """
    if is_ndjson(lines):
        return JsonRecords(lines, codec=codec, names=names)
    return CsvRecords(lines, codec=codec, delimiter=delimiter)


class JsonRecords:
    """`(line, cells)` in the order of `header`, or a Refusal. Blank lines are no rows."""

    delimiter = ","  # none is needed

    def __init__(self, lines: Lines, *, codec: str, names: Iterable[str] = ()) -> None:
        self._lines = lines
        self._codec = codec
        self.header = self._names(tuple(names))
        self._place = {name: at for at, name in enumerate(self.header)}

    def __iter__(self) -> Iterator[Record | Refusal]:
        while (line := self._lines.next()) is not None:
            if not line.data.strip():
                continue
            try:
                found = self._object(line)
                yield line.number, self._cells(found)
            except BadCell as error:
                yield self._refuse(line, error)

    def _names(self, known: tuple[str, ...]) -> tuple[str, ...]:
        """The `known` ones, unless the very first object has another: then a name is misspelt all
        through the file. Where none is known, those of the first objects as they come.
        """
        taken: list[Line] = []
        found: dict[str, None] = {}
        while len(taken) < LOOKED_AT and (line := self._lines.next()) is not None:
            taken.append(line)
            try:
                found |= dict.fromkeys(self._object(line))
            except BadCell:
                continue
            if known:
                break
        self._lines.put_back(taken)
        if not found:
            raise FileError("Line 1: none of the first lines is a JSON object that can be read")
        return known if known and set(found) <= set(known) else tuple(found)

    def _object(self, line: Line) -> dict[str, Any]:
        if not line.is_whole:
            raise BadCell("field_too_large", "the line is too long")
        try:
            text = line.data.decode(self._codec)
        except UnicodeDecodeError as error:
            at = line.offset + error.start
            byte = line.data[error.start]
            message = f"byte 0x{byte:02x} at byte offset {at:,} is not {self._codec} text"
            raise BadCell("bad_encoding", message) from error
        try:
            found = load(text.encode("utf-8", "surrogatepass"))
        except BadJson as error:
            raise BadCell("bad_json", str(error)) from error
        if not isinstance(found, dict):
            raise BadCell("bad_json", "the line is no object")
        if is_too_deep(found):
            raise BadCell("too_deep", f"nested deeper than {MAX_DEPTH}")
        return found

    def _cells(self, found: dict[str, Any]) -> list[str]:
        cells = [""] * len(self.header)
        for name, value in found.items():
            at = self._place.get(name)
            if at is None:
                raise BadCell("extra_cells", f"there is no column {name[:60]!r}")
            cells[at] = as_cell(name, value)
        return cells

    def _refuse(self, line: Line, error: BadCell) -> Refusal:
        text = line.data[: 4 * EXCERPT].decode(self._codec, "backslashreplace")
        return Refusal(
            line=line.number,
            code=error.code,
            message=error.message,
            column=error.column,
            raw={UNREAD: text.strip()[:EXCERPT]},
        )


def as_cell(name: str, value: Any) -> str:
    """A value as a cell of CSV would say it. Raises BadCell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        value = ";".join(value)
    if isinstance(value, (list, dict)):
        # no more than is shown: a path into a webhook's body can hold one thing over and over
        begins = "".join(islice(json.JSONEncoder().iterencode(value), 60))[:60]
        message = f"{begins} is neither a text nor a number"
        raise BadCell("bad_json", message, column=name)
    text = value if isinstance(value, str) else repr(value)
    if len(text) > MAX_FIELD:
        raise BadCell("field_too_large", f"a cell is longer than {MAX_FIELD:,}", column=name)
    if "\0" in text:
        raise BadCell("nul_character", "a NUL character", column=name)
    if not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text):
        raise BadCell("bad_unicode", "half of a surrogate pair", column=name)
    return text
