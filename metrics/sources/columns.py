"""How one canonical column is made: `[columns]` of a mapping file."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from metrics.sources import moments
from metrics.sources.base import BadCell, FileError, Source
from metrics.sources.cells import refuse_number, shown
from metrics.sources.lookups import COMBINE, Lookup, found_or_refused
from metrics.sources.mapped import ReadCells

KEYS = {
    "from", "value", "join", "with", "prefix", "lookup", "key", "take", "combine", "missing",
    "map", "otherwise", "keep", "format", "plus", "times", "default",
}  # fmt: skip
TEXTS = {"from", "with", "lookup", "key", "take", "combine", "missing", "format"}
# texts or numbers that stand in the mapping itself
CONSTANTS = {"value", "default", "otherwise", "prefix", "times"}
MAX_CONSTANT = 10**15
# exactly one of these says where the text comes from
ORIGINS = ("from", "value", "join", "lookup")
STEPS = {"days", "hours", "minutes", "seconds"}
MOMENTS = (moments.moment, moments.fact_moment, moments.day_or_moment)
UNIX = "unix"  # a form of moments that are numbers
# a step beyond this is a mistake, and would overflow
MAX_STEP = Decimal(10) ** 9

Step = ReadCells


@dataclass(frozen=True, kw_only=True)
class Spec:
    """One column. `reads`: the foreign columns it needs."""

    name: str
    table: Mapping[str, Any]
    reads: tuple[str, ...]
    found: Mapping[str, str]  # of its lookup
    is_moment: bool
    is_day: bool
    zone: dt.tzinfo | None

    def bind(self, place: Mapping[str, int]) -> ReadCells:
        """Foreign cells -> the text of this column. Raises BadCell."""
        read = self._origin(place)
        table = self.table
        if "prefix" in table:
            read = _prefixed(read, str(table["prefix"]))
        if "map" in table:
            read = _translated(
                read, table["map"], table.get("otherwise"), keep=bool(table.get("keep"))
            )
        if "times" in table:
            read = _multiplied(read, Decimal(str(table["times"])))
        if self.is_day or self.is_moment:
            read = self._dated(read, place)
        if "default" in table:
            read = _defaulted(read, str(table["default"]))
        return read

    def _origin(self, place: Mapping[str, int]) -> ReadCells:
        table = self.table
        if "value" in table:
            constant = str(table["value"])
            return lambda cells: constant
        if "join" in table:
            places = [place[name] for name in table["join"]]
            glue = table.get("with", "-")
            return lambda cells: glue.join(cells[at].strip() for at in places)
        if "lookup" in table:
            at, found, name = place[table["key"]], dict(self.found), table["lookup"]
            missing = table.get("missing")
            return lambda cells: found_or_refused(
                found, cells[at].strip(), name=name, missing=missing
            )
        at = place[table["from"]]
        return lambda cells: cells[at]

    def _dated(self, read: ReadCells, place: Mapping[str, int]) -> ReadCells:
        """Days and moments in ISO form, in the zone of the mapping, perhaps moved on."""
        form, zone = self.table.get("format"), self.zone
        plus = {unit: place[name] for unit, name in self.table.get("plus", {}).items()}
        is_day = self.is_day
        if not (form or zone or plus):
            return read

        def dated(cells: Sequence[str]) -> str:
            text = read(cells).strip()
            if not text:
                return ""
            at = _parsed(text, form)
            if form == UNIX and is_day and zone is not None:
                at = at.astimezone(zone)
            # hours are added to moments: local time has a day of 23 and one of 25
            if zone is not None and at.tzinfo is None and not is_day:
                at = moments.read_moment(at.isoformat(), zone)
            for unit, where in plus.items():
                amount = cells[where].strip()
                if not amount:
                    return ""
                at = _moved(at, unit, amount)
            return at.date().isoformat() if is_day else at.isoformat()

        return dated


def read_spec(
    name: str,
    table: Any,
    *,
    source: Source,
    lookups: Mapping[str, Lookup],
    zone: dt.tzinfo | None,
) -> Spec:
    """Checks `[columns] name = ...`. Raises FileError."""
    column = next((column for column in source.columns if column.name == name), None)
    if column is None:
        raise FileError(f"{source.name} has no column {name}; it has {', '.join(source.names)}")
    table = {"from": table} if isinstance(table, str) else table
    _check(name, table, lookups)
    found: Mapping[str, str] = {}
    if "lookup" in table:
        found = lookups[table["lookup"]].read(table["take"], combine=table.get("combine", "only"))
    return Spec(
        name=name,
        table=table,
        reads=_reads(table),
        found=found,
        is_moment=column.kind in MOMENTS,
        is_day=column.kind is moments.day,
        zone=zone,
    )


def _check(name: str, table: Any, lookups: Mapping[str, Lookup]) -> None:
    where = f"columns.{name}"
    if not isinstance(table, dict):
        raise FileError(f"{where} must be a header or a table")
    unknown = sorted(set(table) - KEYS)
    if unknown:
        raise FileError(f"{where} has no {', '.join(unknown)}; it knows {', '.join(sorted(KEYS))}")
    if sum(origin in table for origin in ORIGINS) != 1:
        raise FileError(f"{where} needs exactly one of {', '.join(ORIGINS)}")
    for word in TEXTS & set(table):
        if not isinstance(table[word], str):
            raise FileError(f"{where}.{word} must be a text")
    if "lookup" in table:
        _check_lookup(where, table, lookups)
    if "format" in table:
        _check_format(where, table["format"])
    _check_steps(where, table)
    _check_constants(where, table)


def _check_constants(where: str, table: dict[str, Any]) -> None:
    constants = [table[word] for word in CONSTANTS & set(table)]
    for constant in (*constants, *table.get("map", {}).values()):
        if isinstance(constant, list | dict):
            raise FileError(f"{where}: a list or a table stands where a text or a number is wanted")
        if isinstance(constant, int | float) and not abs(constant) <= MAX_CONSTANT:  # NaN too
            raise FileError(f"{where}: a number beyond {MAX_CONSTANT:,}")


def _check_format(where: str, form: str) -> None:
    """Refuses a form that could not even read what it writes."""
    if form == UNIX:
        return
    try:
        _parsed(dt.datetime(2026, 3, 31, 9, 30).strftime(form), form)  # noqa: DTZ001
    except (BadCell, re.error) as error:
        raise FileError(f"{where}.format: {shown(form)} is no form of a day or moment") from error


def _check_steps(where: str, table: dict[str, Any]) -> None:
    if "join" in table and not _texts(table["join"]):
        raise FileError(f"{where}.join must be a list of headers")
    if "map" in table and not isinstance(table["map"], dict):
        raise FileError(f"{where}.map must be a table")
    if "keep" in table and (not isinstance(table["keep"], bool) or "otherwise" in table):
        raise FileError(f"{where}.keep must be true or false, and stands in place of otherwise")
    if "times" in table and not isinstance(table["times"], int | float):
        raise FileError(f"{where}.times must be a number")
    plus = table.get("plus", {})
    if not isinstance(plus, dict) or set(plus) - STEPS or not _texts(list(plus.values())):
        raise FileError(f"{where}.plus must be a table of {', '.join(sorted(STEPS))} to headers")


def _check_lookup(where: str, table: dict[str, Any], lookups: Mapping[str, Lookup]) -> None:
    if table["lookup"] not in lookups:
        raise FileError(f"{where}: there is no lookup {table['lookup']}")
    if "key" not in table or "take" not in table:
        raise FileError(f"{where} needs the key, a header here, and what to take, a header there")
    if table.get("combine", "only") not in COMBINE:
        raise FileError(f"{where}.combine must be one of {', '.join(COMBINE)}")


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _reads(table: Mapping[str, Any]) -> tuple[str, ...]:
    single = [table["from"]] if "from" in table else []
    single += [table["key"]] if "lookup" in table else []
    return (*single, *table.get("join", []), *table.get("plus", {}).values())


def _prefixed(read: ReadCells, prefix: str) -> ReadCells:
    def prefixed(cells: Sequence[str]) -> str:
        text = read(cells).strip()
        return prefix + text if text else ""

    return prefixed


def _translated(
    read: ReadCells, words: Mapping[str, Any], otherwise: Any, *, keep: bool
) -> ReadCells:
    known = {str(word): str(value) for word, value in words.items()}

    def translated(cells: Sequence[str]) -> str:
        text = read(cells).strip()
        if text in known:
            return known[text]
        if keep:
            return text
        if text and otherwise is None:
            raise BadCell("unmapped_value", f"no translation for {shown(text)}")
        return str(otherwise) if text else ""

    return translated


def _multiplied(read: ReadCells, factor: Decimal) -> ReadCells:
    def multiplied(cells: Sequence[str]) -> str:
        text = read(cells).strip()
        return format(_number(text) * factor, "f") if text else ""

    return multiplied


def _defaulted(read: ReadCells, default: str) -> ReadCells:
    return lambda cells: read(cells) or default


def _number(text: str) -> Decimal:
    try:
        number = Decimal(text) if len(text) <= 40 else Decimal("NaN")
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number) > Decimal(10) ** 40:
        refuse_number(text, "a number")
    return number


def _parsed(text: str, form: str | None) -> dt.datetime:
    if form == UNIX:
        return moments.from_unix(float(_number(text)))
    try:
        if form:
            return dt.datetime.strptime(text, form)  # noqa: DTZ007  # the zone comes later
        return dt.datetime.fromisoformat(text)
    except ValueError as error:
        wanted = f"of the form {form}" if form else "a moment like 2026-03-31T09:30:00Z"
        raise BadCell("bad_moment", f"{shown(text)} is not {wanted}") from error


def _moved(at: dt.datetime, unit: str, amount: str) -> dt.datetime:
    number = _number(amount)
    if abs(number) > MAX_STEP:
        raise BadCell("out_of_range", f"{shown(amount)} {unit} is too far away")
    try:
        return at + dt.timedelta(**{unit: float(number)})
    except OverflowError as error:
        raise BadCell("out_of_range", f"{shown(amount)} {unit} is too far away") from error
