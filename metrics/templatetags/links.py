"""Links that keep the rest of the page's address, and load only a part where there is htmx."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag(takes_context=True)
def here(context: dict[str, Any], **changes: Any) -> str:
    """This page's address with some parameters changed; an empty value takes one out.

    Another filter or order begins at the first page again. A page that answers a form names the
    address at which it is read in `read_at`.
    """
    query = context["request"].GET.copy()
    query.pop("page", None)
    for name, value in changes.items():
        if value in (None, "", []):
            query.pop(name, None)
        else:
            query.setlist(name, value if isinstance(value, list) else [value])
    text = query.urlencode()
    path: str = context.get("read_at", "")
    return f"{path}?{text}" if text else path or context["request"].path


@register.simple_tag
def swap(target: str, address: str) -> SafeString:
    """The attributes of a link that replaces the element `target` of this page.

    Without JavaScript it is an ordinary link.
    """
    return format_html(
        'href="{0}" hx-get="{0}" hx-target="#{1}" hx-swap="outerHTML show:none"'
        ' hx-push-url="true" hx-indicator="#{1}"',
        address,
        target,
    )


@register.simple_tag(takes_context=True)
def with_parameter(context: dict[str, Any], name: str, value: Any) -> str:
    """`here` where the name of the parameter is itself a variable."""
    return here(context, **{name: value})
