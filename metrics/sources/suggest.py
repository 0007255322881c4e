"""Which of their columns is likely which of ours: by heading, then by how days are written."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Iterable, Sequence

from metrics.sources import moments
from metrics.sources.base import BadCell, Column, Read, Rules, Source
from metrics.sources.columns import MOMENTS

# how days and moments are written elsewhere, as strptime and as people see it; "": ISO 8601
FORMS = {
    "": "2026-03-31",
    "%d/%m/%Y": "31/03/2026",
    "%m/%d/%Y": "03/31/2026",
    "%d.%m.%Y": "31.03.2026",
    "%d-%m-%Y": "31-03-2026",
    "%Y/%m/%d": "2026/03/31",
    "%d/%m/%Y %H:%M": "31/03/2026 14:30",
    "%m/%d/%Y %H:%M": "03/31/2026 14:30",
    "%m/%d/%Y %I:%M %p": "03/31/2026 2:30 PM",
    "%d.%m.%Y %H:%M": "31.03.2026 14:30",
    "%d/%m/%Y %H:%M:%S": "31/03/2026 14:30:00",
    "%m/%d/%Y %H:%M:%S": "03/31/2026 14:30:00",
    "%d.%m.%Y %H:%M:%S": "31.03.2026 14:30:00",
    "%d %b %Y": "31 Mar 2026",
    "%b %d, %Y": "Mar 31, 2026",
}
JUDGED = 200  # cells that a form must fit
MANY = 20  # words of theirs that can be translated by hand
# words are the same in every zone and at any time
_ANY = Rules(zone=dt.UTC, now=moments.FIRST_MOMENT, oldest=moments.FIRST_MOMENT)
_NOISE = re.compile(r"[\W_]+")


def is_dated(column: Column) -> bool:
    """Whether it holds days or moments."""
    return column.kind is moments.day or column.kind in MOMENTS


def suggest(source: Source, header: Sequence[str]) -> dict[str, str]:
    """Our column -> their heading: the same name first, then the likeliest alias; each once."""
    plain: dict[str, str] = {}
    for heading in header:
        plain.setdefault(_plain(heading), heading)
    found: dict[str, str] = {}
    for column in source.columns:
        _take(plain, found, column.name, [column.name])
    for column in source.columns:
        if column.name not in found:
            _take(plain, found, column.name, column.aliases.split(","))
    return {name: found[name] for name in source.names if name in found}


def _take(plain: dict[str, str], found: dict[str, str], name: str, called: Iterable[str]) -> None:
    for alias in called:
        heading = plain.pop(_plain(alias), None)
        if heading is not None:
            found[name] = heading
            return


def _plain(heading: str) -> str:
    """ "Account ID", "account_id" and "AccountId" are one."""
    return _NOISE.sub("", heading.casefold())


def likely_form(cells: Sequence[str]) -> str:
    """The form in which these days or moments are written: the first that fits them all."""
    judged = [cell for cell in cells if cell][:JUDGED]
    fitting = (form for form in FORMS if all(reads(cell, form) for cell in judged))
    return next(fitting, "")


def reads(cell: str, form: str) -> dt.datetime | None:
    """The day or moment that a cell is in this form, where it is one."""
    try:
        if form:
            return dt.datetime.strptime(cell, form)  # noqa: DTZ007  # shown as it is written
        return dt.datetime.fromisoformat(cell)
    except ValueError:
        return None


def strange_words(column: Column, cells: Iterable[str]) -> list[str]:
    """What their cells say that a column of few words does not know, in the order of the file."""
    if not column.words:
        return []
    read = column.kind(_ANY)
    found = (cell for cell in dict.fromkeys(cells) if cell and not _is_known(read, cell))
    return list(itertools.islice(found, MANY))


def _is_known(read: Read, cell: str) -> bool:
    try:
        read(cell)
    except BadCell:
        return False
    return True
