"""The canonical CSV files of a folder as plain rows, folded as docs/importing.md says."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

Row = dict[str, str]
YES = {"true", "yes", "1", "t", "y"}
# how far along a course is
PROGRESS = (
    {"assigned"},
    {"enrolled"},
    {"in_progress"},
    {"withdrawn", "failed", "completed"},
    {"passed"},
    {"expired"},
)


@dataclass(frozen=True, kw_only=True)
class Clock:
    """Where the organisation's days begin, and until when something is known."""

    zone: ZoneInfo
    today: dt.date
    cutoff: dt.datetime

    def moment(self, text: str) -> dt.datetime | None:
        """A moment in local time; without a zone it is local already."""
        if not text.strip():
            return None
        at = dt.datetime.fromisoformat(text.strip())
        return (at if at.tzinfo else at.replace(tzinfo=self.zone)).astimezone(self.zone)

    def day(self, text: str) -> dt.date | None:
        """The local day of a moment or a day."""
        at = self.moment(text)
        return at.date() if at else None

    def past_day(self, text: str) -> dt.date | None:
        """The same where it has come by t-1."""
        day = self.day(text)
        return day if day and day < self.today else None

    def knows(self, text: str) -> bool:
        """Whether something of that moment or day is known; what has none always is."""
        at = self.moment(text)
        return at is None or at <= self.cutoff


def read(folder: Path, name: str) -> list[Row]:
    """The rows of a file in its order, blanks around cells away; none where there is no file. Rows
    with too few or too many cells are refused.
    """
    path = folder / f"{name}.csv"
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as stream:
        return [
            {column: cell.strip() for column, cell in row.items()}
            for row in csv.DictReader(stream)
            if None not in row and None not in row.values()
        ]


def is_yes(text: str) -> bool:
    return text.lower() in YES


def latest(rows: Iterable[Row], *key: str) -> list[Row]:
    """One row for each key; a later row changes what it says otherwise, an empty cell nothing."""
    found: dict[tuple[str, ...], Row] = {}
    for row in rows:
        state = found.setdefault(tuple(row[name] for name in key), dict(row))
        state.update({name: cell for name, cell in row.items() if cell})
    return list(found.values())


def first(rows: Iterable[Row], *, key: str) -> list[Row]:
    """Of several rows with one id the first; all that have none."""
    seen: set[str] = set()
    kept = []
    for row in rows:
        if not row[key] or row[key] not in seen:
            kept.append(row)
        seen.add(row[key])
    return kept


def moved_on(
    rows: Iterable[Row],
    *,
    clock: Clock,
    began: tuple[str, ...],
    moments: tuple[str, ...],
    step: Callable[[Row], int],
    moving: tuple[str, ...] = (),
) -> list[Row]:
    """Records by external id, as known by the cut-off. A row fills in what was empty, and changes
    the `moving` columns where it is a step further. The first row is known since the earliest of
    the moments in which a record `began`, a later one since the newest of its `moments`.
    """
    known: dict[str, Row] = {}
    newest: dict[str, Row] = {}
    for row in rows:
        number = row["external_id"]
        before = newest.get(number)
        newest[number] = after = merged(before, row, step=step, moving=moving) if before else row
        if before:
            is_known = all(clock.knows(after[name]) for name in moments)
        else:
            is_known = any(clock.knows(row[name]) for name in began if row[name] or len(began) == 1)
        if is_known:
            known[number] = after
    return list(known.values())


def merged(before: Row, row: Row, *, step: Callable[[Row], int], moving: tuple[str, ...]) -> Row:
    """The record after one more row about it."""
    after, further = dict(before), step(row) > step(before)
    for name, cell in row.items():
        says_more = not before[name] or before[name] == "unknown" or (further and name in moving)
        if cell and (says_more or (name == "escalated" and is_yes(cell))):
            after[name] = cell
    return after


def progress(row: Row) -> int:
    """How far along a course is."""
    return next(at for at, states in enumerate(PROGRESS) if row["status"].lower() in states)
