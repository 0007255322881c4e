"""From the text of a cell to a value. Each function makes the reader of one kind of column."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

from metrics.sources.base import BadCell, Kind, Read, Rules

FIRST_DAY = dt.date(1990, 1, 1)
LAST_DAY = dt.date(2200, 1, 1)
FIRST_MOMENT = dt.datetime(1990, 1, 1, tzinfo=dt.UTC)
LAST_MOMENT = dt.datetime(2200, 1, 1, tzinfo=dt.UTC)
TEXT = 10_000
ID = 200
MONEY = Decimal(10) ** 12
CENT = Decimal("0.01")
CACHE = 50_000

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_WHOLE = re.compile(r"[+-]?\d+(\.0+)?", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,4})?", re.ASCII)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_DOMAIN = re.compile(r"[^@\s/:.][^@\s/:]*\.[^@\s/:]+")
_YES_NO = {"true": True, "yes": True, "1": True, "t": True, "y": True} | {
    "false": False, "no": False, "0": False, "f": False, "n": False
}  # fmt: skip


def shown(cell: str) -> str:
    """The value as an error message quotes it."""
    return repr(cell if len(cell) <= 60 else cell[:60] + "…")


def text(limit: int = TEXT) -> Kind:
    """Text of at most `limit` characters, without the blanks around it, otherwise as it is."""

    def kind(rules: Rules) -> Read:
        def read(cell: str) -> str | None:
            value = cell.strip()
            if len(value) > limit:
                raise BadCell("too_long", f"{len(value):,} characters, at most {limit:,} fit")
            return value or None

        return read

    return kind


def email(rules: Rules) -> Read:
    """An e-mail address in lower case."""
    read_text = text(254)(rules)

    def read(cell: str) -> str | None:
        value = read_text(cell)
        if value and not _EMAIL.fullmatch(value):
            raise BadCell("bad_email", f"{shown(value)} is not an e-mail address")
        return value.lower() if value else None

    return read


def domain(rules: Rules) -> Read:
    """A domain in lower case; the address of a web site is cut down to it."""
    read_text = text(253)(rules)

    def read(cell: str) -> str | None:
        value = read_text(cell)
        if not value:
            return None
        bare = value.lower().removeprefix("https://").removeprefix("http://").removeprefix("www.")
        bare = bare.split("/")[0].removeprefix("@")
        if not _DOMAIN.fullmatch(bare):
            raise BadCell("bad_domain", f"{shown(value)} is not a domain such as acme.example")
        return bare

    return read


def choice(*words: str, aliases: Mapping[str, str] | None = None) -> Kind:
    """One of a few words, whatever its case."""
    known = {word: word for word in words} | dict(aliases or {})

    def kind(rules: Rules) -> Read:
        def read(cell: str) -> str | None:
            value = cell.strip().lower()
            if value and value not in known:
                raise BadCell("bad_choice", f"{shown(value)} is not one of {', '.join(words)}")
            return known[value] if value else None

        return read

    return kind


def words(rules: Rules) -> Read:
    """Several words in one cell, separated by ; or |."""

    def read(cell: str) -> list[str] | None:
        found = [part.strip() for part in re.split(r"[;|]", cell)]
        for part in found:
            if len(part) > ID:
                raise BadCell("too_long", f"{len(part):,} characters, at most {ID} fit")
        return [part for part in found if part] or None

    return read


def yes_no(rules: Rules) -> Read:
    """true, yes, 1, t, y or their opposites, whatever their case."""

    def read(cell: str) -> bool | None:
        value = cell.strip().lower()
        if value and value not in _YES_NO:
            raise BadCell("bad_boolean", f"{shown(value)} is neither true nor false")
        return _YES_NO[value] if value else None

    return read


def whole(low: int, high: int) -> Kind:
    """A whole number, low <= n <= high; `12.0` is 12, as spreadsheets write it."""

    def kind(rules: Rules) -> Read:
        def read(cell: str) -> int | None:
            value = cell.strip()
            if not value:
                return None
            # the ordinary case first: usage files have millions of counts
            if not (value.isdecimal() and value.isascii()) and not _WHOLE.fullmatch(value):
                refuse_number(value, "a whole number")
            digits = value.partition(".")[0]
            if len(digits) > 20 or not low <= (found := int(digits)) <= high:
                raise BadCell("out_of_range", f"{shown(value)} is not within {low} to {high:,}")
            return found

        return read

    return kind


def _decimal(value: str) -> Decimal:
    if not _NUMBER.fullmatch(value):
        refuse_number(value, "a number")
    return Decimal(value) if len(value) <= 400 else Decimal("Infinity")


def refuse_number(value: str, wanted: str) -> None:
    """Raises BadCell; infinities and NaN are named for what they are."""
    if value.lower().lstrip("+-") in {"nan", "inf", "infinity"}:
        raise BadCell("not_finite", f"{shown(value)} is not a finite number")
    raise BadCell("bad_number", f"{shown(value)} is not {wanted}")


def money(low: int) -> Kind:
    """An amount in cents' precision (half up), low <= amount < 10^12."""

    def kind(rules: Rules) -> Read:
        def read(cell: str) -> Decimal | None:
            value = cell.strip()
            if not value:
                return None
            amount = _decimal(value)
            # compared before rounding: rounding 1e400 would fail
            if not low <= amount < MONEY - 1:
                raise BadCell("out_of_range", f"{shown(value)} is not within {low} to 10^12")
            return amount.quantize(CENT, ROUND_HALF_UP)

        return read

    return kind


def number(low: float, high: float) -> Kind:
    """A finite number, low <= x <= high."""

    def kind(rules: Rules) -> Read:
        def read(cell: str) -> float | None:
            value = cell.strip()
            if not value:
                return None
            found = float(_decimal(value))
            if not low <= found <= high:
                raise BadCell("out_of_range", f"{shown(value)} is not within {low:g} to {high:g}")
            return found

        return read

    return kind


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
        at = read_any(cell)
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
