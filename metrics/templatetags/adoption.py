"""What the sections of the account page write: uses of features, last days, hours."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Any, Protocol

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from metrics.signals.numbers import hours

register = template.Library()
NEVER = mark_safe(
    '<td class="hs-use"><i class="hs-cell hs-cell-0" aria-hidden="true">·</i>'
    '<span class="hs-hide">never</span></td>'
)
SIGNS = {"new": "+", "dropped": "×"}


class Use(Protocol):
    """See `metrics.views.account.adoption.Use`."""

    @property
    def shade(self) -> str: ...
    @property
    def said(self) -> str: ...


@register.simple_tag
def use_cell(use: Use | None) -> SafeString:
    """A table cell: three shades by days, "+" for new, "×" for dropped; the words beside it."""
    return NEVER if use is None else _cell(use.shade, use.said)


@lru_cache(maxsize=256)  # the same few stand in every row
def _cell(shade: str, said: str) -> SafeString:
    return format_html(
        '<td class="hs-use"><i class="hs-cell hs-cell-{}" title="{}" aria-hidden="true">{}</i>'
        '<span class="hs-hide">{}</span></td>',
        shade,
        said,
        SIGNS.get(shade, ""),
        said,
    )


@register.simple_tag
def last_active(row: Any) -> SafeString:
    """ "yesterday", "3 d", "24 d" in red, "never", "no access"."""
    return _last(row.silent, bool(row.person.provisioned_at), row.is_quiet)


@lru_cache(maxsize=1024)
def _last(silent: int | None, has_access: bool, is_quiet: bool) -> SafeString:
    if silent is None:
        css, text = ("hs-red", "never") if has_access else ("hs-quiet", "no access")
    elif silent <= 1:
        css, text = "hs-quiet", "yesterday"
    else:
        css, text = ("hs-red" if is_quiet else "hs-quiet"), f"{silent} d"
    return format_html('<span class="{}">{}</span>', css, text)


@register.filter
def days_ago(days: int) -> str:
    """ "yesterday", "12 days ago"."""
    return "yesterday" if days <= 1 else f"{days} days ago"


@register.filter
def working_hours(value: float) -> str:
    """ "6.0 h", "12 min": of business, or by the clock for calls."""
    return hours(value)


@register.filter
def month_year(value: dt.date) -> str:
    """ "Mar 2025", where a day of another year would take too much room."""
    return f"{value:%b %Y}"
