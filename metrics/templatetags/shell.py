"""What the frame around every page needs: its pages, and the banner of a source that fails."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import template
from django.template import Context, Engine
from django.utils import timezone
from django.utils.safestring import SafeString

from accounts.models import User
from accounts.pages import pages_of
from metrics.models import SourceStatus
from metrics.signals.catalogue import SIGNALS
from metrics.templatetags.formats import day

register = template.Library()

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
def menu_pages(context: dict[str, Any]) -> list[dict[str, Any]]:
    """The pages that she may open; `is_current` marks the one that is shown, or is above it."""
    request = context["request"]
    user = request.user
    here = request.resolver_match.url_name if request.resolver_match else ""
    return [
        {
            "name": page.name,
            "label": page.label,
            "key": page.key,
            "address": page.address,
            "in_menu": page.in_menu,
            "is_current": page.holds(here or ""),
        }
        for page in (pages_of(user) if isinstance(user, User) else [])
    ]


@register.simple_tag(takes_context=True)
def once(context: Context, name: str) -> SafeString:
    """A partial that stands on the page twice, such as in the menu of a narrow screen, and is the
    same there: rendered the first time only.
    """
    kept: dict[str, SafeString] = context["request"].__dict__.setdefault("rendered_once", {})
    if name not in kept:
        engine = Engine.get_default()
        with context.push():
            kept[name] = engine.get_template(name).render(context)
    return kept[name]


@register.inclusion_tag("partials/banner.html", takes_context=True)
def source_banner(context: dict[str, Any]) -> dict[str, Any]:
    """One line while a source is late or broken everywhere: since when, and what it freezes."""
    organisation = context["request"].organisation
    failing = _failing(organisation.day_of(timezone.now()))
    first, *others = [_says(span) for span in failing] or [""]
    claim = ", ".join([first, *(text[:1].lower() + text[1:] for text in others)])
    frozen = sorted({name for span in failing for name in dimensions_of(span.source)})
    return {"claim": claim, "frozen": _listed(frozen), "several": len(frozen) > 1}


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
