"""Which source, and the file: its bytes go into the database in parts."""

from __future__ import annotations

from itertools import chain
from typing import Any

from django.contrib import messages
from django.core.files import File
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_POST

from accounts.access import admin_only, user_of
from accounts.middleware import organisation_of
from metrics import disks
from metrics.forms.imports import LARGEST, UploadForm
from metrics.models import Upload
from metrics.sources.base import FileError, Source
from metrics.sources.catalogue import BY_NAME, SOURCES
from metrics.sources.reading import UPLOAD
from metrics.sources.samples import sample
from metrics.sources.shape import look, preview

FORM = 1 << 16  # bytes that a request may have besides the file
ENVELOPE = (UPLOAD.max_bytes or 0) + FORM


@admin_only
@require_GET
def imports_new(request: HttpRequest) -> HttpResponse:
    """The ten sources, in the order in which their files are best imported."""
    return render(request, "metrics/imports_new.html", {"sources": SOURCES})


@admin_only
@require_GET
def imports_source(request: HttpRequest, source: str) -> HttpResponse:
    """The columns of a source, and a place for its file."""
    return _show(request, source_or_404(source), UploadForm())


@admin_only
@require_GET
def imports_template(request: HttpRequest, source: str) -> HttpResponse:
    """A file to begin with, of days around today."""
    today = organisation_of(request).day_of(timezone.now())
    text = sample(source_or_404(source), today)
    answer = HttpResponse(text.encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{source}.csv"'
    return answer


# The check of the token reads the body. It must not do so before it is known who sends how much,
# and never into memory.
@csrf_exempt
@admin_only
@require_POST
def imports_upload(request: HttpRequest, source: str) -> HttpResponseBase:
    """Takes a file; refuses what is too large before reading it."""
    if _length(request) > ENVELOPE:
        return _refuse(request, source, f"At most {LARGEST} MB are taken.", status=413)
    if disks.is_nearly_full():
        full = (
            "The disk of the database is nearly full: no file is taken until somebody makes room."
        )
        return _refuse(request, source, full, status=507)
    request.upload_handlers = [TemporaryFileUploadHandler(request)]
    return _receive(request, source_or_404(source))


def _refuse(request: HttpRequest, source: str, why: str, *, status: int) -> HttpResponse:
    form = UploadForm()
    form.errors["file"] = form.error_class([why])
    return _show(request, source_or_404(source), form, status=status)


@csrf_protect
def _receive(request: HttpRequest, source: Source) -> HttpResponse:
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _show(request, source, form, status=422)
    file: File[bytes] = form.cleaned_data["file"]
    try:
        about = _look(file)
    except FileError as error:
        form.add_error("file", str(error))
        return _show(request, source, form, status=422)
    upload = Upload.objects.receive(
        source.name, file.chunks(), created_by=user_of(request), **about
    )
    messages.success(request, f"{upload.file_name} is here; nothing is imported yet")
    return redirect("imports_file", upload.pk)


def _look(file: File[bytes]) -> dict[str, Any]:
    """Encoding and lines, and that there is a table at all."""
    chunks = file.chunks()
    first = next(iter(chunks), b"")
    shape = look(chain([first], chunks))
    # a picture or a spreadsheet is named for what it is; a header can still be read another way
    preview(first[:FORM], encoding=shape.encoding, is_whole=False)
    return {
        "file_name": (file.name or "file.csv")[:255],
        "lines": shape.lines,
        "mapping": {"encoding": shape.encoding},
    }


def _length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return ENVELOPE + 1


def source_or_404(name: str) -> Source:
    """The source of that name."""
    if name not in BY_NAME:
        raise Http404
    return BY_NAME[name]


def _show(
    request: HttpRequest, source: Source, form: UploadForm, *, status: int = 200
) -> HttpResponse:
    context = {"source": source, "form": form, "largest": LARGEST}
    return render(request, "metrics/imports_source.html", context, status=status)
