"""One's own profile: name, single-key shortcuts, theme, password."""

from __future__ import annotations

from allauth.account.views import PasswordChangeView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.views.decorators.http import require_http_methods

from accounts.access import user_of
from accounts.forms import ProfileForm
from accounts.toasts import toast

# every session ends with the old password, this one too: she logs in with the new one
password_change = PasswordChangeView.as_view(success_url=reverse_lazy("account_login"))


@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """What she says of herself."""
    user = user_of(request)
    form = ProfileForm(request.POST if request.method == "POST" else None, instance=user)
    if request.method == "POST" and form.is_valid():
        form.save()
        toast(request, "Profile saved")
        return redirect("profile")
    status = 422 if form.errors else 200
    return render(request, "accounts/profile.html", {"form": form}, status=status)
