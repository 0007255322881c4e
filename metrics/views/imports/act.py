"""What an admin asks for. The row in the database is the request: a worker that hears nothing
finds it within a minute.
"""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from accounts.access import admin_only, user_of
from metrics.forms.imports import MappingForm
from metrics.models import Batch, Upload
from metrics.tasks import import_soon
from metrics.views.imports.file import form_of, open_file, show_columns


@admin_only
@require_POST
def imports_columns(request: HttpRequest, pk: int) -> HttpResponse:
    """Reads the file again as it was said, or checks it with the columns that were chosen."""
    upload = get_object_or_404(Upload, pk=pk)
    opened = open_file(upload, request.POST)
    form = form_of(upload, opened, request, request.POST)
    is_valid = form.is_valid()
    if not {"encoding", "delimiter", "timezone", "known_at"} <= set(form.cleaned_data):
        return show_columns(request, upload, form, status=422)
    known_at = form.cleaned_data["known_at"]
    if not isinstance(form, MappingForm) or request.POST.get("do") == "show":
        # under other headings the old choices mean nothing
        is_same = opened.header == open_file(upload).header
        said = form.draft() if isinstance(form, MappingForm) and is_same else form.reading()
        upload.keep_choices(said, known_at=known_at)
        return redirect("imports_file", pk)
    if not is_valid:
        return show_columns(request, upload, form, status=422)
    with transaction.atomic():
        if not upload.ask_check(form.content, known_at=known_at, by=user_of(request)):
            messages.error(request, _taken(upload))
        import_soon()
    return redirect("imports_file", pk)


@admin_only
@require_POST
def imports_apply(request: HttpRequest, pk: int) -> HttpResponse:
    """The import itself; of two who ask at once the second is told."""
    upload = get_object_or_404(Upload, pk=pk)
    with transaction.atomic():
        if not upload.ask_apply(by=user_of(request)):
            messages.error(request, _taken(upload))
        import_soon()
    return redirect("imports_file", pk)


@admin_only
@require_POST
def imports_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Back to the columns."""
    upload = get_object_or_404(Upload, pk=pk)
    if not upload.choose_again():
        messages.error(request, _taken(upload))
    return redirect("imports_file", pk)


@admin_only
@require_POST
def imports_discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Away with a file that is not imported."""
    upload = get_object_or_404(Upload, pk=pk)
    if not upload.discard():
        messages.error(request, _taken(upload))
        return redirect("imports_file", pk)
    messages.success(request, f"{upload.file_name} is discarded; nothing of it was imported")
    return redirect("imports")


@admin_only
@require_POST
def imports_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Puts the undo of a batch down for a worker."""
    batch = get_object_or_404(Batch, pk=pk)
    with transaction.atomic():
        if batch.ask_undo(by=user_of(request)):
            import_soon()
        else:
            messages.error(request, "This import is undone already, or cannot be undone")
    return redirect("imports_batch", pk)


def _taken(upload: Upload) -> str:
    """What somebody else did with the file meanwhile."""
    now = Upload.objects.select_related("asked_by").filter(pk=upload.pk).first()
    if now is None:
        return "Somebody else discarded this file"
    who = str(now.asked_by) if now.asked_by else "Somebody else"
    if now.state == Upload.State.APPLIED:
        return f"{who} has imported this file already"
    if now.state == Upload.State.APPLYING:
        return f"{who} is importing this file already"
    return f"This file is at another step now: {now.get_state_display().lower()}"
