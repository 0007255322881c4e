"""Reads bytes as a file of a source, in the open."""

from __future__ import annotations

import datetime as dt
import io
from zoneinfo import ZoneInfo

from metrics.sources.base import Refusal, Row, Rules
from metrics.sources.catalogue import BY_NAME
from metrics.sources.reading import Limits, Reader

NOW = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)
RULES = Rules(zone=ZoneInfo("UTC"), now=NOW, oldest=NOW - dt.timedelta(days=400))


def header(source: str) -> str:
    """The header line of a canonical file."""
    return ",".join(BY_NAME[source].header)


def read(
    data: bytes | str, source: str = "features", *, rules: Rules = RULES, **options: object
) -> list[Row | Refusal]:
    """All rows and refusals of a file; `options` as `Reader` takes them."""
    stream = io.BytesIO(data.encode() if isinstance(data, str) else data)
    return list(Reader(stream, BY_NAME[source], rules=rules, **options))  # type: ignore[arg-type]


def outcome(found: list[Row | Refusal]) -> list[tuple[int, str]]:
    """Line and code of each refusal, line and first cell of each row."""
    return [
        (item.line, item.code if isinstance(item, Refusal) else item.values[0]) for item in found
    ]


__all__ = ["NOW", "RULES", "Limits", "header", "outcome", "read"]
