"""CSV records out of physical lines, one at a time; what is no record is refused by itself.

A quote that is never closed must not swallow the rows after it. A record that spans several
lines is believed only if it is well formed, as wide as the header and within the limits;
otherwise its first line is read or refused alone, and reading goes on with its second line.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator

from metrics.sources.base import FileError, Refusal
from metrics.sources.files import MAX_LINE, Line, Lines
from metrics.sources.formulas import restore

MAX_FIELD = 1 << 16
EXCERPT = 2_000
DELIMITERS = ",;\t"
# column of a reject whose cells could not be told apart
UNREAD = "reject_text"

Record = tuple[int, list[str]]


class Records:
    """Records after the header: `(line, cells)`, or a Refusal. Blank lines are no rows."""

    def __init__(self, lines: Lines, *, codec: str, delimiter: str | None = None) -> None:
        self._lines = lines
        self._codec = codec
        self._refused: list[Refusal] = []
        # the record at hand: its first line's number and text, its further lines, all its text
        self._line = 0
        self._first = ""
        self._rest: list[Line] = []
        self._text = ""
        self.delimiter = delimiter or ","
        self.header = self._read_header(delimiter)

    def _read_header(self, delimiter: str | None) -> tuple[str, ...]:
        text = next(self._texts(), None)
        if text is None and not self._refused:
            raise FileError("The file is empty: it has not even a header")
        error = self._refused[0].message if self._refused else ""
        if text and "\0" in text:
            error = "it holds NUL characters; if the file is UTF-16, name the encoding"
        if delimiter is None:
            self.delimiter = max(DELIMITERS, key=(text or "").count)
        cells = self._split(text or "") if not self._rest else None
        if error or cells is None:
            raise FileError(f"Line {self._line}, the header: {error or 'quotes do not match'}")
        return tuple(cell.strip() for cell in cells)

    def __iter__(self) -> Iterator[Record | Refusal]:
        reader = csv.reader(self._texts(), delimiter=self.delimiter, strict=True)
        while True:
            cells: list[str] | None = None
            problem = ""
            try:
                cells = next(reader)
            except StopIteration:
                yield from self._take_refused()
                return
            except csv.Error as error:
                problem = str(error)
            if self._refused:
                yield from self._take_refused()
            found = self._judge(cells, problem)
            if found is not None:
                yield found

    def _judge(self, cells: list[str] | None, problem: str) -> Record | Refusal | None:
        """The record at hand, refused or as it is; None where it holds nothing at all."""
        width = len(self.header)
        if self._rest and (cells is None or len(cells) != width or self._is_too_large(cells)):
            self._lines.put_back(self._rest)
            self._text = self._first
            # a stray quote, such as in 24", opens nothing
            cells = self._split(self._first)
            if cells is None or len(cells) != width:
                return self._refusal("unterminated_quote", "a quote is opened and never closed")
        if cells is None:
            if "field larger" in problem:
                return self._refusal("field_too_large", f"a cell is longer than {MAX_FIELD:,}")
            return self._refusal("bad_quote", "a quote stands where none may")
        if len(cells) != width:
            code = "missing_cells" if len(cells) < width else "extra_cells"
            return self._refusal(code, f"{len(cells)} cells, the header has {width}")
        return self._judge_cells(cells)

    def _judge_cells(self, cells: list[str]) -> Record | Refusal | None:
        text = self._text
        if self._is_too_large(cells):
            return self._refusal("field_too_large", f"a cell is longer than {MAX_FIELD:,}")
        if "\0" in text:
            at = next(i for i, cell in enumerate(cells) if "\0" in cell)
            return self._refusal("nul_character", "a NUL character", column=self.header[at])
        if not any(cells):
            return None
        if "'" in text:
            cells = [restore(cell) for cell in cells]
        return self._line, cells

    def _is_too_large(self, cells: list[str]) -> bool:
        return len(self._text) > MAX_FIELD and max(map(len, cells)) > MAX_FIELD

    def _split(self, text: str) -> list[str] | None:
        """The cells of one line by itself, or None where its quotes do not match."""
        try:
            return next(csv.reader([text], delimiter=self.delimiter, strict=True), [])
        except csv.Error:
            return None

    def _texts(self) -> Iterator[str]:
        """One string per record; what cannot become one is put among the refused."""
        while (line := self._lines.next()) is not None:
            self._line, self._rest = line.number, []
            text = self._decode(line)
            if text is None:
                continue
            if '"' in text and text.count('"') % 2:
                self._first = text.rstrip("\r\n")
                text = self._join(text)
            self._text = text = text.rstrip("\r\n")
            if text:
                yield text

    def _join(self, text: str) -> str:
        """A record whose quote is open at the end of its line, with the lines that close it."""
        parts = [text]
        size = len(text)
        while size <= MAX_LINE and (line := self._lines.next()) is not None:
            self._rest.append(line)
            try:
                more = line.data.decode(self._codec) if line.is_whole else ""
            except UnicodeDecodeError:
                more = ""
            if not more:
                break
            parts.append(more)
            size += len(more)
            if more.count('"') % 2:
                break
        return "".join(parts)

    def _decode(self, line: Line) -> str | None:
        try:
            if line.is_whole:
                return line.data.decode(self._codec)
            code, message = "field_too_large", f"the line is longer than {MAX_LINE:,} bytes"
        except UnicodeDecodeError as error:
            at, byte = line.offset + error.start, line.data[error.start]
            code = "bad_encoding"
            message = f"byte 0x{byte:02x} at byte offset {at:,} is not {self._codec} text"
        self._text = line.data[:EXCERPT].decode("ascii", "backslashreplace")
        self._refused.append(self._refusal(code, message))
        return None

    def _refusal(self, code: str, message: str, *, column: str = "") -> Refusal:
        raw = {UNREAD: self._text[:EXCERPT]}
        return Refusal(line=self._line, code=code, message=message, column=column, raw=raw)

    def _take_refused(self) -> Iterator[Refusal]:
        refused, self._refused = self._refused, []
        yield from refused
