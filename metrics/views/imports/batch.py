"""The report of an import: what became of its rows, and its undo."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from accounts.access import admin_only
from metrics.models import Batch, Reject
from metrics.sources.catalogue import BY_NAME

PAGE = "metrics/imports_batch.html"
REJECTS = 20


@admin_only
@require_GET
@vary_on_headers("HX-Request")
def imports_batch(request: HttpRequest, pk: int) -> HttpResponse:
    """Counts, the first rejects, and the undo with its outcome."""
    found = Batch.objects.select_related("created_by", "undone_by", "upload")
    batch = get_object_or_404(found, pk=pk)
    if request.headers.get("HX-Request"):
        answer = render(request, f"{PAGE}#undo-progress", {"batch": batch})
        if not batch.is_being_undone:
            answer["HX-Refresh"] = "true"
        return answer
    rejects = batch.rejects.filter(state=Reject.State.OPEN)
    context = {
        "batch": batch,
        "source": BY_NAME.get(batch.source),
        "rejects": rejects.order_by("line", "pk")[:REJECTS],
        "refused": rejects.count(),
        "repeated": _repeated(batch),
        "is_undoing": "undo" in request.GET and batch.can_be_undone,
    }
    return render(request, PAGE, context)


def _repeated(batch: Batch) -> bool:
    """Whether later imports of the source held rows that were known: they may be of this one."""
    later = Batch.objects.filter(
        source=batch.source, state=Batch.State.FINISHED, pk__gt=batch.pk, duplicate__gt=0
    )
    return batch.can_be_undone and later.exists()
