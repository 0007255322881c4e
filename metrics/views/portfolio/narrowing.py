"""From filters to rows: whose accounts, and which of them the table shows."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from accounts.access import sees_everything, user_of, visible_accounts
from accounts.models import Account
from metrics.models import AccountCurrent
from metrics.scoring.flags import DECLINING
from metrics.templatetags.formats import NOISE
from metrics.templatetags.parts import DIMENSIONS
from metrics.views.portfolio.filters import ANY_FLAG, Filters

WORSE = Q(previous_band="green", band__in=["amber", "red"]) | Q(previous_band="amber", band="red")
BETTER = Q(previous_band="red", band__in=["amber", "green"]) | Q(
    previous_band="amber", band="green"
)


def whose(request: HttpRequest, filters: Filters, *, tag: bool) -> QuerySet[Account] | None:
    """The accounts that are meant as of now: what she may see, of this owner, with this tag. None
    where no account is left out. Owners and tags are those of today, not of last night.
    """
    accounts = visible_accounts(request)
    if filters.owner:
        accounts = accounts.filter(_owner(filters.owner, user_of(request).pk))
    if tag and filters.tag:
        accounts = accounts.filter(tags__contains=[filters.tag])
    narrowed = filters.owner or (tag and filters.tag)
    return accounts if narrowed or not sees_everything(request) else None


def _owner(asked: str, me: int) -> Q:
    if asked == "me":
        return Q(owner=me)
    if asked == "team":
        return Q(owner__manager=me)
    return Q(owner=None) if asked == "none" else Q(owner=int(asked))


def scoped(rows: QuerySet[AccountCurrent], filters: Filters) -> QuerySet[AccountCurrent]:
    """Parts of the portfolio that the figures, bands and movers follow too."""
    if filters.segment:
        rows = rows.filter(segment=filters.segment)
    return rows.filter(stage=filters.stage) if filters.stage else rows


def narrowed(
    rows: QuerySet[AccountCurrent], filters: Filters, *, today: dt.date
) -> QuerySet[AccountCurrent]:
    """What the table shows of the scope."""
    conditions = [
        (filters.text, Q(name__icontains=filters.text)),
        (filters.bands, Q(band__in=filters.bands)),
        (filters.plan, Q(plan=filters.plan)),
        (filters.changed, WORSE | BETTER),
        (filters.moved, _moved(filters.moved)),
        (filters.trend, _going(filters.trend)),
        (filters.flag, _flagged(filters.flag)),
        (filters.dimension, _below(filters.dimension, filters.below)),
        (filters.coverage, Q(coverage__lt=int(filters.coverage or 0) / 100)),
        (filters.arr_min is not None, Q(arr__gte=filters.arr_min)),
        (filters.arr_max is not None, Q(arr__lte=filters.arr_max)),
    ]
    for is_asked, condition in conditions:
        rows = rows.filter(condition) if is_asked else rows
    return rows.filter(renewal(filters.renewal, today)) if filters.renewal else rows


def _moved(where: str) -> Q:
    return Q(change_30__lte=-NOISE) if where == "down" else Q(change_30__gte=NOISE)


def _going(trend: str) -> Q:
    """What the column shows: the trend of the last weeks, or the loss of half a year."""
    return Q(momentum__lte=DECLINING) if trend == "declining" else Q(trend=trend)


def _flagged(flag: str) -> Q:
    return Q(severity__gt=0) if flag == ANY_FLAG else Q(flags__contains=[flag])


def _below(dimension: str, points: int | None) -> Q:
    """Unknown points are below nothing."""
    place = DIMENSIONS.index(dimension) if dimension else 0
    return Q(**{f"dimensions__{place}__lt": points})


def renewal(window: str, today: dt.date) -> Q:
    """Contracts that renew from today on within so many days, or should have by now."""
    if window == "past":
        return Q(renews_on__lt=today)
    return Q(renews_on__gte=today, renews_on__lte=today + dt.timedelta(days=int(window)))
