"""Saved views: saved, renamed, shared, deleted and put back. Only by her whose they are."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.access import user_of
from accounts.toasts import toast
from metrics.forms.bulk import ViewNameForm, first_problem
from metrics.models import SavedView
from metrics.views.portfolio.tabs import LONGEST, query_of

# what is needed to put a deleted one back, in the session of her who deleted it
DELETED = "deleted_view"


@require_POST
def view_save(request: HttpRequest) -> HttpResponse:
    """The view of the page under a name; one of hers by that name shows this one from now on."""
    query, form = query_of(QueryDict(request.POST.get("query", ""))), ViewNameForm(request.POST)
    if not form.is_valid():
        messages.error(request, first_problem(form))
    elif len(query) > LONGEST:
        messages.error(request, "These are too many filters to save.")
    else:
        name, shared = form.cleaned_data["name"], form.cleaned_data["is_shared"]
        SavedView.objects.keep(user_of(request), name, query=query, is_shared=shared)
        seen = "everybody sees it" if shared else "only you see it"
        messages.success(request, f"View “{name}” saved, {seen}")
    return _to(query)


@require_POST
def view_rename(request: HttpRequest, pk: int) -> HttpResponse:
    """Another name."""
    view, form = _own(request, pk), ViewNameForm(request.POST)
    if not form.is_valid():
        messages.error(request, first_problem(form))
    elif view.rename(form.cleaned_data["name"]):
        messages.success(request, f"The view is called “{form.cleaned_data['name']}” now")
    else:
        messages.error(request, "Another view of yours has this name.")
    return _to(view.query)


@require_POST
def view_share(request: HttpRequest, pk: int) -> HttpResponse:
    """Shown to everybody, or to her alone. Whoever opens it sees her own accounts in it."""
    view, shared = _own(request, pk), request.POST.get("is_shared") == "1"
    view.share(is_shared=shared)
    seen = "Everybody sees" if shared else "Only you see"
    messages.success(request, f"{seen} the view “{view}” now")
    return _to(view.query)


@require_POST
def view_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Gone, until she asks for it back."""
    view = _own(request, pk)
    kept = {"name": view.name, "query": view.query, "is_shared": view.is_shared}
    request.session[DELETED] = kept
    view.delete()
    toast(request, f"View “{view}” deleted", undo=reverse("view_restore"))
    return _to("")


@require_POST
def view_restore(request: HttpRequest) -> HttpResponse:
    """The one that she deleted last; a newer one by its name stays."""
    kept, user = request.session.pop(DELETED, None), user_of(request)
    if kept is None:
        messages.error(request, "There is no deleted view to put back.")
        return _to("")
    view, is_back = SavedView.objects.get_or_create(owner=user, name=kept["name"], defaults=kept)
    said = "is back" if is_back else "has been saved anew since and stays"
    messages.success(request, f"View “{view}” {said}")
    return _to(view.query)


def _own(request: HttpRequest, pk: int) -> SavedView:
    return get_object_or_404(SavedView, pk=pk, owner=user_of(request))


def _to(query: str) -> HttpResponse:
    address = reverse("portfolio")
    return redirect(f"{address}?{query}" if query else address)
