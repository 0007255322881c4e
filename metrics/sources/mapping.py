"""Mapping files: how the columns of somebody else's CSV become ours. TOML, checked as a whole.

docs/importing.md describes the language. A mapping can rename, translate, compute a few things
and leave rows out; it cannot run code.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping as Dict
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from metrics.sources.base import FileError, Source
from metrics.sources.columns import Spec, read_spec
from metrics.sources.lookups import Condition, Lookup
from metrics.sources.mapped import MappedRows, Variant

TOP = {
    "source", "delimiter", "encoding", "timezone", "ignore", "columns", "skip", "rows", "lookups"
}  # fmt: skip
KINDS = {
    "source": str,
    "encoding": str,
    "timezone": str,
    "ignore": list,
    "skip": list,
    "rows": list,
}
Columns = Dict[str, Spec]


@dataclass(frozen=True, kw_only=True)
class Mapping:
    """A checked mapping, to be bound to the header of a file."""

    source: Source
    variants: tuple[tuple[Columns, Condition | None], ...]
    skip: tuple[Condition, ...]
    ignore: frozenset[str]
    zone: ZoneInfo | None
    delimiter: str | None
    encoding: str | None

    def bind(self, header: tuple[str, ...]) -> MappedRows:
        """Raises FileError where the file lacks a column that is read, or has one more."""
        conditions = [*self.skip, *(when for _, when in self.variants if when)]
        specs = [spec for columns, _ in self.variants for spec in columns.values()]
        used = {condition.column for condition in conditions}
        used |= {name for spec in specs for name in spec.reads}
        lacking = sorted(used - set(header))
        if lacking:
            raise FileError(f"Line 1: the mapping reads {', '.join(lacking)}, which is not there")
        extra = [name for name in header if name not in used | self.ignore]
        if extra and "*" not in self.ignore:
            raise FileError(
                f"Line 1: {', '.join(extra)}: neither mapped nor ignored;"
                " name what is not needed under `ignore`"
            )
        place = {name: i for i, name in enumerate(header)}
        names = tuple(n for n in self.source.names if any(n in c for c, _ in self.variants))
        return MappedRows(
            header=names,
            skip=[condition.bind(place) for condition in self.skip],
            variants=[
                Variant(
                    reads=[columns[n].bind(place) if n in columns else None for n in names],
                    when=when.bind(place) if when else None,
                    names=names,
                )
                for columns, when in self.variants
            ],
        )


def load_mapping(path: Path, *, source: Source, data: Path) -> Mapping:
    """Reads a mapping for `source`; files that it looks things up in lie beside `data`.

    Raises FileError with what is wrong, and where.
    """
    try:
        text = path.read_text(encoding="utf-8")
        content = tomllib.loads(text)
    except OSError as error:
        raise FileError(f"{path.name}: {error.strerror}") from error
    except ValueError as error:  # of TOML, of UTF-8, or integers of thousands of digits
        raise FileError(f"{path.name}: {error}") from error
    try:
        return read_mapping(content, source=source, folder=data.parent)
    except FileError as error:
        raise FileError(f"{path.name}: {error}") from error


def read_mapping(content: dict[str, Any], *, source: Source, folder: Path) -> Mapping:
    """The mapping that the content of a TOML file describes. Raises FileError."""
    _only(content, TOP, "the mapping")
    _check_kinds(content)
    if content.get("source", source.name) != source.name:
        raise FileError(f"it is for {content['source']}, not for {source.name}")
    zone = read_zone(content.get("timezone"))
    lookups = {
        name: _lookup(name, table, folder) for name, table in _table(content, "lookups").items()
    }

    def columns(tables: dict[str, Any]) -> dict[str, Spec]:
        return {
            name: read_spec(name, table, source=source, lookups=lookups, zone=zone)
            for name, table in tables.items()
        }

    common = columns(_table(content, "columns"))
    variants = []
    for row in content.get("rows", [{}]):
        _only(row, {"columns", "when"}, "rows")
        when = _condition(row["when"], "rows.when") if "when" in row else None
        variants.append((common | columns(_table(row, "columns")), when))
    return Mapping(
        source=source,
        variants=tuple(variants),
        skip=tuple(_condition(table, "skip") for table in content.get("skip", [])),
        ignore=frozenset(content.get("ignore", [])),
        zone=zone,
        delimiter=_delimiter(content.get("delimiter")),
        encoding=content.get("encoding"),
    )


def _check_kinds(content: dict[str, Any]) -> None:
    """Refuses a text where a list belongs, and so on."""
    for name, kind in KINDS.items():
        if name in content and not isinstance(content[name], kind):
            raise FileError(f"{name} must be a {'text' if kind is str else 'list'}")
    if not all(isinstance(name, str) for name in content.get("ignore", [])):
        raise FileError("ignore must be a list of headers")


def _lookup(name: str, table: Any, folder: Path) -> Lookup:
    _only(table, {"file", "key", "where"}, f"lookups.{name}")
    file, key = table.get("file"), table.get("key")
    if not isinstance(file, str) or not isinstance(key, str):
        raise FileError(f"lookups.{name} needs a file and a key")
    if Path(file).name != file:
        raise FileError(f"lookups.{name}.file must be a name: it lies beside the imported file")
    where = table.get("where", [])
    if not isinstance(where, list):
        raise FileError(f"lookups.{name}.where must be a list of conditions")
    tests = tuple(_condition(test, f"lookups.{name}.where") for test in where)
    return Lookup(name=name, path=folder / file, key=key, where=tests)


def _condition(table: Any, where: str) -> Condition:
    _only(table, {"column", "is", "is_not"}, where)
    among = table.get("is", table.get("is_not"))
    if not isinstance(table.get("column"), str) or not isinstance(among, list):
        raise FileError(f"{where} needs a column, and a list of texts as `is` or `is_not`")
    return Condition(
        column=table["column"], among=frozenset(map(str, among)), negated="is" not in table
    )


def _delimiter(value: Any) -> str | None:
    if value is not None and (not isinstance(value, str) or len(value) != 1 or value in '"\r\n'):
        raise FileError("delimiter must be one character")
    return value


def read_zone(name: Any) -> ZoneInfo | None:
    """The zone of that name; None where none is named. Raises FileError."""
    if name is None:
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError, TypeError) as error:
        raise FileError(f"timezone: {name!r} is not a known time zone") from error


def _table(content: Dict[str, Any], name: str) -> dict[str, Any]:
    table = content.get(name, {})
    if not isinstance(table, dict):
        raise FileError(f"{name} must be a table")
    return table


def _only(table: Any, known: set[str], where: str) -> None:
    if not isinstance(table, dict):
        raise FileError(f"{where} must be a table")
    unknown = sorted(set(table) - known)
    if unknown:
        known_names = ", ".join(sorted(known))
        raise FileError(f"{where} has no {', '.join(unknown)}; it knows {known_names}")
