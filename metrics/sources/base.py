"""What a source is: its columns, how a cell is read, and how a row is refused. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple


class FileError(Exception):
    """The file cannot be read at all; the message names the line and the reason."""


class BadCell(ValueError):
    """A value that may not be stored. `code` is one of `metrics.sources.codes.CODES`."""

    def __init__(self, code: str, message: str, *, column: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.column = column


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """A row that is not stored, and why. `raw` is column -> text, so that it can be sent again."""

    line: int
    code: str
    message: str
    column: str = ""
    raw: Mapping[str, str]
    waits_for_account: str = ""
    waits_for_person: str = ""


class Row(NamedTuple):
    """A row that was understood: `values` in the order of the source's columns."""

    line: int
    values: tuple[Any, ...]
    header: tuple[str, ...]
    cells: Sequence[str]

    def raw(self) -> dict[str, str]:
        """The cells that hold something, as column -> text."""
        return {name: cell for name, cell in zip(self.header, self.cells, strict=True) if cell}

    def refused(
        self, code: str, message: str, *, column: str = "", account: str = "", person: str = ""
    ) -> Refusal:
        """This row, refused after all; `account` or `person`: what it waits for."""
        return Refusal(
            line=self.line,
            code=code,
            message=message,
            column=column,
            raw=self.raw(),
            waits_for_account=account,
            waits_for_person=person,
        )


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What the cells of one file are judged by: a zone for moments without one, and the time."""

    zone: dt.tzinfo
    now: dt.datetime
    oldest: dt.datetime

    @property
    def newest(self) -> dt.datetime:
        """A fact may lie this far ahead: clocks differ."""
        return self.now + dt.timedelta(minutes=10)

    def local_day(self, at: dt.datetime) -> dt.date:
        """The day of a moment in the zone of the file."""
        return at.astimezone(self.zone).date()

    def midnight(self, day: dt.date) -> dt.datetime:
        """The moment at which a local day begins, in UTC."""
        return dt.datetime.combine(day, dt.time(), self.zone).astimezone(dt.UTC)


SHORT = ("arr", "csat")  # names that are short for something
# a cell that is not empty -> its value; raises BadCell
Read = Callable[[str], Any]
Kind = Callable[[Rules], Read]
Values = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column. `mapped`: not in the canonical file, only a mapping can fill it.

    `says`: what it holds, for people. `aliases`: other headings under which it often comes, the
    likeliest first, with commas between them. `words`: all that its cells may say, where they are
    few.
    """

    name: str
    kind: Kind
    required: bool = False
    mapped: bool = False
    says: str = ""
    aliases: str = ""
    words: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Its name as people write it: "Renews on", "ARR"."""
        return self.name.upper() if self.name in SHORT else self.name.replace("_", " ").capitalize()


def accept_all(values: Values, rules: Rules) -> None:
    """For sources whose cells need not agree with one another."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """A canonical file. `check` refuses rows whose cells contradict one another; `title` and
    `about` say to people what it holds.
    """

    name: str
    columns: tuple[Column, ...]
    title: str = ""
    about: str = ""
    check: Callable[[Values, Rules], None] = accept_all

    @property
    def names(self) -> tuple[str, ...]:
        """All column names, those that only a mapping can fill included."""
        return tuple(column.name for column in self.columns)

    @property
    def header(self) -> tuple[str, ...]:
        """The header of the canonical file."""
        return tuple(column.name for column in self.columns if not column.mapped)
