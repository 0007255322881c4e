"""Whole columns out of PostgreSQL: strung together there, so that they arrive as arrays unparsed.

Row by row a driver spends more on each value than the database on all of them.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.extensions import ExtensionArray

Columns = dict[str, npt.NDArray[np.generic] | ExtensionArray]
# kind of a column -> its bytes in PostgreSQL, and how numpy reads them
ID, NUMBER, FLAG, TEXT, DAY, MOMENT = "id", "number", "flag", "text", "day", "moment"
SENT: dict[str, tuple[str, str]] = {
    ID: ("int8send(coalesce({name}, -1))", ">i8"),  # -1: nobody
    NUMBER: ("float8send(coalesce({name}::float8, 'NaN'))", ">f8"),
    FLAG: ("boolsend({name})", "?"),
    TEXT: ("int4send(octet_length({name}))", ">i4"),
    DAY: ("date_send(coalesce({name}, '-infinity'))", ">i4"),
    MOMENT: ("timestamp_send(coalesce({name}, '-infinity'))", ">i8"),
}
EPOCH = np.datetime64("2000-01-01")
NEVER = {DAY: np.iinfo(np.int32).min, MOMENT: np.iinfo(np.int64).min}
# signature and flags, number of fields; then each field's length and bytes
HEADER, LENGTH = 19 + 2, 4


def statement(query: str, kinds: Mapping[str, str]) -> str:
    """COPY of one row with a field per column of `query`, two for a text; rows keep their order."""
    fields = []
    for name, kind in kinds.items():
        column = f'q."{name}"'
        sent = SENT[kind][0].format(name=column)
        fields.append(f"coalesce(string_agg({sent}, ''::bytea), ''::bytea)")
        if kind == TEXT:
            fields.append(f"coalesce(string_agg({column}, ''), '')")
    # names are our own, values are parameters of the query
    return f"COPY (SELECT {', '.join(fields)} FROM ({query}) q) TO STDOUT (FORMAT BINARY)"  # noqa: S608


def arrays(data: bytes, kinds: Mapping[str, str]) -> Columns:
    """What `statement` sent: ids as integers, numbers as floats (NaN: none), days and moments as
    datetime64 (NaT: none).
    """
    fields = _fields(data)
    columns: Columns = {}
    for name, kind in kinds.items():
        values = np.frombuffer(fields.pop(0), dtype=SENT[kind][1])
        if kind == TEXT:
            columns[name] = _texts(values, fields.pop(0))
        elif kind in NEVER:
            columns[name] = _moments(values, kind)
        else:
            columns[name] = values.astype(values.dtype.newbyteorder("="))
    return columns


def _fields(data: bytes) -> list[memoryview]:
    found, at, view = [], HEADER, memoryview(data)
    for _ in range(int.from_bytes(data[HEADER - 2 : HEADER])):
        length = int.from_bytes(view[at : at + LENGTH])
        at += LENGTH
        found.append(view[at : at + length])
        at += length
    return found


def _texts(lengths: npt.NDArray[np.integer], text: memoryview) -> ExtensionArray:
    ends = np.cumsum(lengths).tolist()
    whole = bytes(text)
    decoded = whole.decode()
    if len(decoded) == len(whole):  # a byte each
        found = [decoded[a:b] for a, b in zip([0, *ends], ends, strict=False)]
    else:
        found = [whole[a:b].decode() for a, b in zip([0, *ends], ends, strict=False)]
    return pd.array(found, dtype="str")


def _moments(values: npt.NDArray[np.integer], kind: str) -> npt.NDArray[np.datetime64]:
    unit = "D" if kind == DAY else "us"
    days = values.astype(np.int64).astype(f"timedelta64[{unit}]")
    return np.where(values == NEVER[kind], np.datetime64("NaT"), EPOCH + days).astype(
        "datetime64[s]" if kind == DAY else "datetime64[us]"
    )
