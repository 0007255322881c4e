"""Long lists to choose from, such as all users: put together here, as everything is that stands
on a page by the dozen.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from html import escape
from typing import Any, Protocol
from urllib.parse import urlencode

from django import template
from django.utils.safestring import SafeString, mark_safe

from metrics.templatetags.links import here, swap
from metrics.templatetags.parts import band_icon

register = template.Library()


class Choice(Protocol):
    """See `metrics.views.portfolio.menus.Option`."""

    @property
    def label(self) -> str: ...
    @property
    def values(self) -> Any: ...
    @property
    def is_on(self) -> bool: ...
    @property
    def band(self) -> str: ...


@register.simple_tag
def options(pairs: Iterable[tuple[object, str]], chosen: object = "") -> SafeString:
    """The options of a select, (value, what it says); `chosen` is one of the values, or none."""
    return _options(tuple(pairs), "" if chosen is None else str(chosen))


@lru_cache(maxsize=64)
def _options(pairs: tuple[tuple[object, str], ...], chosen: str) -> SafeString:
    rows = [
        f'<option value="{escape(str(value))}"{" selected" if str(value) == chosen else ""}'
        f' dir="auto">{escape(str(says))}</option>'
        for value, says in pairs
    ]
    return mark_safe("".join(rows))  # noqa: S308  # escaped above


@register.simple_tag(takes_context=True)
def links_to_part(
    context: dict[str, Any], target: str, name: str, choices: Iterable[Choice]
) -> SafeString:
    """Choices that are links and replace the element `target` of this page: each sets the
    parameter `name` of its address, or takes it out.
    """
    rest = here(context, **{name: ""})
    joint = "&" if "?" in rest else "?"
    rows = []
    for choice in choices:
        values = choice.values if isinstance(choice.values, list) else [choice.values]
        asked = urlencode([(name, value) for value in values if value != ""])
        link = swap(target, f"{rest}{joint}{asked}" if asked else rest)
        current = ' aria-current="true"' if choice.is_on else ""
        mark = band_icon(choice.band) if choice.band else ""
        rows.append(f'<a {link}{current} dir="auto">{mark}{escape(choice.label)}</a>')
    return mark_safe("".join(rows))  # noqa: S308  # escaped above
