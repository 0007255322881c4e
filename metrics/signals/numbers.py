"""Numbers as people read them, and a signal's value with what is behind it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

MINUS, NBSP = "\u2212", "\u00a0"


@dataclass(frozen=True)
class Value:
    """A signal's raw value, with the pair behind it where there is one (NaN otherwise)."""

    raw: float
    part: float
    whole: float
    n: float


def number(value: float, decimals: int = 0) -> str:
    """A number with a true minus sign."""
    text = f"{abs(value):.{decimals}f}"
    return f"{MINUS}{text}" if value < 0 and float(text) != 0 else text


def percent(share: float) -> str:
    """94 % with a no-break space."""
    return f"{number(100 * share)}{NBSP}%"


def signed(value: float, decimals: int = 0) -> str:
    """+24 or −24; 0 without a sign."""
    text = number(value, decimals)
    return f"+{text}" if value > 0 and float(text) != 0 else text


def count(value: float, noun: str, plural: str = "") -> str:
    """1 ticket, 2 tickets."""
    whole = round(value)
    return f"{whole} {noun if whole == 1 else plural or noun + 's'}"


def pair(value: Value) -> str:
    """11 of 24."""
    return f"{round(value.part)} of {round(value.whole)}"


def hours(value: float) -> str:
    """6.0 h, 12 min or 45 s."""
    if value >= 1:
        return f"{value:.1f}{NBSP}h"
    minutes = value * 60
    return f"{minutes:.0f}{NBSP}min" if minutes >= 1 else f"{value * 3600:.0f}{NBSP}s"
