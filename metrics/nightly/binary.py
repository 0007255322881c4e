"""Columns as PostgreSQL's binary COPY: numbers and arrays of numbers by the column, not one by one.

Every function gives one field per row, its length included; NaN and NaT are NULL. Formats:
postgresql.org/docs/current/sql-copy.html, and the *_recv functions of each type.
"""

from __future__ import annotations

import datetime as dt
import json
import struct
from collections.abc import Iterable, Sequence
from itertools import chain

import numpy as np
import numpy.typing as npt

START = b"PGCOPY\n\xff\r\n\0" + bytes(8)
END = b"\xff\xff"
NULL = b"\xff\xff\xff\xff"
EPOCH = dt.date(2000, 1, 1)
FLOATS, DATES, WORDS = 701, 1082, 1043  # oids of float8, date and varchar
_LENGTH = struct.Struct(">i")
_ARRAY = struct.Struct(">iiiii")  # dimensions, has NULLs, kind of element; how many, first index

Fields = list[bytes]


def rows(columns: Sequence[Fields]) -> bytes:
    """The fields of all columns, row by row."""
    count = struct.pack(">h", len(columns))
    return b"".join(chain.from_iterable((count, *row) for row in zip(*columns, strict=True)))


def whole(values: Iterable[int], *, size: int) -> Fields:
    """Integers of so many bytes."""
    length = _LENGTH.pack(size)
    return [length + value.to_bytes(size, signed=True) for value in values]


def numbers(values: npt.NDArray[np.float64]) -> Fields:
    """Floats."""
    pack = struct.Struct(">id").pack
    return [NULL if value != value else pack(8, value) for value in values.tolist()]


def days(values: Iterable[dt.date | None]) -> Fields:
    """Dates."""
    pack = struct.Struct(">ii").pack
    return [NULL if day is None else pack(4, (day - EPOCH).days) for day in values]


def texts(values: Iterable[str]) -> Fields:
    """Strings, the same ones encoded once."""
    known: dict[str, bytes] = {}
    found = []
    for value in values:
        field = known.get(value)
        if field is None:
            field = known[value] = data(value.encode())
        found.append(field)
    return found


def jsons(values: Iterable[object]) -> Fields:
    """Documents of jsonb."""
    return [data(b"\x01" + json.dumps(value).encode()) for value in values]


def data(value: bytes) -> bytes:
    """Bytes as they are."""
    return _LENGTH.pack(len(value)) + value


def number_arrays(values: npt.NDArray[np.float64]) -> Fields:
    """Arrays of floats, one for each row of [A, K]."""
    return _arrays(values.astype(">f8"), ~np.isnan(values), FLOATS)


def day_arrays(values: npt.NDArray[np.datetime64]) -> Fields:
    """Arrays of dates, one for each row of [A, K]."""
    since = (values - np.datetime64(EPOCH, "D")).astype(np.int64)
    return _arrays(since.astype(">i4"), ~np.isnat(values), DATES)


def word_arrays(values: Iterable[Sequence[str]]) -> Fields:
    """Arrays of strings, all of one length."""
    known: dict[str, bytes] = {}
    found = []
    for words in values:
        for word in words:
            if word not in known:
                known[word] = data(word.encode())
        head = _ARRAY.pack(1, 0, WORDS, len(words), 1)
        found.append(data(head + b"".join([known[word] for word in words])))
    return found


def _arrays(values: npt.NDArray[np.generic], known: npt.NDArray[np.bool_], kind: int) -> Fields:
    """An element is its length and its bytes, or the length -1 alone."""
    count, width = values.shape
    size = values.dtype.itemsize
    elements = np.empty((count, width, 4 + size), dtype=np.uint8)
    lengths = np.where(known, size, -1).astype(">i4")
    elements[:, :, :4] = lengths[:, :, None].view(np.uint8)
    elements[:, :, 4:] = np.ascontiguousarray(values)[:, :, None].view(np.uint8)
    kept = np.ones(elements.shape, dtype=bool)
    kept[:, :, 4:] = known[:, :, None]
    flat = elements[kept].tobytes()
    ends = np.cumsum(4 * width + size * known.sum(axis=1)).tolist()
    heads = [_ARRAY.pack(1, has_null, kind, width, 1) for has_null in (0, 1)]
    whole_rows = np.asarray(known.all(axis=1)).tolist()
    return [
        data(heads[not is_whole] + flat[start:end])
        for is_whole, start, end in zip(whole_rows, [0, *ends], ends, strict=False)
    ]
