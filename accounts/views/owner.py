"""Who looks after one account: said by managers within their team, and by admins."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.access import account_or_404, assigners_only, user_of
from accounts.forms import OwnerForm
from accounts.models import Account, User
from accounts.toasts import toast

GIVEN = "given"


@assigners_only
@require_http_methods(["GET", "POST"])
def owner(request: HttpRequest, pk: int) -> HttpResponse:
    """A small form; the way back of its toast is the same address with the owner of before."""
    account = account_or_404(request, pk)
    sent = request.POST if "owner" in request.POST else request.GET
    chosen = {"owner": account.owner_id}
    form = OwnerForm(
        sent if request.method == "POST" else None, by=user_of(request), initial=chosen
    )
    if request.method == "POST" and form.is_valid():
        _assign(request, account, form.cleaned_data["owner"])
        return redirect(account)
    context = {"account": account, "form": form}
    return render(request, "accounts/owner.html", context, status=422 if form.is_bound else 200)


def _assign(request: HttpRequest, account: Account, now: User | None) -> None:
    """Says who has it now, or why it was not given back."""
    if GIVEN in request.GET:
        given = request.GET[GIVEN]
        if not account.hand_back(now, given=int(given) if given.isdecimal() else None):
            text = f"{account} has been given to somebody else since, so nothing was undone"
            messages.error(request, text)
            return
        toast(request, f"{now or 'Nobody'} looks after {account} again")
        return
    way_back = {"owner": account.owner_id or "", GIVEN: now.pk if now else ""}
    account.hand_over(now)
    back = f"{reverse('owner', args=[account.pk])}?{urlencode(way_back)}"
    toast(request, f"{now or 'Nobody'} looks after {account} now", undo=back)
