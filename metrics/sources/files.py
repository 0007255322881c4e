"""Opening a file of bytes: which encoding, and lines that are never longer than the limit."""

from __future__ import annotations

import codecs
import io
from collections import deque
from functools import partial
from typing import BinaryIO, NamedTuple

from metrics.sources.base import FileError

MAX_LINE = 1 << 20
BLOCK = 1 << 16
# longest first: the mark of UTF-32-LE begins with that of UTF-16-LE
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
NOT_TEXT = b"\xff"  # a byte that UTF-8 never has


class Line(NamedTuple):
    """A physical line with its line end. `data` is cut at MAX_LINE where it `is_whole` not."""

    number: int
    offset: int
    data: bytes
    is_whole: bool


class Lines:
    """The physical lines of a file, counted from 1; lines can be put back."""

    def __init__(self, stream: BinaryIO) -> None:
        self._readline = partial(stream.readline, MAX_LINE)
        self._pending: deque[Line] = deque()
        self._number = 0
        self._offset = 0

    def next(self) -> Line | None:
        """The next line, or None at the end."""
        if self._pending:
            return self._pending.popleft()
        data = self._readline()
        if not data:
            return None
        self._number += 1
        start, size = self._offset, len(data)
        is_whole = size < MAX_LINE or data.endswith(b"\n")
        while not is_whole:
            rest = self._readline()
            size += len(rest)
            if not rest or rest.endswith(b"\n"):
                break
        self._offset += size
        return Line(self._number, start, data, is_whole)

    def put_back(self, lines: list[Line]) -> None:
        """`lines` come next, in their order."""
        self._pending.extendleft(reversed(lines))


def open_lines(stream: BinaryIO, *, encoding: str | None = None) -> tuple[Lines, str]:
    """The lines of a file and the encoding of each.

    A byte-order mark is understood; without one the text is UTF-8 unless `encoding` names
    another. UTF-16 and UTF-32 are turned into UTF-8, with offsets counted there; what cannot be
    turned stays visible as bytes that are no UTF-8, so that its line is refused and no other.
    Raises FileError for an encoding that Python does not know.
    """
    source = io.BufferedReader(_Raw(stream), BLOCK)
    start = source.peek(BLOCK)[:BLOCK]
    mark, marked = next(((m, name) for m, name in MARKS if start.startswith(m)), (b"", ""))
    source.read(len(mark))
    codec = marked or _known(encoding or "utf-8")
    is_wide = codec.startswith(("utf-16", "utf-32"))
    # files of old Macs end their lines with a carriage return alone
    narrow = start[len(mark) :].replace(b"\0", b"") if is_wide else start
    returns_only = b"\r" in narrow and b"\n" not in narrow
    if not is_wide and not returns_only:
        return Lines(source), codec
    recoded = _Recoded(source, codec if is_wide else None, returns_only=returns_only)
    return Lines(io.BufferedReader(recoded, BLOCK)), "utf-8" if is_wide else codec


def _known(encoding: str) -> str:
    try:
        name = codecs.lookup(encoding).name
        "".encode(name)
    except LookupError as error:
        raise FileError(f"{encoding!r} is not a known text encoding") from error
    # without a mark: the byte order of Windows
    return {"utf-8-sig": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}.get(name, name)


class _Raw(io.RawIOBase):
    """Any readable stream as a raw one; it is not closed with us."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


class _Recoded(io.RawIOBase):
    """UTF-16 and UTF-32 as UTF-8, and carriage returns as line feeds."""

    def __init__(self, stream: BinaryIO, codec: str | None, *, returns_only: bool) -> None:
        self._stream = stream
        # lone surrogates pass here and are refused with their line
        self._decoder = codecs.getincrementaldecoder(codec)("surrogatepass") if codec else None
        self._returns_only = returns_only
        self._ready = b""
        self._is_done = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        while not self._ready and not self._is_done:
            self._ready = self._recode(self._stream.read(BLOCK))
        data, self._ready = self._ready[: len(buffer)], self._ready[len(buffer) :]
        buffer[: len(data)] = data
        return len(data)

    def _recode(self, block: bytes) -> bytes:
        self._is_done = not block
        data = block
        if self._decoder is not None:
            try:
                data = self._decoder.decode(block, self._is_done).encode("utf-8", "surrogatepass")
            except UnicodeDecodeError as error:
                if not self._is_done:
                    raise FileError(f"The file is not {error.encoding}: {error.reason}") from error
                data = NOT_TEXT  # cut off in the middle of a character
        return data.replace(b"\r", b"\n") if self._returns_only else data
