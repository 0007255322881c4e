"""Coming in, and jumping to an account by its name."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from accounts.access import visible_accounts
from accounts.forms import DemoLogInForm, JumpForm
from accounts.models import Organisation

FOUND = 8
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@require_GET
@vary_on_headers("HX-Request")
def jump(request: HttpRequest) -> HttpResponse:
    """Accounts whose name holds the text, as a list under the box or as a page."""
    form = JumpForm(request.GET)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    found = visible_accounts(request).named_like(text)[:FOUND] if text else []
    template = "accounts/jump.html#jump-list" if request.htmx else "accounts/jump.html"  # type: ignore[attr-defined]
    return render(request, template, {"text": text, "found": found, "invalid": not form.is_valid()})


@login_not_required
@require_POST
def demo_log_in(request: HttpRequest) -> HttpResponse:
    """One click in a demo installation; elsewhere this address does not exist."""
    if not (settings.DEMO_LOG_IN and Organisation.current().is_demo):
        raise Http404
    form = DemoLogInForm(request.POST)
    if not form.is_valid():
        raise Http404
    login(request, form.cleaned_data["user"], backend=BACKEND)
    return redirect("portfolio")
