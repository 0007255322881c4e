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
        # the record at hand: its first line's number and text, its further lines, all its text
        self._line = 0
        self._first = ""
        self._rest: list[Line] = []
        self._text = ""
        self.delimiter = delimiter or ","
        self.header = self._read_header(delimiter)

    def _read_header(self, delimiter: str | None) -> tuple[str, ...]:
        line = self._lines.next()
        if line is None:
            raise FileError("The file is empty: it has not even a header")
        text = self._take(line)
        if isinstance(text, Refusal):
            raise FileError(f"Line 1, the header: {text.message}")
        if "\0" in text:
            raise FileError(
                "Line 1, the header: it holds NUL characters;"
                " if the file is UTF-16, name the encoding"
            )
        if delimiter is None:
            self.delimiter = max(DELIMITERS, key=text.count)
        cells = self._split(text)
        if cells is None:
            raise FileError("Line 1, the header: quotes do not match")
        return tuple(cell.strip() for cell in cells)

    def __iter__(self) -> Iterator[Record | Refusal]:
        width, delimiter = len(self.header), self.delimiter
        while (line := self._lines.next()) is not None:
            text = self._take(line)
            if isinstance(text, Refusal):
                yield text
                continue
            if not text:
                continue
            # without quotes, splitting is all that CSV is, at a fraction of the time
            cells = self._read_quoted(text) if '"' in text else text.split(delimiter)
            if cells is None or len(cells) != width or self._is_unusual():
                found = self._judge(cells)
                if found is not None:
                    yield found
            elif any(cells):
                yield line.number, cells

    def _read_quoted(self, text: str) -> list[str] | None:
        """The cells of a record that may go on in the next lines."""
        cells = self._split(text)
        if cells is not None:
            return cells
        self._text = self._join(text)
        cells = self._split(self._text) if self._rest else None
        if cells is None or len(cells) != len(self.header) or self._is_too_large(cells):
            self._lines.put_back(self._rest)
            self._rest, self._text = [], self._first
            return None
        return cells

    def _is_unusual(self) -> bool:
        """Whether there may be a formula to restore, a NUL, or a cell that is too large."""
        text = self._text
        return "'" in text or "\0" in text or len(text) > MAX_FIELD

    def _judge(self, cells: list[str] | None) -> Record | Refusal | None:
        """A record that needs a closer look; None where it holds nothing at all."""
        width = len(self.header)
        if cells is None:
            return self._refuse_quotes()
        if len(cells) != width:
            code = "missing_cells" if len(cells) < width else "extra_cells"
            return self._refusal(code, f"{len(cells)} cells, the header has {width}")
        if self._is_too_large(cells):
            return self._refusal("field_too_large", f"a cell is longer than {MAX_FIELD:,}")
        for name, cell in zip(self.header, cells, strict=True):
            if "\0" in cell:
                return self._refusal("nul_character", "a NUL character", column=name)
        return (self._line, [restore(cell) for cell in cells]) if any(cells) else None

    def _refuse_quotes(self) -> Refusal:
        """Why the quotes of a single line do not match."""
        if len(self._text) > MAX_FIELD:
            return self._refusal("field_too_large", f"a cell is longer than {MAX_FIELD:,}")
        if self._text.count('"') % 2:
            return self._refusal("unterminated_quote", "a quote is opened and never closed")
        return self._refusal("bad_quote", "a quote stands where none may")

    def _is_too_large(self, cells: list[str]) -> bool:
        return len(self._text) > MAX_FIELD and max(map(len, cells)) > MAX_FIELD

    def _split(self, text: str) -> list[str] | None:
        """The cells of a whole record, or None where its quotes do not match."""
        try:
            found = list(csv.reader([text], delimiter=self.delimiter, strict=True))
        except csv.Error:
            return None
        return found[0] if found else []

    def _join(self, text: str) -> str:
        """A record whose quote is open at the end of its line, with the lines that close it."""
        parts = [text + self._end]
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
        return "".join(parts).rstrip("\r\n")

    def _take(self, line: Line) -> str | Refusal:
        """The text of a line without its end; it becomes the record at hand."""
        self._line, self._rest = line.number, []
        try:
            text = line.data.decode(self._codec)
        except UnicodeDecodeError as error:
            if line.is_whole:
                return self._refuse_bytes(line, error)
            text = ""
        self._text = self._first = bare = text.rstrip("\r\n")
        self._end = text[len(bare) :]
        if line.is_whole:
            return bare
        self._text = line.data[:EXCERPT].decode("ascii", "backslashreplace")
        return self._refusal("field_too_large", f"the line is longer than {MAX_LINE:,} bytes")

    def _refuse_bytes(self, line: Line, error: UnicodeDecodeError) -> Refusal:
        at, byte = line.offset + error.start, line.data[error.start]
        self._text = line.data[:EXCERPT].decode("ascii", "backslashreplace")
        message = f"byte 0x{byte:02x} at byte offset {at:,} is not {self._codec} text"
        return self._refusal("bad_encoding", message)

    def _refusal(self, code: str, message: str, *, column: str = "") -> Refusal:
        raw = {UNREAD: self._text[:EXCERPT]}
        return Refusal(line=self._line, code=code, message=message, column=column, raw=raw)
