"""Giving and withdrawing an override: whoever may see the account may judge it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.access import account_or_404, user_of
from accounts.middleware import organisation_of
from metrics.forms import OverrideForm
from metrics.models import Override
from metrics.scoring.overrides import points_text
from metrics.templatetags.formats import day as short_day
from metrics.views.account.page import show


@require_POST
def override_give(request: HttpRequest, pk: int) -> HttpResponse:
    """A new one takes the place of the one that stands; a mistake keeps everything in the form."""
    account, by = account_or_404(request, pk), user_of(request)
    today = organisation_of(request).day_of(timezone.now())
    form = OverrideForm(request.POST, today=today)
    if not form.is_valid() or form.judgement is None:
        return show(request, account, form, status=422)
    given = Override.objects.give(account, form.judgement, by=by, day=today)
    until = short_day(given.expires_on)
    messages.success(request, f"Override of {points_text(given.points)} stands until {until}")
    return redirect(account)


@require_POST
def override_withdraw(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Ends one override; one that somebody has given since stays."""
    account, by = account_or_404(request, pk), user_of(request)
    override = get_object_or_404(Override.objects.of(account), pk=number)
    done = override.withdraw(by=by)
    said = "is withdrawn" if done else "had been withdrawn before"
    messages.success(request, f"Override of {points_text(override.points)} {said}")
    return redirect(account)
