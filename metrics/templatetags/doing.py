"""What can be done about an item of the day: the same buttons in each of its rows."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from metrics.forms import SnoozeForm
from metrics.templatetags.days import weekday
from metrics.templatetags.icons import icon
from metrics.templatetags.links import here, swap

register = template.Library()

# a form that says what becomes of the item, and comes back to the list it stands in
SENDS = (
    'method="post" action="{address}" hx-post="{address}" hx-target="#day"'
    ' hx-swap="outerHTML show:none" hx-indicator="#day"><input type="hidden"'
    ' name="csrfmiddlewaretoken" value="{token}"><input type="hidden" name="next" value="{back}">'
)
DONE = (
    f"<form {SENDS}"
    '<button class="hs-btn" id="done-{place}">{icon}Done<span class="hs-hide">: {title}</span>'
    "</button></form>"
)
SNOOZE = (
    '<details class="hs-menu"><summary class="hs-btn hs-btn-ghost" id="snooze-{place}">{icon}Snooze'
    '<span class="hs-hide">: {title}</span></summary>'
    f'<form class="hs-menu-body hs-day-snooze" {SENDS}'
    '<button class="hs-btn hs-btn-ghost" name="until" value="tomorrow">Tomorrow'
    ' <span class="hs-meta">{tomorrow}</span></button>'
    '<button class="hs-btn hs-btn-ghost" name="until" value="week">Next week'
    ' <span class="hs-meta">{week}</span></button>'
    '<div class="hs-row"><input class="hs-input hs-input-small" type="date" name="day"'
    ' min="{first}" max="{last}" aria-label="Until"><button class="hs-btn" name="until"'
    ' value="day">Snooze</button></div></form></details>'
)
TASK = (
    '<a class="hs-btn hs-btn-ghost" id="task-{place}" {swap}>{icon}Task'
    '<span class="hs-hide">: {title}</span></a>'
)


@register.simple_tag(takes_context=True)
def doing(context: dict[str, Any], item: Any, place: int) -> SafeString:
    """Done, snooze, and a task."""
    account_id, snooze = item.row.account_id, context["snooze"]
    known = {
        "place": place,
        "title": item.title,
        "token": str(context["csrf_token"]),
        "back": context["address"],
    }
    return format_html(
        '<div class="hs-day-do">{}{}{}</div>',
        format_html(
            DONE, address=reverse("day_done", args=[account_id]), icon=icon("check"), **known
        ),
        format_html(
            SNOOZE,
            address=reverse("day_snooze", args=[account_id]),
            icon=icon("clock"),
            **_ends(snooze),
            **known,
        ),
        format_html(
            TASK, swap=swap("day", here(context, task=account_id)), icon=icon("plus"), **known
        ),
    )


def _ends(snooze: SnoozeForm) -> dict[str, str]:
    return {
        "tomorrow": weekday(snooze.tomorrow),
        "week": weekday(snooze.next_week),
        "first": snooze.tomorrow.isoformat(),
        "last": snooze.latest.isoformat(),
    }
