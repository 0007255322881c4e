"""Webhooks: made, tried on a sample, their secrets changed, revoked."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import admin_only, user_of
from accounts.models import User
from metrics.api.hooks import rules_now
from metrics.forms.hooks import HookForm, MappingForm, SecretForm
from metrics.models import Hook
from metrics.models.hooks import TooManySecrets, new_secret
from metrics.sources.hooked import Found, TooManyRows
from metrics.sources.json_text import BadJson, load
from metrics.sources.presets import BY_KEY, PRESETS, Preset

TRY = "try"  # the button beside the one that stores
ABOUT = ("name", "source", "mapping", "scheme")
HEADERS = ("signature_header", "timestamp_header", "delivery_header")


@admin_only
@require_GET
def hooks(request: HttpRequest) -> HttpResponse:
    """The list, and what a new one can be begun from."""
    found = Hook.objects.select_related("created_by", "revoked_by")
    listed = found.annotate(rows=Sum("batches__received")).order_by("-pk")
    return render(request, "metrics/hooks.html", {"hooks": listed, "presets": PRESETS})


@admin_only
@never_cache
@sensitive_post_parameters("secret")
@require_http_methods(["GET", "POST"])
def hook_new(request: HttpRequest, preset: str) -> HttpResponse:
    """The form; address and secret stand in the answer to it and nowhere else."""
    if preset not in BY_KEY:
        raise Http404
    begun = BY_KEY[preset]
    form = HookForm(request.POST if request.method == "POST" else None, initial=_initial(begun))
    context = {"preset": begun, "form": form}
    if request.method == "GET":
        return render(request, "metrics/hook.html", context)
    if not form.is_valid() or request.POST.get("do") == TRY:
        return _tried(request, form, context)
    hook, secret = _make(form.cleaned_data, by=user_of(request))
    return _page(request, hook, **_to_copy(request, hook, secret, is_first=True))


@admin_only
@never_cache
@require_http_methods(["GET", "POST"])
def hook_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One webhook; its mapping can be tried and changed."""
    hook = get_object_or_404(Hook, pk=pk)
    if request.method == "GET" or hook.revoked_at:
        return _page(request, hook)
    form = MappingForm(request.POST, hook=hook)
    if not form.is_valid() or request.POST.get("do") == TRY:
        return _tried(request, form, _context(hook) | {"form": form})
    hook.change_mapping(form.cleaned_data["mapping"], by=user_of(request))
    messages.success(request, "The mapping is saved: what comes from now on is read by it")
    return redirect("hook_page", pk=pk)


@admin_only
@never_cache
@sensitive_post_parameters("secret")
@require_POST
def hook_secret(request: HttpRequest, pk: int) -> HttpResponse:
    """A second secret; the older one counts too until it is ended."""
    hook = get_object_or_404(Hook, pk=pk)
    form = SecretForm(request.POST, hook=hook)
    if not form.is_valid():
        return _page(request, hook, secret_form=form, status=422)
    pasted = form.cleaned_data.get("secret", "")
    secret = pasted or new_secret(hook.scheme)
    try:
        hook.give_secret(secret, by=user_of(request))
    except TooManySecrets:
        messages.error(request, "Two secrets count already: end one first")
        return redirect("hook_page", pk=pk)
    return _page(request, hook, **_to_copy(request, hook, "" if pasted else secret))


@admin_only
@require_POST
def hook_end(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Ends one of two secrets."""
    hook = get_object_or_404(Hook, pk=pk)
    if hook.end_secret(number, by=user_of(request)):
        messages.success(request, "The secret is ended: deliveries that use it are refused")
    else:
        messages.error(request, "It is the only one: make another one first, or revoke the address")
    return redirect("hook_page", pk=pk)


@admin_only
@require_POST
def hook_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Ends an address for good."""
    hook = get_object_or_404(Hook, pk=pk)
    if hook.revoke(by=user_of(request)):
        messages.success(request, f"{hook} is revoked: its address does not exist any more")
    return redirect("hooks")


def _make(said: dict[str, Any], *, by: User) -> tuple[Hook, str]:
    """The webhook, and its secret where it is a new one."""
    secret = said["secret"] or new_secret(said["scheme"])
    with transaction.atomic():
        about = {name: said[name] for name in (*ABOUT, *HEADERS)}
        hook = Hook.objects.create(**about, created_by=by)
        hook.give_secret(secret, by=by)
    return hook, "" if said["secret"] else secret


def _to_copy(
    request: HttpRequest, hook: Hook, secret: str, *, is_first: bool = False
) -> dict[str, Any]:
    """What the sender needs and is shown this once: the address with the first secret alone, or
    with each where it ends with it.
    """
    to_copy = {"is_new": True, "secret": secret if hook.signs else ""}
    if not hook.signs:
        path = reverse("receive_hook_ending", args=[hook.address, secret])
    elif is_first:
        path = reverse("receive_hook", args=[hook.address])
    else:
        return to_copy
    return to_copy | {"address": request.build_absolute_uri(path)}


def _initial(preset: Preset) -> dict[str, str]:
    names = ("source", "mapping", "scheme", "sample", *HEADERS)
    return {"name": preset.title} | {name: getattr(preset, name) for name in names}


def _tried(request: HttpRequest, form: MappingForm, context: dict[str, Any]) -> HttpResponse:
    """A dry run: what becomes of the sample. Nothing is stored."""
    if form.is_valid() and form.read:
        try:
            body = load(form.cleaned_data["sample"].encode("utf-8", "surrogatepass"))
            found = form.read.shape(body, rules=rules_now())
        except BadJson as error:
            form.add_error("sample", f"This is no JSON: {error}")
        except TooManyRows as error:
            form.add_error("sample", str(error))
        else:
            context = context | {"tried": _shown(found)}
    status = 422 if form.errors else 200
    return render(request, "metrics/hook.html", context, status=status)


def _shown(found: Found) -> dict[str, Any]:
    """Rows as column and text."""
    return {
        "rows": [(row.line, list(row.raw().items())) for row in found.rows[:20]],
        "refused": found.refused[:20],
        "skipped": found.skipped,
        "size": found.size,
    }


def _context(hook: Hook) -> dict[str, Any]:
    secrets = hook.secrets.select_related("created_by", "ended_by").order_by("pk")
    live = [secret for secret in secrets if secret.ended_at is None]
    form = SecretForm(hook=hook)
    return {"hook": hook, "secrets": secrets, "live": len(live), "secret_form": form}


def _page(request: HttpRequest, hook: Hook, *, status: int = 200, **over: Any) -> HttpResponse:
    form = MappingForm(initial={"mapping": hook.mapping}, hook=hook)
    context = _context(hook) | {"form": form}
    return render(request, "metrics/hook.html", context | over, status=status)
