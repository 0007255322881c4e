"""The dimension cards, and the signals of one: two dozen rows on each account page, so put together
here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from functools import lru_cache
from html import escape
from typing import Any

from django import template
from django.template.defaultfilters import floatformat
from django.urls import reverse
from django.utils.safestring import SafeString

from metrics.templatetags.formats import day, points
from metrics.templatetags.icons import icon
from metrics.templatetags.links import here, swap
from metrics.templatetags.parts import change

register = template.Library()
NO_BAR = '<line class="hs-bar-none" x2="38" y1="3" y2="3"/>'
TRACK = '<rect class="hs-bar-track" width="38" height="6" rx="3"/>'
MARK = "-"  # where the code of a signal goes
CHEVRON = icon("chevron-right")
# words of ours, such as the names of signals, stand on every page
known = lru_cache(maxsize=1024)(escape)


@register.simple_tag(takes_context=True)
def dimension_cards(context: dict[str, Any], cards: Iterable[Mapping[str, Any]]) -> SafeString:
    """One card per dimension; its name opens its signals."""
    # of the parameters only one differs from card to card
    address = here(context, signals="")
    asks = f"{address}{'&' if '?' in address else '?'}signals="
    return SafeString("".join(_card(card, f"{asks}{card['key']}") for card in cards))


def _card(card: Mapping[str, Any], address: str) -> str:
    frozen = card["frozen"] and f'<span class="hs-tag">frozen since {day(card["frozen"])}</span>'
    gives = "not counted"
    if card["gives"] is not None:
        gives = f"gives <b>{points(card['gives'], 1)}</b> of {points(card['of'], 1)}"
    return (
        '<div class="hs-card"><div class="hs-card-line">'
        f'<h3><a id="open-{card["key"]}" {swap("account-page", address)}>{card["name"]}</a></h3>'
        f'{frozen or ""}<span class="hs-meta hs-end">weight {floatformat(card["weight"])} %</span>'
        f'</div><div class="hs-card-line"><span class="hs-card-points">{points(card["points"])}'
        f"</span>{'' if card['change'] is None else change(card['change'])}"
        f'<span class="hs-meta hs-end hs-tab">{gives}</span></div>'
        f"<ul>{''.join(map(_line, card['signals']))}</ul></div>"
    )


def _line(signal: Mapping[str, Any]) -> str:
    """Name, value, points as a bar and as a number."""
    name, bar = known(signal["name"]), NO_BAR
    if signal["points"] is not None:
        low = " hs-bar-low" if signal["is_low"] else ""
        bar = f'{TRACK}<rect class="hs-bar{low}" width="{signal["bar"]}" height="6" rx="3"/>'
    return (
        f'<li><span class="hs-cut" title="{name}">{name}</span>'
        f' <span class="hs-num hs-quiet">{escape(signal["value"])}</span>'
        f' <svg class="hs-point-bar" viewBox="0 0 38 6" aria-hidden="true">{bar}</svg>'
        f' <span class="hs-num hs-score">{points(signal["points"])}</span></li>'
    )


@register.simple_tag
def signal_rows(rows: Iterable[Mapping[str, Any]], account_id: int, night: dt.date) -> SafeString:
    """The table of signals; a click on a question opens the facts in the row below it."""
    # of the address only the code differs from row to row; what stands before it may hold anything,
    # such as the place of the whole site
    first, _, last = reverse("evidence", args=[account_id, MARK]).rpartition(MARK)
    before, after = escape(first), escape(f"{last}?day={night.isoformat()}")
    return SafeString("".join(_row(row, f"{before}{row['code']}{after}") for row in rows))


def _row(row: Mapping[str, Any], address: str) -> str:
    code, question, subject = row["code"], known(row["question"]), known(row["subject"])
    remark = f'<span class="hs-remark">{escape(row["remark"])}</span>' if row["remark"] else ""
    better = "–" if row["better_than"] is None else f"{floatformat(row['better_than'], 0)} %"
    numbers = (
        (" hs-strong", escape(row["value"])),
        (" hs-quiet", escape(row["before"])),
        (" hs-quiet", escape(row["target"])),
        (" hs-score", points(row["points"])),
        ("", change(row["change"], 0)),
        (" hs-quiet", "–" if row["gives"] is None else points(row["gives"], 1)),
        (" hs-quiet", better),
    )
    cells = "".join(f'<td class="hs-num{css}">{text}</td>' for css, text in numbers)
    return (
        f'<tr><td class="hs-cut" title="{question} Show {subject}"><span class="hs-asks">'
        f'<a class="hs-question"'
        f' href="{address}" hx-get="{address}" hx-target="#facts-{code}" hx-swap="innerHTML"'
        f' aria-controls="facts-{code}" aria-expanded="false" data-facts>{CHEVRON}{question}'
        f'<span class="hs-hide"> Show {subject}</span></a> <span class="hs-code">{code}</span>'
        f'</span>{remark}</td>{cells}<td class="hs-wrap hs-quiet">{row["source"]},'
        f" {escape(row['note'])}</td></tr>"
        f'<tr class="hs-evidence-row"><td id="facts-{code}" colspan="9"></td></tr>'
    )
