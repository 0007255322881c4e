"""The body of a webhook becomes rows of a source: each of our columns is a path into the body.

The mapping is lines of `column = path`. A path is JMESPath, or a table as in a mapping file whose
`from` is one: so the same words translate, compute and set values as for files.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError

from metrics.sources.base import BadCell, FileError, Refusal, Row, Rules, Source
from metrics.sources.columns import Spec, read_spec
from metrics.sources.json_lines import as_cell
from metrics.sources.json_text import is_too_deep
from metrics.sources.mapping import Mapping as FileMapping
from metrics.sources.mapping import read_zone
from metrics.sources.reading import Parser
from metrics.sources.records import EXCERPT, UNREAD

MAX_DEPTH = 32  # vendors nest deeper than Segment's libraries do
MAX_PATH = 500
MAX_ROWS = 1_000  # in one delivery
MAX_COPIES = 1_000  # of what it was given that a path may hold at its end
BY = {"map", "max_by", "min_by", "sort_by"}  # functions that take an expression
# beside the columns: a list of which each item is a row, what must hold for a row, of moments
WORDS = ("rows", "only", "timezone")
ROW = "row"  # the name under which paths find the item, beside the names of the body
# what evaluating a checked path on any JSON may still raise
MISFITS = (JMESPathError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


class TooManyRows(Exception):
    """A delivery holds more rows than are read at once."""

    def __init__(self, count: int) -> None:
        super().__init__(f"{count:,} rows, at most {MAX_ROWS:,} come in one delivery")


@dataclass(frozen=True, kw_only=True)
class Found:
    """What one body becomes. `skipped`: rows that the mapping leaves out, never received."""

    rows: list[Row] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    skipped: int = 0

    @property
    def size(self) -> int:
        """How many rows the body held."""
        return len(self.rows) + len(self.refused) + self.skipped


@dataclass(frozen=True, kw_only=True)
class HookMapping:
    """A checked mapping; `paths`: their text -> what finds the value."""

    source: Source
    columns: Mapping[str, Spec]
    paths: Mapping[str, Any]
    rows: Any
    only: Any
    zone: Any

    def shape(self, body: Any, *, rules: Rules) -> Found:
        """The rows of a body, numbered from 1, and why others are none. Raises TooManyRows."""
        header = tuple(self.paths)
        mapped = FileMapping(
            source=self.source,
            variants=((self.columns, None),),
            skip=(),
            ignore=frozenset(),
            zone=None,
            delimiter=None,
            encoding=None,
        ).bind(header)
        zone = self.zone or rules.zone
        rules = Rules(zone=zone, now=rules.now, oldest=rules.oldest)
        parse = Parser(self.source, mapped.header, rules=rules, is_mapped=True)
        rows: list[Row] = []
        refused: list[Refusal] = []
        skipped = 0
        for line, item, names in self._items(body, refused):
            cells: list[str] = []
            try:
                if self.only is not None and not _holds(self.only, names):
                    skipped += 1
                    continue
                cells = [as_cell(name, _value(path, names)) for name, path in self.paths.items()]
                found = [parse(line, row) for row in mapped(cells)]
            except BadCell as error:
                found = [_refusal(line, error, item, dict(zip(header, cells, strict=False)))]
            for one in found:
                (rows if isinstance(one, Row) else refused).append(one)  # type: ignore[arg-type]
        return Found(rows=rows, refused=refused, skipped=skipped)

    def _items(self, body: Any, refused: list[Refusal]) -> Iterator[tuple[int, Any, Any]]:
        """Number, item, and what the paths look at; a body that holds no rows at all is refused."""
        try:
            if is_too_deep([body], limit=MAX_DEPTH + 1):
                raise BadCell("too_deep", f"nested deeper than {MAX_DEPTH}")
            if self.rows is None:
                yield 1, body, body
                return
            items = _value(self.rows, body)
            if not isinstance(items, list):
                raise BadCell("bad_json", f"{self.rows.expression} is no list", column="rows")
        except BadCell as error:
            refused.append(_refusal(1, error, body, {}))
            return
        if len(items) > MAX_ROWS:
            raise TooManyRows(len(items))
        names = dict(body) if isinstance(body, dict) else {}
        for line, item in enumerate(items, start=1):
            names[ROW] = item
            yield line, item, names


def read_hook_mapping(text: str, *, source: Source) -> HookMapping:
    """The mapping that lines of `column = path` describe. Raises FileError: line and reason."""
    lines = dict(_lines(text))
    said = {name: rest for name, (_, rest) in lines.items()}
    zone = _on(lines, "timezone", lambda: read_zone(said.get("timezone")))
    columns: dict[str, Spec] = {}
    paths: dict[str, Any] = {}
    for name in lines:
        if name in WORDS:
            continue
        table = _on(lines, name, lambda name=name: _table(said[name]))
        spec = _on(
            lines,
            name,
            lambda name=name, table=table: read_spec(
                name, table, source=source, lookups={}, zone=zone
            ),
        )
        columns[name] = spec
        for path in spec.reads:
            paths[path] = _on(lines, name, lambda path=path: _path(path))
    missing = [c.name for c in source.columns if c.required and c.name not in columns]
    if missing:
        raise FileError(f"{', '.join(missing)}: {source.name} cannot do without, add a line for it")
    return HookMapping(
        source=source,
        columns=columns,
        paths=paths,
        rows=_on(lines, "rows", lambda: _path(said["rows"])) if "rows" in lines else None,
        only=_on(lines, "only", lambda: _path(said["only"])) if "only" in lines else None,
        zone=zone,
    )


def _lines(text: str) -> Iterator[tuple[str, tuple[int, str]]]:
    """Name -> number of its line and what it says."""
    seen: set[str] = set()
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, sign, rest = (part.strip() for part in line.partition("="))
        if not (name and sign and rest):
            raise FileError(f"Line {number}: write column = path")
        if name in seen:
            raise FileError(f"Line {number}: {name[:60]} is there twice")
        seen.add(name)
        yield name, (number, rest)


def _on(lines: Mapping[str, tuple[int, str]], name: str, work: Any) -> Any:
    """What `work` returns; what is wrong names the line."""
    try:
        return work()
    except FileError as error:
        raise FileError(f"Line {lines[name][0]}: {error}") from error


def _table(rest: str) -> Any:
    """A path, or a table of a mapping file."""
    if not rest.startswith("{"):
        return {"from": rest}
    try:
        return tomllib.loads(f"it = {rest}")["it"]
    except (ValueError, RecursionError) as error:  # of TOML, or integers of thousands of digits
        raise FileError(f"no table: {error}") from error


def _path(text: str) -> Any:
    if len(text) > MAX_PATH:
        raise FileError(f"a path of more than {MAX_PATH} characters")
    try:
        compiled = jmespath.compile(text)
    except (JMESPathError, ValueError, RecursionError) as error:
        reason = str(error).partition("\n")[0].rstrip(":. ")
        raise FileError(f"{text[:60]} is no path: {reason[:200]}") from error
    if _copies(compiled.parsed) > MAX_COPIES:
        raise FileError(f"{text[:60]} makes more than {MAX_COPIES:,} of one thing")
    return _Path(text, compiled)


def _copies(tree: Any) -> int:
    """How often what a path is given may stand in what it finds: each [a, b] and {x: a, y: b} may
    multiply it by the number of its parts. Raises FileError for an expression that is no value.
    """
    found, nodes = 1, [(tree, "")]
    while nodes:
        node, function = nodes.pop()
        if not isinstance(node, dict):
            continue
        kind, children = node["type"], node["children"]
        if kind == "expref" and function not in BY:
            raise FileError(f"& stands only in {', '.join(sorted(BY))}")
        if kind.startswith("multi_select"):
            found *= max(1, len(children))
        name = node["value"] if kind == "function_expression" else ""
        nodes += [(child, name) for child in children]
    return found


@dataclass(frozen=True)
class _Path:
    expression: str
    compiled: Any


def _value(path: _Path, item: Any) -> Any:
    try:
        return path.compiled.search(item)
    except RecursionError as error:
        raise BadCell("too_deep", "nested too deeply", column=path.expression) from error
    except MISFITS as error:
        reason = str(error).partition("\n")[0]
        raise BadCell(
            "bad_json", f"does not fit: {reason[:200]}", column=path.expression
        ) from error


def _holds(path: _Path, item: Any) -> bool:
    """As JMESPath has it: null, false and what is empty does not hold; 0 does."""
    value = _value(path, item)
    return not (value is None or value is False or value in ("", [], {}))


def _refusal(line: int, error: BadCell, item: Any, cells: dict[str, str]) -> Refusal:
    """With the cells that were read, else with the beginning of what came."""
    raw = {name: cell for name, cell in cells.items() if cell}
    if not raw:
        try:
            raw = {UNREAD: json.dumps(item)[:EXCERPT]}
        except RecursionError:
            raw = {UNREAD: "(nested too deeply to be shown)"}
    return Refusal(line=line, code=error.code, message=error.message, column=error.column, raw=raw)
