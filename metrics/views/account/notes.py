"""Notes: written, removed, and put back by whoever may see the account."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from accounts.access import account_or_404, user_of
from accounts.toasts import toast
from metrics.forms import NoteForm
from metrics.models import Note
from metrics.models.actions import NoteQuerySet
from metrics.views.account.doing import done, undo_by


@require_POST
def note_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Writes a note."""
    account, by = account_or_404(request, pk), user_of(request)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return done(request, account, note=form)
    note = Note.objects.create(account=account, text=form.cleaned_data["text"], created_by=by)
    toast(request, "Note saved", undo=undo_by(request, "note_remove", pk, note.pk))
    return done(request, account)


@require_POST
def note_remove(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Takes a note back."""
    account = account_or_404(request, pk)
    if _note(pk, number).take_back():
        toast(request, "Note removed", undo=undo_by(request, "note_restore", pk, number))
    return done(request, account)


@require_POST
def note_restore(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Puts a note back that was removed."""
    account = account_or_404(request, pk)
    if _note(pk, number).put_back():
        toast(request, "Note is back", undo=undo_by(request, "note_remove", pk, number))
    return done(request, account)


def _note(pk: int, number: int) -> NoteQuerySet:
    notes = Note.objects.filter(account=pk, pk=number)
    if not notes.exists():
        raise Http404
    return notes
