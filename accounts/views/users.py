"""Users and their roles: who may log in, what she may see, invited and changed by admins."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import admin_only, user_of
from accounts.forms import TAKEN, InviteForm, RoleForm
from accounts.invitations import Taken, invite, pop_link, send_link
from accounts.models import User
from accounts.models.users import LastAdmin, NoLongerAdmin
from accounts.toasts import toast

LAST_ADMIN = "She is the last active admin: make somebody else an admin first."
NO_LONGER = "You are no admin any more, so nothing was changed."


@admin_only
@require_http_methods(["GET", "POST"])
def users(request: HttpRequest) -> HttpResponse:
    """Everybody who may log in, and the form that invites somebody."""
    form = InviteForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and _invited(request, form):
        return redirect("users")
    found = User.objects.select_related("manager").annotate(owned=Count("book", distinct=True))
    context = {
        "form": form,
        "users": found.order_by("-is_active", "name", "email"),
        "link": pop_link(request),
    }
    return render(request, "accounts/users.html", context, status=422 if form.errors else 200)


def _invited(request: HttpRequest, form: InviteForm) -> bool:
    """False where somebody else invited her a moment before: the form then says so."""
    try:
        invited = invite(form.save(commit=False))
    except Taken:
        form.add_error("email", TAKEN)
        return False
    mailed = send_link(request, invited)
    toast(request, f"{invited} is invited{' by mail' if mailed else ''}")
    return True


@admin_only
@require_http_methods(["GET", "POST"])
def user(request: HttpRequest, pk: int) -> HttpResponse:
    """Her name, role and manager."""
    chosen, by = get_object_or_404(User, pk=pk), user_of(request)
    form = RoleForm(request.POST if request.method == "POST" else None, instance=chosen)
    if request.method == "POST" and form.is_valid() and _changed(form, by=by):
        toast(request, f"{chosen} is saved as {chosen.get_role_display()}")
        # who took the role from herself sees no users any more
        return redirect("users" if User.objects.admins().filter(pk=by.pk).exists() else "portfolio")
    context = {"form": form, "chosen": User.objects.get(pk=pk)}
    return render(request, "accounts/user.html", context, status=422 if form.errors else 200)


def _changed(form: RoleForm, *, by: User) -> bool:
    """False where a guard refused it: the form then says why."""
    try:
        form.change(by=by)
    except LastAdmin:
        form.add_error("role", LAST_ADMIN)
    except NoLongerAdmin:
        form.add_error(None, NO_LONGER)
    return not form.errors


@admin_only
@require_POST
def user_close(request: HttpRequest, pk: int) -> HttpResponse:
    """She cannot log in any more; her accounts stay hers until somebody gives them to another."""
    chosen = get_object_or_404(User, pk=pk)
    try:
        chosen.close(by=user_of(request))
    except LastAdmin:
        messages.error(request, LAST_ADMIN)
    except NoLongerAdmin:
        messages.error(request, NO_LONGER)
    else:
        toast(request, f"{chosen} cannot log in any more", undo=reverse("user_reopen", args=[pk]))
    return redirect("users")


@admin_only
@require_POST
def user_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """She may log in again."""
    chosen = get_object_or_404(User, pk=pk)
    try:
        chosen.reopen(by=user_of(request))
    except NoLongerAdmin:
        messages.error(request, NO_LONGER)
    else:
        toast(request, f"{chosen} may log in again", undo=reverse("user_close", args=[pk]))
    return redirect("users")


@admin_only
@require_POST
def user_link(request: HttpRequest, pk: int) -> HttpResponse:
    """Another link with which she sets her password: the old one was lost, or is too old."""
    chosen = get_object_or_404(User.objects.active(), pk=pk)
    if send_link(request, chosen):
        toast(request, f"A link is on its way to {chosen.email}")
    return redirect("users")
