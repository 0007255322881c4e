"""How numbers, money and days are written. One way for each, everywhere."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django import template

from metrics.scoring.flag_rules import BY_CODE as FLAGS
from metrics.scoring.overrides import points_text

register = template.Library()

NOTHING = "–"
MINUS = "\u2212"
NBSP = "\u00a0"
NOISE = 3.0  # points: a smaller change is ordinary noise
SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}
Number = float | int | Decimal


@register.filter
def points(value: Number | None, decimals: int = 0) -> str:
    """A score or points: "55"; "–" where there is none."""
    return NOTHING if value is None else f"{value:.{decimals}f}".replace("-", MINUS)


@register.filter
def signed(value: Number | None, decimals: int = 1) -> str:
    """A change with its sign: "+3.4", "−14.6", "0.0"."""
    if value is None:
        return NOTHING
    text = f"{abs(value):.{decimals}f}"
    if not text.strip("0."):
        return text
    return f"{'+' if value > 0 else MINUS}{text}"


@register.filter
def flag_name(code: str) -> str:
    """ "Champion left"; a flag that is known no longer keeps its code."""
    return FLAGS[code].name if code in FLAGS else code


@register.filter
def exactly(value: float) -> str:
    """Points that somebody chose, with their sign and no more decimals than there are: "+8"."""
    return points_text(value)


@register.filter
def percent(share: Number | None) -> str:
    """A share of one: "94 %", with a no-break space."""
    return NOTHING if share is None else f"{100 * share:.0f}{NBSP}%"


@register.filter
def grouped(value: Number | None) -> str:
    """A count: "1,482,210"."""
    return NOTHING if value is None else f"{value:,.0f}".replace("-", MINUS)


@register.filter
def short_count(value: Number | None) -> str:
    """A large count in a figure: "1.49M", "8,421"."""
    if value is None or value < 1e6:
        return grouped(value)
    return f"{float(value) / 1e6:.2f}M"


@register.filter
def money(amount: Number | None, currency: str = "") -> str:
    """ "$950", "$86.4k", "$194k", "$1.15M"; an unknown currency is named by its code."""
    if amount is None:
        return NOTHING
    return _with_currency(_shortened(abs(float(amount))), currency, minus=amount < 0)


@register.filter
def full_money(amount: Number | None, currency: str = "") -> str:
    """ "$86,400": for the header of an account."""
    if amount is None:
        return NOTHING
    return _with_currency(f"{abs(amount):,.0f}", currency, minus=amount < 0)


def _shortened(amount: float) -> str:
    # limits lie where rounding would print the next unit
    if amount < 999.5:
        return f"{amount:.0f}"
    if amount < 99_950:
        return f"{amount / 1e3:.1f}k"
    if amount < 999_500:
        return f"{amount / 1e3:.0f}k"
    return f"{amount / 1e6:.2f}M" if amount < 99_995_000 else f"{amount / 1e6:,.0f}M"


def _with_currency(text: str, currency: str, *, minus: bool) -> str:
    symbol = SYMBOLS.get(currency) or (f"{currency}{NBSP}" if currency else "")
    return f"{MINUS if minus else ''}{symbol}{text}"


@register.filter
def day(value: dt.date | None) -> str:
    """ "14 Mar"."""
    return NOTHING if value is None else f"{value.day} {value:%b}"


@register.filter
def long_day(value: dt.date | None) -> str:
    """ "14 Mar 2027"."""
    return NOTHING if value is None else f"{value.day} {value:%b %Y}"


@register.filter
def days_until(value: dt.date | None, today: dt.date) -> int | None:
    """Whole days from today; negative once it is over."""
    return (value - today).days if value else None


@register.filter
def renews(on: dt.date, today: dt.date) -> str:
    """Such as "renews in 16 d"; "was to renew 3 d ago" once it is over."""
    left = (on - today).days
    return f"renews in {left} d" if left >= 0 else f"was to renew {-left} d ago"


@register.filter
def first_name(user: object) -> str:
    """Such as "Ana"; an e-mail address stays whole."""
    text = str(user)
    return text if "@" in text else text.split(" ")[0]


@register.filter
def duration(seconds: Number | None) -> str:
    """ "12 s", "1 min 42 s", "2 h 5 min"."""
    if seconds is None:
        return NOTHING
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


@register.filter
def change_class(value: Number | None) -> str:
    """Colour only beyond noise."""
    if value is None or abs(float(value)) < NOISE:
        return "hs-quiet"
    return "hs-up" if float(value) > 0 else "hs-down"


@register.filter
def plural(count: int, word: str) -> str:
    """ "1 account", "2 accounts"; `word` may carry its plural: "person,people"."""
    one, _, many = word.partition(",")
    return f"{count:,} {one if count == 1 else many or one + 's'}"
