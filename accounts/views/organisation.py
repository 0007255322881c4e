"""What the organisation says of itself, changed by admins."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.access import admin_only
from accounts.forms import OrganisationForm, zone_names
from accounts.models import Organisation
from accounts.toasts import toast


@admin_only
@require_http_methods(["GET", "POST"])
def organisation(request: HttpRequest) -> HttpResponse:
    """Name, zone, run hour, rhythm and promises; what is changed counts from the next run on."""
    form = OrganisationForm(
        request.POST if request.method == "POST" else None, instance=Organisation.current()
    )
    if request.method == "POST" and form.is_valid():
        form.save()
        toast(request, "Settings saved; the next run uses them")
        return redirect("organisation")
    context = {"form": form, "zones": zone_names()}
    status = 422 if form.errors else 200
    return render(request, "accounts/organisation.html", context, status=status)
