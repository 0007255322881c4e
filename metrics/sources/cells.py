"""From the text of a cell to a value. Each function makes the reader of one kind of column."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

from metrics.sources.base import BadCell, Kind, Read, Rules

TEXT = 10_000
ID = 200
MONEY = Decimal(10) ** 12
CENT = Decimal("0.01")

_WHOLE = re.compile(r"[+-]?\d+(\.0+)?", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,4})?", re.ASCII)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_DOMAIN = re.compile(r"[^@\s/:.][^@\s/:]*\.[^@\s/:]+")
# how a column that is read by `yes_no` says it to people
YES_NO = ("yes", "no")
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
    """An e-mail address in lower case, no longer than an id: it serves as one."""
    read_text = text(ID)(rules)

    def read(cell: str) -> str | None:
        value: str | None = read_text(cell.lower())  # lower case may be longer
        if value and not _EMAIL.fullmatch(value):
            raise BadCell("bad_email", f"{shown(value)} is not an e-mail address")
        return value

    return read


def domain(rules: Rules) -> Read:
    """A domain in lower case; the address of a web site is cut down to it. With an @ before it, it
    is as long as an id: rows wait for it so.
    """
    read_text = text(ID - 1)(rules)

    def read(cell: str) -> str | None:
        value: str | None = read_text(cell.lower())  # lower case may be longer
        if not value:
            return None
        bare = value.removeprefix("https://").removeprefix("http://").removeprefix("www.")
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
