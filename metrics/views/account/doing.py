"""How an action on an account answers: with the part of the page that changed, or by going back."""

from __future__ import annotations

from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.models import Account
from metrics.forms import NoteForm, TaskForm
from metrics.templatetags.actions import actions_of

FRAGMENT = "metrics/account/actions.html#account-actions-answer"


def back_to(request: HttpRequest) -> str:
    """The page of ours that the form names in `next`; empty for none."""
    path = request.POST.get("next") or request.GET.get("next") or ""
    ours = path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    return path if ours else ""


def undo_by(request: HttpRequest, name: str, *numbers: object) -> str:
    """The address that undoes, and then leads to where she is."""
    path, back = reverse(name, args=numbers), back_to(request)
    return f"{path}?{urlencode({'next': back})}" if back else path


def done(
    request: HttpRequest,
    account: Account,
    *,
    note: NoteForm | None = None,
    task: TaskForm | None = None,
) -> HttpResponse:
    """`note` or `task`: a form in which something must be corrected."""
    back = back_to(request)
    if request.headers.get("HX-Request") and not back:
        return render(request, FRAGMENT, actions_of(request, account, note=note, task=task))
    for problem in _problems(note) + _problems(task):
        messages.error(request, problem)
    return redirect(back or f"{account.get_absolute_url()}#actions")


def _problems(form: forms.Form | None) -> list[str]:
    return [str(text) for texts in form.errors.values() for text in texts] if form else []
