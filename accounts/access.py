"""The only door from a request to an account: what she may not see does not exist for her."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404

from accounts.models import Account, Person, Role, User
from accounts.models.customers import AccountQuerySet, PersonQuerySet

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


def visible_people(request: HttpRequest) -> PersonQuerySet:
    """People of the accounts that the user may see; bots and our own staff are none."""
    people = Person.objects.exclude(persona__in=Person.NOT_PEOPLE)
    if sees_everything(request):
        return people
    return people.filter(account__in=visible_accounts(request))


def account_or_404(request: HttpRequest, pk: int) -> Account:
    """One account that the user may see; otherwise it does not exist."""
    return get_object_or_404(visible_accounts(request).select_related("owner"), pk=pk)


def users_who_see(account: Account) -> QuerySet[User]:
    """The other way round: active users who may see an account, by name."""
    owner = User.objects.filter(book=account)
    leads = Q(role=Role.MANAGER, pk__in=owner.values("manager"))
    sees = Q(pk__in=owner.values("pk")) | leads | Q(role=Role.ADMIN)
    return User.objects.filter(sees, is_active=True).order_by("name", "email")


# the same of the account %(account)s as a query of names, for a list to choose from
NAMES_OF_WHO_SEES = """
SELECT u.id AS number, coalesce(nullif(u.name, ''), u.email) AS name
FROM accounts_user u
LEFT JOIN accounts_account a ON a.id = %(account)s
LEFT JOIN accounts_user o ON o.id = a.owner_id
WHERE u.is_active
  AND (u.id = o.id OR u.role = 'admin' OR (u.role = 'manager' AND u.id = o.manager_id))
ORDER BY u.name, u.email
"""


def sees_everything(request: HttpRequest) -> bool:
    """Whether no account is hidden from her."""
    return user_of(request).role == Role.ADMIN


def _only_where(holds: Callable[[User], bool], view: View[P]) -> View[P]:
    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not holds(user_of(request)):
            raise Http404
        return view(request, *args, **kwargs)

    return cast(View[P], guarded)


def admin_only(view: View[P]) -> View[P]:
    """A page that exists for admins only."""
    return _only_where(lambda user: user.is_admin, view)


def assigners_only(view: View[P]) -> View[P]:
    """A page of those who say who looks after an account: managers and admins."""
    return _only_where(lambda user: user.assigns_owners, view)
