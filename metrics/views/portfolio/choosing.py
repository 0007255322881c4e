"""What there is to choose from in the filter bar: owners, tags, segments and plans."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, F, Func, OuterRef
from django.http import HttpRequest

from accounts.access import user_of, visible_accounts
from accounts.models import Role, User
from metrics.views.portfolio.filters import Filters
from metrics.views.portfolio.kept import Book
from metrics.views.portfolio.overview import choices

# a longer list is found by typing
MOST_TAGS = 200


@dataclass(frozen=True, kw_only=True)
class Choices:
    """(value, what it says) of owners; texts. Owners and tags are those of now."""

    owners: tuple[tuple[str, str], ...]
    tags: tuple[str, ...]
    segments: tuple[str, ...]
    plans: tuple[str, ...]


def read_choices(request: HttpRequest, hers: Book, filters: Filters) -> Choices:
    """Of the accounts that she may see."""
    segments, plans = choices(hers)
    return Choices(
        owners=tuple(_owners(request).items()),
        tags=tuple(_tags(request, filters.tag)),
        segments=tuple(segments),
        plans=tuple(plans),
    )


def _owners(request: HttpRequest) -> dict[str, str]:
    """Whom she may choose: nobody but herself for a CSM, so there is nothing to choose."""
    user = user_of(request)
    if user.role == Role.CSM:
        return {}
    accounts = visible_accounts(request)
    # asked the other way round, every account would be read to find a handful of owners
    owning = User.objects.filter(Exists(accounts.filter(owner=OuterRef("pk"))))
    known = owning.order_by("name", "email").values_list("pk", "name", "email", "manager_id")
    found = {"me": "Me"} if any(pk == user.pk for pk, *_ in known) else {}
    if any(manager_id == user.pk for *_, manager_id in known):
        found["team"] = "My team"
    found |= {str(pk): name or email for pk, name, email, _ in known if pk != user.pk}
    if user.role == Role.ADMIN and accounts.filter(owner=None).exists():
        found["none"] = "Nobody"
    return found


def _tags(request: HttpRequest, chosen: str) -> list[str]:
    """Tags of accounts that she may see."""
    tag = Func(F("tags"), function="unnest")
    tagged = visible_accounts(request).exclude(tags=[]).order_by()
    found = set(tagged.values_list(tag, flat=True).distinct()[:MOST_TAGS])
    return sorted(found | ({chosen} - {""}))
