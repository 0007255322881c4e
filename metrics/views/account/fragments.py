"""Which part of a page htmx asks for: the one whose id is its target."""

from __future__ import annotations

from django.http import HttpRequest


def asked_for(request: HttpRequest, page: str, *parts: str) -> str:
    """The template to render: the whole page, or `page#part` for one of its parts."""
    target = request.headers.get("HX-Target", "")
    return f"{page}#{target}" if request.headers.get("HX-Request") and target in parts else page
