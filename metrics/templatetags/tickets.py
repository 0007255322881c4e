"""The rows of a table of tickets: 50 on a page, so put together here."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from html import escape
from typing import Any

from django import template
from django.template.defaultfilters import floatformat
from django.utils.safestring import SafeString

from metrics.templatetags.adoption import working_hours
from metrics.templatetags.formats import day, long_day

register = template.Library()
NOTHING = '<span class="hs-quiet">–</span>'
ESCALATED = ' <span class="hs-tag hs-tag-amber">Escalated</span>'
rating = lru_cache(maxsize=256)(floatformat)


@register.simple_tag
def ticket_rows(rows: Iterable[Any], few: bool = False) -> SafeString:
    """Tickets as `metrics.views.account.tickets.TicketRow`. few: the open ones of the account's
    page, where there is less room.
    """
    return SafeString("".join(_row(row, few) for row in rows))


def _row(row: Any, few: bool) -> str:
    ticket = row.ticket
    person = f", {ticket.person}" if ticket.person else ""
    topic, rest = escape(ticket.topic), ""
    if ticket.comment and not few:
        said = escape(ticket.comment)
        rest = f'<span class="hs-quote" dir="auto" title="{said}">{said}</span>'
    return (
        f"<tr><td>{day(row.opened_on) if few else long_day(row.opened_on)}</td>"
        f'<td class="hs-cut" dir="auto" title="{topic}">{topic or "No topic"}'
        f' <span class="hs-quiet">{escape(ticket.external_id)}{escape(person)}</span>{rest}</td>'
        f'<td class="hs-second hs-narrow-off">{row.level}</td>'
        f'<td class="hs-narrow-off" dir="auto">{_priority(row)}</td>'
        f'<td class="hs-num">{_state(row, few)}</td>'
        f'<td class="hs-num hs-narrow-off">{_answered(row)}</td>'
        f"{'' if few else _rated(ticket.csat)}</tr>"
    )


def _priority(row: Any) -> str:
    text = escape(row.ticket.severity)
    if row.is_severe:
        text = f'<span class="hs-strong">{text}</span>'
    return f"{text or '–'}{ESCALATED if row.ticket.escalated else ''}"


def _state(row: Any, few: bool) -> str:
    if row.is_open:
        return f'<span class="hs-strong">{"" if few else "open "}{row.age} d</span>'
    return f'<span class="hs-quiet">solved in {row.age} d</span>'


def _answered(row: Any) -> str:
    if row.hours is None:
        return '<span class="hs-quiet">none yet</span>'
    text = working_hours(row.hours)
    return f'<span class="hs-red">{text}</span>' if row.is_slow else text


def _rated(csat: float | None) -> str:
    text = NOTHING if csat is None else f"{rating(csat)} / 5"
    return f'<td class="hs-num hs-narrow-off">{text}</td>'
