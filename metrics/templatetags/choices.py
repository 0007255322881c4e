"""Long lists to choose from, such as all users: put together here, as everything is that stands
on a page by the dozen.
"""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from metrics.templatetags.links import swap

register = template.Library()
SELECTED = mark_safe(" selected")


@register.simple_tag
def options(pairs: Iterable[tuple[object, str]], chosen: object = "") -> SafeString:
    """The options of a select, (value, what it says); `chosen` is one of the values, or none."""
    wanted = "" if chosen is None else str(chosen)
    rows = [(value, SELECTED if str(value) == wanted else "", says) for value, says in pairs]
    return format_html_join("", '<option value="{}"{} dir="auto">{}</option>', rows)


@register.simple_tag
def link_to_part(target: str, address: str, is_on: bool, icon: str, says: str) -> SafeString:
    """A choice that is a link and replaces the element `target` of this page."""
    current = mark_safe(' aria-current="true"') if is_on else ""
    return format_html('<a {}{} dir="auto">{}{}</a>', swap(target, address), current, icon, says)
