"""All imports, whichever door they came through, and the files that are on their way."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.access import admin_only
from metrics.models import Batch, Upload
from metrics.sources.catalogue import BY_NAME, SOURCES
from metrics.sources.formulas import neutralise
from metrics.views.portfolio.export import Echo

ROWS = 50
UNDER_WAY = 20
HEADER = (
    "import", "source", "file_name", "state", "started_at", "finished_at", "imported_by",
    "received", "created", "updated", "duplicate", "quarantined", "undone_at", "undone_by", "note",
)  # fmt: skip


@admin_only
@require_GET
def imports(request: HttpRequest) -> HttpResponse:
    """The newest first, of one source where the address names it."""
    source = _source(request)
    page = Paginator(_batches(source), ROWS).get_page(request.GET.get("page"))
    under_way = Upload.objects.under_way().select_related("created_by")[:UNDER_WAY]
    context = {
        "page": page,
        "lines": [(batch, BY_NAME.get(batch.source)) for batch in page],
        "under_way": [(upload, BY_NAME[upload.source]) for upload in under_way],
        "sources": SOURCES,
        "source": BY_NAME.get(source),
    }
    return render(request, "metrics/imports.html", context)


@admin_only
@require_GET
def imports_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The list as a file, with the filter of the page."""
    answer = StreamingHttpResponse(_lines(_batches(_source(request))), content_type="text/csv")
    answer["Content-Disposition"] = 'attachment; filename="imports.csv"'
    return answer


def _source(request: HttpRequest) -> str:
    source = request.GET.get("source", "")
    return source if source in BY_NAME else ""


def _batches(source: str) -> QuerySet[Batch]:
    found = Batch.objects.select_related("created_by", "undone_by").order_by("-pk")
    return found.filter(source=source) if source else found


def _lines(batches: QuerySet[Batch]) -> Iterator[str]:
    writer = csv.writer(Echo())
    yield writer.writerow(HEADER)
    for batch in batches.iterator():
        cells = [
            batch.pk, batch.source, batch.file_name, batch.state, batch.started_at.isoformat(),
            batch.finished_at.isoformat() if batch.finished_at else "", batch.created_by or "",
            batch.received, batch.created, batch.updated, batch.duplicate, batch.quarantined,
            batch.undone_at.isoformat() if batch.undone_at else "", batch.undone_by or "",
            batch.undo_note or batch.error,
        ]  # fmt: skip
        yield writer.writerow([neutralise(str(cell)) for cell in cells])
