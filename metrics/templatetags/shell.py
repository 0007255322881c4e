"""What the frame around every page needs: its pages, and the banner of a source that fails."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from accounts.pages import page_name, pages_for
from metrics.models import SourceStatus
from metrics.signals.catalogue import SIGNALS
from metrics.templatetags.formats import day

register = template.Library()
NO_BANNER = mark_safe("")

# every page asks: putting the same statement together each time would cost more than the answer
FAILING = """
SELECT id, source, from_day, state FROM metrics_sourcestatus
WHERE account_id IS NULL AND state IN ('late', 'broken')
  AND from_day <= %(today)s AND (to_day IS NULL OR to_day > %(today)s)
ORDER BY from_day, source
"""
SOURCE_NAMES = {
    "usage": "Product usage",
    "training": "Training",
    "tickets": "Tickets",
    "surveys": "Surveys",
    "milestones": "Milestones",
    "people": "People",
}


@register.simple_tag(takes_context=True)
def current_page(context: dict[str, Any]) -> str:
    """How the name of the address begins, which is what `menu_pages` asks for."""
    match = context["request"].resolver_match
    return page_name(match.url_name or "") if match else ""


@register.simple_tag
def menu_pages(is_admin: bool, here: str = "") -> list[dict[str, Any]]:
    """The pages that she may open; `is_current` marks the one that is shown, or is above it."""
    return [
        {
            "name": page.name,
            "label": page.label,
            "key": page.key,
            "address": page.address,
            "in_menu": page.in_menu,
            "is_current": page.holds(here),
        }
        for page in pages_for(is_admin=is_admin)
    ]


@register.simple_tag(takes_context=True)
def source_banner(context: dict[str, Any]) -> SafeString:
    """One line while a source is late or broken everywhere: since when, and what it freezes."""
    organisation = context["request"].organisation
    failing = _failing(organisation.day_of(timezone.now()))
    return _banner(failing) if failing else NO_BANNER


def _banner(failing: list[SourceStatus]) -> SafeString:
    first, *others = [_says(span) for span in failing]
    claim = ", ".join([first, *(text[:1].lower() + text[1:] for text in others)])
    frozen = sorted({name for span in failing for name in dimensions_of(span.source)})
    known = {"claim": claim, "frozen": _listed(frozen), "several": len(frozen) > 1}
    return render_to_string("partials/banner.html", known)


def dimensions_of(source: str) -> list[str]:
    """Dimensions whose signals read the source, in page order."""
    found = [s.dimension.value for s in SIGNALS if source in {need.value for need in s.needs}]
    return list(dict.fromkeys(found))


def _failing(today: dt.date) -> list[SourceStatus]:
    return list(SourceStatus.objects.raw(FAILING, {"today": today}))


def _says(span: SourceStatus) -> str:
    name = SOURCE_NAMES.get(span.source, span.source)
    if span.state == SourceStatus.State.BROKEN:
        return f"{name} stopped on {day(span.from_day)}"
    return f"{name} late since {day(span.from_day)}"


def _listed(names: list[str]) -> str:
    *first, last = names or [""]
    text = f"{', '.join(first)} and {last}" if first else last
    return text.capitalize()
