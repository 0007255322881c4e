"""An item of the day, and what can be done about it: the same buttons in each of its rows."""

from __future__ import annotations

from functools import lru_cache
from html import escape
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from metrics.forms import SnoozeForm
from metrics.templatetags.days import weekday
from metrics.templatetags.icons import icon
from metrics.templatetags.links import here, swap

register = template.Library()

# forms that say what becomes of the item, and come back to the list it stands in
SENDS = (
    'method="post" action="{address}" hx-post="{address}" hx-target="#day"'
    ' hx-swap="outerHTML show:none" hx-indicator="#day"><input type="hidden"'
    ' name="csrfmiddlewaretoken" value="{token}"><input type="hidden" name="next" value="{back}">'
)
DONE = (
    f"<form {SENDS.replace('{address}', '{done}')}"
    f'<button class="hs-btn" id="done-{{place}}">{icon("check")}Done'
    '<span class="hs-hide">: {title}</span></button></form>'
)
SNOOZE = (
    '<details class="hs-menu"><summary class="hs-btn hs-btn-ghost" id="snooze-{place}">'
    f'{icon("clock")}Snooze<span class="hs-hide">: {{title}}</span></summary>'
    f'<form class="hs-menu-body hs-day-snooze" {SENDS.replace("{address}", "{snooze}")}'
    '<button class="hs-btn hs-btn-ghost" name="until" value="tomorrow">Tomorrow'
    ' <span class="hs-meta">{tomorrow}</span></button>'
    '<button class="hs-btn hs-btn-ghost" name="until" value="week">Next week'
    ' <span class="hs-meta">{week}</span></button>'
    '<div class="hs-row"><input class="hs-input hs-input-small" type="date" name="day"'
    ' min="{first}" max="{last}" aria-label="Until"><button class="hs-btn" name="until"'
    ' value="day">Snooze</button></div></form></details>'
)
TASK = (
    f'<a class="hs-btn hs-btn-ghost" id="task-{{place}}" {{swap}}>{icon("plus")}Task'
    '<span class="hs-hide">: {title}</span></a>'
)
ITEM = (
    '<span class="hs-day-place hs-tnum" aria-hidden="true">{place}</span>'
    '<div class="hs-day-what">{what}{owner}{planned}</div>{spark}'
    f'<div class="hs-day-do">{DONE}{SNOOZE}{TASK}</div>'
)
OWNER = '<p class="hs-meta">Owner <bdi>{}</bdi></p>'
NO_OWNER = '<p class="hs-meta">Nobody’s account</p>'


@register.simple_tag(takes_context=True)
def day_item(context: dict[str, Any], item: Any, place: int) -> SafeString:
    """An item of the list: what and why, whose it is, what is planned; done, snooze, and a task.

    Not a template: twenty of them are most of the page.
    """
    account_id: int = item.row.account_id
    common = _common(context)
    rest, joint = common["rest"]
    drawn = ITEM.format(
        **common,
        place=place,
        title=escape(item.title),
        what=item.html,
        spark=item.spark,
        owner=_owner(context, account_id),
        planned=_planned(context, account_id),
        done=_address("day_done", account_id),
        snooze=_address("day_snooze", account_id),
        swap=swap("day", f"{rest}{joint}task={account_id}"),
    )
    return mark_safe(drawn)  # noqa: S308  # numbers, and what is escaped above or was drawn before


def _common(context: dict[str, Any]) -> dict[str, Any]:
    """What is the same in each item of a page, escaped once."""
    request = context["request"]
    known: dict[str, Any] | None = getattr(request, "day_common", None)
    if known is None:
        rest = here(context, task="")
        known = {
            "token": escape(str(context["csrf_token"])),
            "back": escape(context["address"]),
            "rest": (rest, "&" if "?" in rest else "?"),
            **_ends(context["snooze"]),
        }
        request.day_common = known
    return known


def _owner(context: dict[str, Any], account_id: int) -> str:
    if not context["whose"].can_switch:
        return ""
    name = context["owners"].get(account_id)
    return OWNER.format(escape(name)) if name else NO_OWNER


def _planned(context: dict[str, Any], account_id: int) -> str:
    tasks = context["planned"].get(account_id)
    if not tasks:
        return ""
    known = {"tasks": tasks, "today": context["today"]}
    return render_to_string("metrics/day/planned.html", known)


@lru_cache(maxsize=4096)
def _address(name: str, account_id: int) -> str:
    return reverse(name, args=[account_id])


def _ends(snooze: SnoozeForm) -> dict[str, str]:
    return {
        "tomorrow": weekday(snooze.tomorrow),
        "week": weekday(snooze.next_week),
        "first": snooze.tomorrow.isoformat(),
        "last": snooze.latest.isoformat(),
    }
