"""Rows that were refused or wait, with reasons; admins only, for they hold customers' data."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from accounts.access import admin_only
from metrics.management.commands.export_rejects import reject_table
from metrics.models import Batch, Reject
from metrics.sources.formulas import neutralise
from metrics.views.portfolio.export import Echo
from metrics.views.runs.sources import NAMES

ROWS = 50
BATCHES = 20
OPEN = Q(state=Reject.State.OPEN)


@admin_only
@require_GET
def rejects(request: HttpRequest) -> HttpResponse:
    """Open rejects, of one source or batch where the address names it."""
    source, batch = request.GET.get("source", ""), request.GET.get("batch", "")
    found = Reject.objects.filter(OPEN).select_related("batch").order_by("-batch", "line", "pk")
    if source in NAMES:
        found = found.filter(batch__source=source)
    if batch.isdecimal() and len(batch) < 18:
        found = found.filter(batch=int(batch))
    batches = (
        Batch.objects.filter(rejects__in=found.order_by())
        .annotate(open_rejects=Count("rejects", filter=Q(rejects__state=Reject.State.OPEN)))
        .order_by("-pk")[:BATCHES]
    )
    page = Paginator(found, ROWS).get_page(request.GET.get("page"))
    name = NAMES.get(source, "")
    context = {"page": page, "batches": batches, "source_name": name, "batch": batch}
    return render(request, "metrics/rejects.html", context)


@admin_only
@require_GET
def rejects_csv(request: HttpRequest, batch: int) -> StreamingHttpResponse:
    """The refused rows of a batch, reasons first: corrected, the file can be imported again."""
    found = get_object_or_404(Batch, pk=batch)
    answer = StreamingHttpResponse(_lines(found), content_type="text/csv")
    name = f"rejects-{found.source}-{found.pk}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "no-store"
    return answer


def _lines(batch: Batch) -> Iterator[str]:
    writer = csv.writer(Echo())
    for row in reject_table(batch):
        yield writer.writerow([neutralise(cell) for cell in row])
