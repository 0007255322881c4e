"""What the words and signals mean, in one page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from metrics.signals.base import Dimension
from metrics.signals.catalogue import SIGNALS
from metrics.signals.story import dimension_name
from metrics.templatetags.help import TERMS


@require_GET
def help_page(request: HttpRequest) -> HttpResponse:
    """Words, signals by dimension with their question, and shortcuts."""
    dimensions = [
        (dimension_name(dimension), [s for s in SIGNALS if s.dimension is dimension])
        for dimension in Dimension
    ]
    return render(request, "metrics/help.html", {"terms": TERMS, "dimensions": dimensions})
