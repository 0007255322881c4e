"""The only door from a request to an account: what she may not see does not exist for her."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, wraps
from typing import Concatenate, ParamSpec, cast

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Model, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase

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
    """One account that the user may see, with its owner; otherwise it does not exist."""
    user = user_of(request)
    statement, places = _seen_by(user.role)
    keys = {ACCOUNT: pk, ASKER: user.pk}
    with connection.cursor() as cursor:
        cursor.execute(statement, [keys[place] for place in places])
        row = cursor.fetchone()
    if row is None:
        raise Http404
    own = len(_names(Account))
    account = Account.from_db(DEFAULT_DB_ALIAS, _names(Account), row[:own])
    if account.owner_id is not None:
        account.owner = User.from_db(DEFAULT_DB_ALIAS, _names(User), row[own:])
    return account


# they stand in a statement where the keys of the account and of the asking user will
ACCOUNT, ASKER = -1, -2


@cache
def _seen_by(role: str) -> tuple[str, tuple[int, ...]]:
    """The statement for one account that a user of a role may see, and what stands where in it.

    Every page of an account asks: to put it together takes five times as long as to answer it.
    """
    asker = User(pk=ASKER, role=role, is_active=True)
    seen = Account.objects.all().visible_to(asker).filter(pk=ACCOUNT).select_related("owner")
    statement, places = seen.query.sql_with_params()
    return statement, places


@cache
def _names(model: type[Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


def users_who_see(account: Account) -> QuerySet[User]:
    """The other way round: active users who may see an account, by name."""
    owner = User.objects.filter(book=account)
    leads = Q(role=Role.MANAGER, pk__in=owner.values("manager"))
    sees = Q(pk__in=owner.values("pk")) | leads | Q(role=Role.ADMIN)
    return User.objects.filter(sees, is_active=True).order_by("name", "email")


# the same as a query of names, for a list to choose from; its parameters are those of `whose`
NAMES_OF_WHO_SEES = """
SELECT id AS number, coalesce(nullif(name, ''), email) AS name FROM accounts_user
WHERE is_active
  AND (id = %(owner)s OR role = 'admin' OR (role = 'manager' AND id = %(lead)s))
ORDER BY accounts_user.name, email
"""


def whose(account: Account) -> dict[str, int | None]:
    """Who owns an account, and who leads her."""
    owner = account.owner
    return {"owner": account.owner_id, "lead": owner.manager_id if owner else None}


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
