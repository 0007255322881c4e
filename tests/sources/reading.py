"""Reads bytes as a file of a source, in the open."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path
from zoneinfo import ZoneInfo

from metrics.sources.base import Refusal, Row, Rules
from metrics.sources.catalogue import BY_NAME
from metrics.sources.mapping import load_mapping
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

Found = list[Row | Refusal]


class Folder:
    """A folder with a mapping, a file, and files to look things up in."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.skipped = 0

    def write(self, name: str, *lines: str) -> None:
        """A file of these lines."""
        (self.path / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")

    def read(self, source: str, toml: str, *lines: str) -> Found:
        """What the mapping makes of these lines."""
        self.write("map.toml", toml)
        self.write("data.csv", *lines)
        mapping = load_mapping(
            self.path / "map.toml", source=BY_NAME[source], data=self.path / "data.csv"
        )
        with (self.path / "data.csv").open("rb") as stream:
            reader = Reader(stream, BY_NAME[source], rules=RULES, mapping=mapping)
            found = list(reader)
        self.skipped = reader.skipped
        return found

    def cells(self, source: str, toml: str, *lines: str) -> list[dict[str, str]]:
        """The canonical cells of each row; refusals as their code and column."""
        return [
            item.raw() if isinstance(item, Row) else {item.code: item.column}
            for item in self.read(source, toml, *lines)
        ]
