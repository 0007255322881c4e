"""What the sections of the account page write: uses of features, last days, hours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from functools import lru_cache
from html import escape
from typing import Any, Protocol

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from metrics.signals.numbers import hours
from metrics.templatetags.parts import pair

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


@register.simple_tag
def person_rows(rows: Iterable[Mapping[str, Any]], sources: Mapping[str, bool]) -> SafeString:
    """The table of all people; what a source that is not connected would say is left out."""
    return SafeString("".join(_person(line, sources) for line in rows))


TAGS = (
    ("champion", ' <span class="hs-tag hs-tag-accent">Champion</span>'),
    ("decision_maker", ' <span class="hs-tag">Decides</span>'),
)
NEW = ' <span class="hs-tag">New</span>'
NOT_HEARD = '<span class="hs-quiet">–</span>'


def _person(line: Mapping[str, Any], sources: Mapping[str, bool]) -> str:
    row, person = line["row"], line["row"].person
    name, group = escape(row.name), escape(person.group)
    tags = "".join(tag for fact, tag in TAGS if getattr(person, fact))
    role = f"{person.persona or '–'}{f', {person.level}' if person.level else ''}"
    used = sources["usage"]
    return (
        f'<tr><th scope="row" dir="auto">{name}{tags}{NEW if row.is_new else ""}</th>'
        f'<td class="hs-part-of" dir="auto">{group or "–"}</td>'
        f'<td class="hs-part-of hs-second" dir="auto">{escape(role)}</td>'
        f'<td class="hs-second">{row.training if sources["training"] else NOT_HEARD}</td>'
        f'<td class="hs-num">{last_active(row) if used else NOT_HEARD}</td>'
        f'<td class="hs-num">{pair(line["used"], line["relevant"]) if used else NOT_HEARD}</td>'
        f"{''.join(map(use_cell, line['cells']))}</tr>"
    )


@register.simple_tag
def matrix_rows(rows: Iterable[Mapping[str, Any]]) -> SafeString:
    """The people of the account page's matrix."""
    return SafeString("".join(map(_matrix_row, rows)))


def _matrix_row(line: Mapping[str, Any]) -> str:
    row, person = line["row"], line["row"].person
    name, role = escape(row.name), f", {person.persona}" if person.persona else ""
    place = escape(f"{person.group or '–'}{role}")
    return (
        f'<tr><th scope="row" class="hs-cut" dir="auto" title="{name}">{name}</th>'
        f'<td class="hs-cut hs-second hs-narrow-off" dir="auto" title="{place}">{place}</td>'
        f'<td class="hs-num">{last_active(row)}</td>'
        f"{''.join(map(use_cell, line['cells']))}"
        f'<td class="hs-num">{pair(line["used"], line["relevant"])}</td></tr>'
    )
