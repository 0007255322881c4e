"""What the frame around every page needs: the banner of a source that is late or broken."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import template
from django.db.models import Q
from django.utils import timezone

from metrics.models import SourceStatus
from metrics.signals.catalogue import SIGNALS
from metrics.templatetags.formats import day

register = template.Library()

SOURCE_NAMES = {
    "usage": "Product usage",
    "training": "Training",
    "tickets": "Tickets",
    "surveys": "Surveys",
    "milestones": "Milestones",
    "people": "People",
}


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
    failing = SourceStatus.objects.filter(
        Q(to_day__isnull=True) | Q(to_day__gt=today),
        account=None,
        from_day__lte=today,
        state__in=[SourceStatus.State.LATE, SourceStatus.State.BROKEN],
    )
    return list(failing.order_by("from_day", "source"))


def _says(span: SourceStatus) -> str:
    name = SOURCE_NAMES.get(span.source, span.source)
    if span.state == SourceStatus.State.BROKEN:
        return f"{name} stopped on {day(span.from_day)}"
    return f"{name} late since {day(span.from_day)}"


def _listed(names: list[str]) -> str:
    *first, last = names or [""]
    text = f"{', '.join(first)} and {last}" if first else last
    return text.capitalize()
