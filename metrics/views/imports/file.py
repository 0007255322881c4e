"""A file on its way: which columns, what a dry run found, how far the import is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from accounts.access import admin_only
from accounts.middleware import organisation_of
from metrics.forms.imports import MappingForm, ReadingForm, first_mapping
from metrics.models import Batch, Upload
from metrics.models.uploads import PART
from metrics.sources.base import FileError, Source
from metrics.sources.catalogue import BY_NAME
from metrics.sources.files import MARKS
from metrics.sources.shape import BETWEEN, ENCODINGS, Preview, preview

PAGE = "metrics/imports_file.html"
ROWS = 5


@dataclass(frozen=True, kw_only=True)
class Opened:
    """The beginning of an uploaded file, or why it cannot be read that way."""

    source: Source
    preview: Preview | None
    problem: str
    is_marked: bool  # the file says its encoding itself

    @property
    def header(self) -> tuple[str, ...]:
        """The headings; none where they cannot be read."""
        return self.preview.header if self.preview else ()


@admin_only
@require_GET
@vary_on_headers("HX-Request")
def imports_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The step at which the file is; a page that watches a worker asks for its progress."""
    upload = get_object_or_404(Upload.objects.select_related("created_by", "asked_by"), pk=pk)
    if request.headers.get("HX-Request"):
        return _progress(request, upload)
    if upload.state == Upload.State.APPLIED:
        batch = _stored(upload)
        return redirect("imports_batch", batch.pk) if batch else redirect("imports")
    if upload.state == Upload.State.MAPPING:
        return show_columns(request, upload)
    context = {"upload": upload, "source": BY_NAME[upload.source], "percent": percent(upload)}
    if upload.state == Upload.State.CHECKED:
        context |= {"report": upload.report, "same": _same(upload)}
    return render(request, PAGE, context)


def show_columns(
    request: HttpRequest, upload: Upload, form: ReadingForm | None = None, *, status: int = 200
) -> HttpResponse:
    """The columns: as they were sent, else as they were chosen or are suggested."""
    opened = open_file(upload, request.POST)
    form = form or form_of(upload, opened, request)
    found = opened.preview
    context = {
        "upload": upload,
        "source": opened.source,
        "opened": opened,
        "form": form,
        "rows": list(form.rows()) if isinstance(form, MappingForm) else [],
        "first": found.rows[:ROWS] if found else [],
        "encodings": ENCODINGS,
    }
    return render(request, PAGE, context, status=status)


def open_file(upload: Upload, sent: Mapping[str, str] | None = None) -> Opened:
    """Reads the first megabyte as it was chosen; what a form just sent comes before that."""
    said = {**upload.mapping}
    for name, known in (("encoding", ENCODINGS), ("delimiter", BETWEEN)):
        if sent and sent.get(name) in known:
            said[name] = sent[name]
    head = upload.head()
    found, problem = None, ""
    try:
        found = preview(
            head,
            encoding=said.get("encoding", "utf-8"),
            delimiter=said.get("delimiter"),
            is_whole=upload.size <= PART,
        )
    except FileError as error:
        problem = str(error)
    return Opened(
        source=BY_NAME[upload.source],
        preview=found,
        problem=problem,
        is_marked=any(head.startswith(mark) for mark, _ in MARKS),
    )


def form_of(
    upload: Upload, opened: Opened, request: HttpRequest, data: Any = None
) -> MappingForm | ReadingForm:
    """The form of the columns; where the header cannot be read, of the reading alone."""
    stored = {"timezone": organisation_of(request).timezone, "delimiter": ","} | upload.mapping
    known_at = upload.known_at_mode
    if opened.preview is None:
        return ReadingForm(data, initial=stored | {"known_at": known_at})
    if "columns" not in stored and data is None:
        last = Upload.objects.last_mapping(upload.source, opened.preview.header) or {}
        stored |= {name: last[name] for name in ("columns", "timezone") if name in last}
    start = first_mapping(opened.source, opened.preview, stored)
    return MappingForm(
        data, source=opened.source, preview=opened.preview, start=start, known_at=known_at
    )


def percent(upload: Upload) -> int:
    """How far a worker is, of the lines that were counted at the upload."""
    return min(100 * upload.rows_done // max(upload.lines, 1), 99)


def _progress(request: HttpRequest, upload: Upload) -> HttpResponse:
    context = {"upload": upload, "percent": percent(upload)}
    answer = render(request, f"{PAGE}#import-progress", context)
    if not upload.is_working:
        # it has ended: the whole page tells what came out
        answer["HX-Refresh"] = "true"
    return answer


def _stored(upload: Upload) -> Batch | None:
    stored = (Batch.State.FINISHED, Batch.State.UNDONE)
    return upload.batches.filter(state__in=stored).order_by("-pk").first()


def _same(upload: Upload) -> Batch | None:
    """An import of these very bytes that stands."""
    others = Batch.objects.filter(
        state=Batch.State.FINISHED, upload__digest=upload.digest, source=upload.source
    )
    return others.select_related("created_by").order_by("-pk").first()
