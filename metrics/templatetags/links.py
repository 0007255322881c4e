"""Links that keep the rest of the page's address, and load only a part where there is htmx."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from html import escape
from typing import Any
from urllib.parse import urlencode

from django import template
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag(takes_context=True)
def here(context: dict[str, Any], **changes: Any) -> str:
    """This page's address with some parameters changed; an empty value takes one out.

    Another filter or order begins at the first page again. A page that answers a form names the
    address at which it is read in `read_at`.
    """
    request = context["request"]
    pairs = [
        (name, value) for name, value in _pairs(request) if name != "page" and name not in changes
    ]
    for name, value in changes.items():
        if isinstance(value, list | tuple):
            pairs += [(name, str(each)) for each in value]
        elif value not in (None, ""):
            pairs.append((name, str(value)))
    text = _encoded(tuple(pairs))
    path: str = context.get("read_at", "") or request.path
    return f"{path}?{text}" if text else path


@lru_cache(maxsize=1024)  # the same few choices stand on every page
def _encoded(pairs: tuple[tuple[str, str], ...]) -> str:
    return urlencode(pairs)


def _pairs(request: HttpRequest) -> list[tuple[str, str]]:
    """What the address asks for, read once per request: a page holds a hundred links."""
    found: list[tuple[str, str]] | None = getattr(request, "asked_pairs", None)
    if found is None:
        found = [(name, value) for name, values in request.GET.lists() for value in values]
        request.asked_pairs = found  # type: ignore[attr-defined]
    return found


@register.simple_tag
def swap(target: str, address: str) -> SafeString:
    """The attributes of a link that replaces the element `target` of this page.

    Without JavaScript it is an ordinary link.
    """
    url = address if isinstance(address, SafeString) else escape(address)
    at = escape(target)
    return SafeString(
        f'href="{url}" hx-get="{url}" hx-target="#{at}" hx-swap="outerHTML show:none"'
        f' hx-push-url="true" hx-indicator="#{at}"'
    )


@register.simple_tag(takes_context=True)
def with_parameter(context: dict[str, Any], name: str, value: Any) -> str:
    """`here` where the name of the parameter is itself a variable."""
    return here(context, **{name: value})


@register.simple_tag(takes_context=True)
def without(context: dict[str, Any], names: Iterable[str]) -> str:
    """`here` with all these parameters taken out."""
    return here(context, **dict.fromkeys(names, ""))


@register.simple_tag(takes_context=True)
def swap_form(context: dict[str, Any], target: str) -> SafeString:
    """The attributes of a form that asks for this page anew and replaces `target` of it."""
    return format_html(
        'hx-get="{0}" hx-target="#{1}" hx-swap="outerHTML show:none" hx-push-url="true"'
        ' hx-indicator="#{1}"',
        context["request"].path,
        target,
    )


@register.simple_tag(takes_context=True)
def kept(context: dict[str, Any], name: str) -> SafeString:
    """Hidden inputs with what the address asks for beside `name`, for a form that sets it."""
    return kept_but(context, [name])


@register.simple_tag(takes_context=True)
def kept_but(context: dict[str, Any], names: Iterable[str]) -> SafeString:
    """`kept` for a form that sets several parameters."""
    left_out = {"page", *names}
    pairs = [pair for pair in _pairs(context["request"]) if pair[0] not in left_out]
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', pairs)
