"""From the text of a cell to a day or a moment, and what a fact's moment may be."""

from __future__ import annotations

import datetime as dt
import re

from metrics.sources.base import BadCell, Read, Rules
from metrics.sources.cells import shown

FIRST_DAY = dt.date(1990, 1, 1)
LAST_DAY = dt.date(2200, 1, 1)
FIRST_MOMENT = dt.datetime(1990, 1, 1, tzinfo=dt.UTC)
LAST_MOMENT = dt.datetime(2200, 1, 1, tzinfo=dt.UTC)
CACHE = 50_000

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def day(rules: Rules) -> Read:
    """A day as YYYY-MM-DD, 1990 to 2199."""
    return read_day


def read_day(cell: str) -> dt.date | None:
    """A day; raises BadCell. Other ISO 8601 forms, such as weeks, are not days here."""
    value = cell.strip()
    if not value:
        return None
    try:
        found = dt.date.fromisoformat(value) if _DAY.fullmatch(value) else None
    except ValueError:
        found = None
    if found is None:
        raise BadCell("bad_day", f"{shown(value)} is not a day like 2026-03-31")
    if not FIRST_DAY <= found < LAST_DAY:
        raise BadCell("out_of_range", f"{shown(value)} is not between 1990 and 2199")
    return found


def moment(rules: Rules) -> Read:
    """A moment in UTC; without a zone it is local time, and a plain day its local midnight."""
    zone = rules.zone

    def read(cell: str) -> dt.datetime | None:
        value = cell.strip()
        return read_moment(value, zone) if value else None

    return read


def fact_moment(rules: Rules) -> Read:
    """A moment that a fact may have: neither in the future nor too old. Remembers what it read."""
    read_any = moment(rules)
    seen: dict[str, dt.datetime | None] = {}

    def read(cell: str) -> dt.datetime | None:
        if cell in seen:
            return seen[cell]
        at: dt.datetime | None = read_any(cell)
        if at is not None:
            check_fact(at, rules)
        if len(seen) >= CACHE:
            seen.clear()
        seen[cell] = at
        return at

    return read


def day_or_moment(rules: Rules) -> Read:
    """A day, or the local day of a moment."""
    read_any = moment(rules)

    def read(cell: str) -> dt.date | None:
        at = read_any(cell)
        return rules.local_day(at) if at else None

    return read


def read_moment(value: str, zone: dt.tzinfo) -> dt.datetime:
    """ISO 8601 to UTC; raises BadCell. Leap seconds, years beyond 9999 and BC are no moments."""
    try:
        at = dt.datetime.fromisoformat(value)
    except ValueError:
        at = None
    if at is None or not value[:5].strip("0123456789") == "-":
        raise BadCell("bad_moment", f"{shown(value)} is not a moment like 2026-03-31T09:30:00Z")
    try:
        utc = (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(dt.UTC)
    except (OverflowError, ValueError):
        utc = LAST_MOMENT
    if not FIRST_MOMENT <= utc < LAST_MOMENT:
        raise BadCell("out_of_range", f"{shown(value)} is not between 1990 and 2199")
    return utc


def from_unix(value: float) -> dt.datetime:
    """Seconds since 1970 to UTC, or milliseconds where seconds would be beyond the year 5000.
    Raises BadCell.
    """
    try:
        found = dt.datetime.fromtimestamp(value / 1000 if abs(value) > 1e11 else value, dt.UTC)
    except (OverflowError, ValueError, OSError):
        found = LAST_MOMENT
    if not FIRST_MOMENT <= found < LAST_MOMENT:
        raise BadCell("out_of_range", f"{value!r:.60} is not between 1990 and 2199")
    return found


def check_fact(at: dt.datetime, rules: Rules, *, column: str = "") -> None:
    """Refuses a fact from the future and one that is too old."""
    check_not_future(at, rules, column=column)
    if at < rules.oldest:
        raise BadCell("too_old", f"{at:%Y-%m-%d} is before {rules.oldest:%Y-%m-%d}", column=column)


def check_not_future(at: dt.datetime, rules: Rules, *, column: str = "") -> None:
    """Refuses what has not happened yet."""
    if at > rules.newest:
        message = f"{at:%Y-%m-%d %H:%M} UTC is in the future"
        raise BadCell("future_timestamp", message, column=column)
