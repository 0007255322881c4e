"""Parts of the page that are drawn once: for the accounts that are meant and the whole address."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from metrics.views.portfolio.choosing import Choices
from metrics.views.portfolio.filters import Filters
from metrics.views.portfolio.kept import Book, parts
from metrics.views.portfolio.menus import Menu, menus

LONGEST = 500  # characters: a hundred links repeat what the address asks for


@dataclass(frozen=True, kw_only=True)
class Bar:
    """The menus of the filter bar, and the same as HTML."""

    menus: list[Menu]
    html: SafeString


def asked(request: HttpRequest) -> Hashable:
    """What the page's links are made of, and what is chosen; no link keeps the page's number."""
    pairs = [(name, *values) for name, values in request.GET.lists() if name != "page"]
    return request.path, tuple(pairs)


def _is_long(request: HttpRequest) -> bool:
    """Whether what is drawn for this address is too large to be kept."""
    return len(request.META.get("QUERY_STRING", "")) > LONGEST


def above(
    request: HttpRequest, book: Book, known: Mapping[str, Any], *, limits: tuple[float, float]
) -> SafeString:
    """Figures, bands and movers: `known` is made of the book's rows, the address and the limits of
    the bands alone.
    """

    def draw() -> SafeString:
        return render_to_string("metrics/portfolio/above.html", {**known, "request": request})

    if _is_long(request):
        return draw()
    return book.draw_part(("above", asked(request), limits), draw)


def bar(request: HttpRequest, filters: Filters, choices: Choices) -> Bar:
    """The filters that are offered, each with its choices."""

    def draw() -> Bar:
        offered = menus(filters, choices)
        known = {
            "request": request,
            "menus": offered,
            "more_names": [name for menu in offered if menu.is_more for name in menu.names],
        }
        html = render_to_string("metrics/portfolio/menus.html", known)
        return Bar(menus=offered, html=html)

    if _is_long(request):
        return draw()
    return parts.get(("bar", asked(request), choices), draw, holds=lambda: True)
