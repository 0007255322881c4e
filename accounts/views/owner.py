"""Who looks after one account: said by managers within their team, and by admins."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.access import account_or_404, assigners_only, user_of
from accounts.forms import OwnerForm
from accounts.toasts import toast


@assigners_only
@require_http_methods(["GET", "POST"])
def owner(request: HttpRequest, pk: int) -> HttpResponse:
    """A small form; the way back of its toast is the same address with the owner of before."""
    account = account_or_404(request, pk)
    given = request.POST if "owner" in request.POST else request.GET
    chosen = {"owner": account.owner_id}
    form = OwnerForm(
        given if request.method == "POST" else None, by=user_of(request), initial=chosen
    )
    if request.method == "POST" and form.is_valid():
        before, now = account.owner_id or "", form.cleaned_data["owner"]
        account.hand_over(now)
        back = f"{reverse('owner', args=[pk])}?owner={before}"
        toast(request, f"{now or 'Nobody'} looks after {account} now", undo=back)
        return redirect(account)
    context = {"account": account, "form": form}
    return render(request, "accounts/owner.html", context, status=422 if form.is_bound else 200)
