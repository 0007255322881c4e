"""Small line icons as SVG, 16 px, in the colour of the text around them."""

from __future__ import annotations

from functools import cache

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

# on a grid of 16 x 16
SHAPES = {
    "arrow-down": "M8 3v10M4 9l4 4 4-4",
    "arrow-falling": "M4 4l7.5 7.5M12 6.5V12H6.5",
    "arrow-right": "M3 8h10M9 4l4 4-4 4",
    "arrow-rising": "M4 12l7.5-7.5M6.5 4H12v5.5",
    "arrow-up": "M8 13V3M4 7l4-4 4 4",
    "check": "M3 8.5l3.2 3.2L13 5",
    "chevron-down": "M4 6l4 4 4-4",
    "chevron-left": "M10 4L6 8l4 4",
    "chevron-right": "M6 4l4 4-4 4",
    "clock": "M8 2a6 6 0 100 12A6 6 0 008 2zM8 5v3l2 1.5",
    "columns": "M2.5 3h11v10h-11zM6.2 3v10M9.8 3v10",
    "comment": "M2.5 3.5h11v7.5H8l-3 2.5V11H2.5z",
    "cross": "M4 4l8 8M12 4l-8 8",
    "document": "M4 2.5h5.5L12 5v8.5H4zM9.5 2.5V5H12M6 8h4M6 10.5h4",
    "download": "M8 2v8M5 7l3 3 3-3M2.5 11v2.5h11V11",
    "edit": "M10.5 3l2.5 2.5L6 12.5l-3 .5.5-3z",
    "filter": "M2.5 3.5h11L9.5 8.5v4l-3 1v-5z",
    "flag": "M4 14V2.5M4 3h8l-2 2.75L12 8.5H4",
    "history": "M2.5 8a5.5 5.5 0 101.8-4.1M2.5 2.5v2.6h2.6M8 5v3.2l2.2 1.3",
    "info": "M8 2a6 6 0 100 12A6 6 0 008 2zM8 7.2V11M8 5h.01",
    "key": "M10 2.5a3.5 3.5 0 11-2.6 5.8L3 12.7V14h2l.5-1.5L7 12l.7-1.6M11 5.2h.01",
    "lock": "M4 7.5h8V14H4zM5.5 7.5V5a2.5 2.5 0 015 0v2.5",
    "menu": "M2.5 4.5h11M2.5 8h11M2.5 11.5h11",
    "note": "M3 2.5h10v7.5L9.5 13.5H3zM9.5 13.5V10H13",
    "person": "M8 8a2.75 2.75 0 100-5.5A2.75 2.75 0 008 8zM3 13.5c.5-2.5 2.5-3.5 5-3.5s4.5 1 5 3.5",
    "play": "M5 3l8 5-8 5z",
    "plug": "M6 2.5V5M10 2.5V5M4.5 5h7v2.5a3.5 3.5 0 01-7 0zM8 11v3",
    "plus": "M8 3v10M3 8h10",
    "print": "M4.5 6V2.5h7V6M4.5 11.5h-2V6h11v5.5h-2M4.5 9.5h7v4h-7z",
    "search": "M7 2.5a4.5 4.5 0 100 9 4.5 4.5 0 000-9zM10.4 10.4L14 14",
    "sliders": "M4 2.5v11M8 2.5v11M12 2.5v11M2.5 6h3M6.5 10h3M10.5 5h3",
    "spread": "M2.5 8h3l4-4.5h4M9.5 12.5l-2-2.2M9.5 12.5h4M11.5 1.5l2 2-2 2M11.5 10.5l2 2-2 2",
    "ticket": "M2.5 4.5h11V7a1 1 0 000 2v2.5h-11V9a1 1 0 000-2z",
    "unlock": "M4 7.5h8V14H4zM5.5 7.5V5a2.5 2.5 0 014.8-1",
    "upload": "M8 10V2M5 5l3-3 3 3M2.5 11v2.5h11V11",
    "warning": "M8 2.5l6 11H2zM8 6.5v3.2M8 11.8h.01",
}


@register.simple_tag
@cache  # a few dozen, on every page
def icon(name: str) -> SafeString:
    """Decoration only: the words beside it say what it means."""
    return format_html(
        '<svg class="hs-icon" viewBox="0 0 16 16" aria-hidden="true"><path d="{}"/></svg>',
        SHAPES[name],
    )


@register.simple_tag
def logo() -> SafeString:
    """The product's mark."""
    return mark_safe(
        '<svg class="hs-logo" viewBox="0 0 20 20" aria-hidden="true">'
        '<rect width="20" height="20" rx="5"/>'
        '<path d="M3.8 10.4h2.6l1.9-4.6 3 8.4 1.9-3.8h3"/></svg>'
    )
