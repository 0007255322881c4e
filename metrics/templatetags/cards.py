"""The lines of the dimension cards: two dozen on each account page, so put together here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from metrics.templatetags.formats import points

register = template.Library()
NO_BAR = mark_safe('<line class="hs-bar-none" x2="38" y1="3" y2="3"/>')
BAR = (
    '<rect class="hs-bar-track" width="38" height="6" rx="3"/>'
    '<rect class="hs-bar{}" width="{}" height="6" rx="3"/>'
)


@register.simple_tag
def signal_line(signal: Mapping[str, Any]) -> SafeString:
    """Name, value, points as a bar and as a number."""
    low = " hs-bar-low" if signal["is_low"] else ""
    return format_html(
        '<li><span class="hs-cut" title="{name}">{name}</span>'
        ' <span class="hs-num hs-quiet">{value}</span>'
        ' <svg class="hs-point-bar" viewBox="0 0 38 6" aria-hidden="true">{bar}</svg>'
        ' <span class="hs-num hs-score">{points}</span></li>',
        name=signal["name"],
        value=signal["value"],
        bar=NO_BAR if signal["points"] is None else format_html(BAR, low, signal["bar"]),
        points=points(signal["points"]),
    )
