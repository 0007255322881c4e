"""The only door from a request to an account: what she may not see does not exist for her."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404

from accounts.models import Account, Role, User
from accounts.models.customers import AccountQuerySet

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def user_of(request: HttpRequest) -> User:
    """The user behind a request; 404 for nobody (pages ask for log-in before)."""
    if not isinstance(request.user, User) or not request.user.is_active:
        raise Http404
    return request.user


def visible_accounts(request: HttpRequest) -> AccountQuerySet:
    """Accounts that the user may see: her book, her team's, or all."""
    return Account.objects.all().visible_to(user_of(request))


def account_or_404(request: HttpRequest, pk: int) -> Account:
    """One account that the user may see; otherwise it does not exist."""
    return get_object_or_404(visible_accounts(request).select_related("owner"), pk=pk)


def sees_everything(request: HttpRequest) -> bool:
    """Whether no account is hidden from her."""
    return user_of(request).role == Role.ADMIN


def admin_only(view: View[P]) -> View[P]:
    """A page that exists for admins only."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not user_of(request).is_admin:
            raise Http404
        return view(request, *args, **kwargs)

    return cast(View[P], guarded)
