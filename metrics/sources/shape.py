"""What a file looks like before anybody has said how to read it: encoding, delimiter, rows."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterable
from dataclasses import dataclass

from metrics.sources.base import FileError, Refusal
from metrics.sources.files import MARKS, open_lines
from metrics.sources.json_lines import records_of
from metrics.sources.reading import check_names
from metrics.sources.records import DELIMITERS, Record

# encodings that can be chosen, as people know them
ENCODINGS = {
    "utf-8": "Unicode (UTF-8)",
    "cp1252": "Windows, Western Europe",
    "iso-8859-1": "Latin 1",
    "cp1250": "Windows, Central Europe",
    "cp1251": "Windows, Cyrillic",
    "cp1253": "Windows, Greek",
    "cp1254": "Windows, Turkish",
    "mac_roman": "Mac, Western Europe",
    "utf-16-le": "Unicode (UTF-16)",
    "utf-16-be": "Unicode (UTF-16, big-endian)",
    "shift_jis": "Japanese (Shift JIS)",
    "gb18030": "Chinese (GB 18030)",
}
BETWEEN = {",": "Comma", ";": "Semicolon", "\t": "Tab", "|": "Bar |"}
# what else people upload, by its first bytes
OTHERS = {
    b"PK\x03\x04": "a spreadsheet or an archive (.xlsx, .ods, .zip)",
    b"\xd0\xcf\x11\xe0": "an old spreadsheet (.xls)",
    b"%PDF": "a PDF",
    b"\x1f\x8b": "a compressed file (.gz)",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
}
SCANNED = 20_000  # rows of which samples are taken


@dataclass(frozen=True, kw_only=True)
class Shape:
    """What a first look finds. `is_marked`: the file says itself which encoding it has."""

    encoding: str
    is_marked: bool
    lines: int


def look(chunks: Iterable[bytes]) -> Shape:
    """The likely encoding of a file, read once as a stream, and how many lines it has."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    start, doubtful, lines = b"", b"", 0
    last = b""
    for chunk in chunks:
        start = start or chunk
        last = chunk or last
        lines += chunk.count(b"\n") or chunk.count(b"\r")
        if not doubtful:
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                doubtful = chunk
    lines += bool(last) and not last.rstrip(b"\0").endswith((b"\n", b"\r"))
    marked = next((name for mark, name in MARKS if start.startswith(mark)), "")
    return Shape(
        encoding=marked or _likely(start, doubtful), is_marked=bool(marked), lines=int(lines)
    )


def _likely(start: bytes, doubtful: bytes) -> str:
    head = start[:4096]
    if head.count(b"\0") * 4 > len(head):
        # of Latin text every second byte is zero; which one, says the order
        return "utf-16-le" if head[1::2].count(0) >= head[::2].count(0) else "utf-16-be"
    if not doubtful or _is_mostly_utf8(doubtful):
        return "utf-8"
    try:
        doubtful.decode("cp1252")
    except UnicodeDecodeError:
        return "iso-8859-1"
    return "cp1252"


def _is_mostly_utf8(block: bytes) -> bool:
    """A few bad bytes in a file of UTF-8 are rejects, no other encoding."""
    text = block.decode("utf-8", "surrogateescape")
    bad = sum("\udc80" <= letter <= "\udcff" for letter in text)
    return sum(letter > "\x7f" for letter in text) > 3 * bad


@dataclass(frozen=True, kw_only=True)
class Preview:
    """The beginning of a file, read one way."""

    header: tuple[str, ...]
    delimiter: str
    rows: list[list[str]]
    refused: list[Refusal]

    def column(self, heading: str) -> list[str]:
        """The cells under a heading, without blanks around them."""
        at = self.header.index(heading)
        return [row[at].strip() for row in self.rows]


def preview(
    head: bytes, *, encoding: str, delimiter: str | None = None, is_whole: bool = True
) -> Preview:
    """Header and rows of the first bytes of a file; a cut line at the end is left out.

    Raises FileError where the header cannot be read; the message names line and reason.
    """
    _check_kind(head, ())
    lines, codec = open_lines(io.BytesIO(head), encoding=encoding)
    first = delimiter or _delimiter(head, encoding)
    records = records_of(lines, codec=codec, delimiter=first)
    _check_kind(head, records.header)
    check_names(records.header)
    rows: list[Record] = []
    refused: list[Refusal] = []
    for found in records:
        if isinstance(found, Refusal):
            refused.append(found)
        else:
            rows.append(found)
        if len(rows) + len(refused) >= SCANNED:
            is_whole = True  # the end of the bytes was not reached
            break
    if not is_whole and (rows or refused):
        ended = rows if not refused or (rows and rows[-1][0] > refused[-1].line) else refused
        ended.pop()
    return Preview(
        header=records.header,
        delimiter=first,
        rows=[cells for _, cells in rows],
        refused=refused,
    )


def _delimiter(head: bytes, encoding: str) -> str:
    """What occurs most often in the header."""
    lines, codec = open_lines(io.BytesIO(head), encoding=encoding)
    line = lines.next()
    text = line.data.decode(codec, "ignore") if line else ""
    return str(max([*DELIMITERS, "|"], key=text.count))


def _check_kind(head: bytes, header: tuple[str, ...]) -> None:
    kind = next((kind for start, kind in OTHERS.items() if head.startswith(start)), "")
    if kind:
        raise FileError(f"This is {kind}, no CSV file. Save the table as CSV and upload that")
    if any(ord(letter) < 32 for name in header for letter in name):
        raise FileError("Line 1, the header: it holds control characters; is this a CSV file?")
