"""Coming in to a demo by one click."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts.forms import DemoLogInForm
from accounts.models import Organisation


@login_not_required
@require_POST
def demo_log_in(request: HttpRequest) -> HttpResponse:
    """One click in a demo installation; elsewhere this address does not exist."""
    if not (settings.DEMO_LOG_IN and Organisation.current().is_demo):
        raise Http404
    form = DemoLogInForm(request.POST)
    if not form.is_valid():
        raise Http404
    login(request, form.cleaned_data["user"], backend=settings.AUTHENTICATION_BACKENDS[0])
    return redirect("portfolio")
