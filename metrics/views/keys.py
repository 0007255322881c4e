"""Keys with which other systems send data: made, shown once, revoked."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import admin_only, user_of
from metrics.forms.keys import KeyForm
from metrics.models import WriteKey

SHOWN = "hs_live_…"


@admin_only
@never_cache
@require_http_methods(["GET", "POST"])
def keys(request: HttpRequest) -> HttpResponse:
    """The list. The text of a new key stands in the answer to the form and nowhere else: not in
    the session, not in an address.
    """
    form = KeyForm(request.POST if request.method == "POST" else None)
    if request.method == "GET":
        return _page(request, form)
    if not form.is_valid():
        return _page(request, form, status=422)
    key, token = WriteKey.objects.make(
        form.cleaned_data["name"],
        by=user_of(request),
        expires_on=form.cleaned_data["expires_on"],
    )
    return _page(request, KeyForm(), made=key, token=token)


@admin_only
@require_POST
def key_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Ends a key for good."""
    key = get_object_or_404(WriteKey, pk=pk)
    if key.revoke(by=user_of(request)):
        messages.success(request, f"{key} is revoked: what it sends is refused from now on")
    return redirect("keys")


def _page(
    request: HttpRequest,
    form: KeyForm,
    *,
    made: WriteKey | None = None,
    token: str = "",
    status: int = 200,
) -> HttpResponse:
    found = WriteKey.objects.select_related("created_by", "revoked_by")
    context = {
        "keys": found.annotate(rows=Sum("batches__received")).order_by("-pk"),
        "form": form,
        "made": made,
        "token": token,
        "shown": token or SHOWN,
        "host": request.build_absolute_uri("/").rstrip("/"),
        "now": timezone.now().replace(microsecond=0),
    }
    return render(request, "metrics/keys.html", context, status=status)
