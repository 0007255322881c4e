"""The filters of the portfolio: everything stands in the page's address."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.http import HttpRequest, QueryDict

from accounts.access import sees_everything, user_of, visible_accounts
from metrics.models import AccountCurrent, Run
from metrics.models.scores import Band
from metrics.scoring.flag_rules import FLAG_RULES
from metrics.scoring.flags import DECLINING
from metrics.templatetags.formats import NOISE

STAGES = {"onboarding": "Onboarding", "adoption": "Adoption", "mature": "Mature"}
RENEWALS = {"30": "in 30 days", "90": "in 90 days", "180": "in 180 days", "past": "is over"}
MOVES = {"down": "down in 30 days", "up": "up in 30 days"}
TRENDS = {"falling": "falling", "declining": "declining in half a year", "rising": "rising"}
ANY_FLAG = "any"
FLAGS = {ANY_FLAG: "Any flag"} | {rule.code: rule.name for rule in FLAG_RULES}
WORSE = Q(previous_band="green", band__in=["amber", "red"]) | Q(previous_band="amber", band="red")
BETTER = Q(previous_band="red", band__in=["amber", "green"]) | Q(
    previous_band="amber", band="green"
)
LONGEST = 200


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What the address asks for; what it asks for in vain is empty here."""

    text: str = ""
    owner: str = ""  # "me", "team", "none" or the id of a user
    bands: tuple[str, ...] = ()
    segment: str = ""
    stage: str = ""
    renewal: str = ""
    changed: bool = False
    moved: str = ""
    trend: str = ""
    flag: str = ""  # the code of an open one, or any

    @property
    def any(self) -> bool:
        """Whether anything narrows the table."""
        return self != Filters()

    @property
    def only_band(self) -> str:
        """The band, where exactly one is asked for."""
        return self.bands[0] if len(self.bands) == 1 else ""


def read_filters(asked: QueryDict) -> Filters:
    """Filters of an address. NUL cannot be stored and so matches nothing: it is dropped."""

    def text(name: str) -> str:
        return asked.get(name, "").replace("\x00", "").strip()[:LONGEST]

    def one_of(name: str, known: dict[str, str]) -> str:
        value = asked.get(name, "")
        return value if value in known else ""

    owner = asked.get("owner", "")
    known_owner = owner in ("me", "team", "none") or (owner.isdecimal() and len(owner) < 10)
    return Filters(
        text=text("q"),
        owner=owner if known_owner else "",
        bands=tuple(band for band in Band.values if band in asked.getlist("band")),
        segment=text("segment"),
        stage=one_of("stage", STAGES),
        renewal=one_of("renewal", RENEWALS),
        changed=asked.get("changed") == "7",
        moved=one_of("moved", MOVES),
        trend=one_of("trend", TRENDS),
        flag=one_of("flag", FLAGS),
    )


def visible_rows(request: HttpRequest, run: Run) -> QuerySet[AccountCurrent]:
    """The portfolio's rows of one run, as far as she may see them now."""
    rows = AccountCurrent.objects.filter(run_id=run.pk)
    if sees_everything(request):
        return rows
    return rows.filter(account_id__in=visible_accounts(request).values("pk"))


def scope(
    rows: QuerySet[AccountCurrent], filters: Filters, request: HttpRequest
) -> QuerySet[AccountCurrent]:
    """Whose accounts: the figures, bands and movers follow these filters too."""
    if filters.owner:
        # the owner of today, not the one of last night
        owned = visible_accounts(request).filter(_owner(filters.owner, user_of(request).pk))
        rows = rows.filter(account_id__in=owned.values("pk"))
    if filters.segment:
        rows = rows.filter(segment=filters.segment)
    return rows.filter(stage=filters.stage) if filters.stage else rows


def _owner(asked: str, me: int) -> Q:
    if asked == "me":
        return Q(owner=me)
    if asked == "team":
        return Q(owner__manager=me)
    return Q(owner=None) if asked == "none" else Q(owner=int(asked))


def narrowed(
    rows: QuerySet[AccountCurrent], filters: Filters, *, today: dt.date
) -> QuerySet[AccountCurrent]:
    """What the table shows of the scope."""
    if filters.text:
        rows = rows.filter(name__icontains=filters.text)
    if filters.bands:
        rows = rows.filter(band__in=filters.bands)
    if filters.changed:
        rows = rows.filter(WORSE | BETTER)
    if filters.renewal:
        rows = rows.filter(renewal(filters.renewal, today))
    if filters.moved == "down":
        rows = rows.filter(change_30__lte=-NOISE)
    if filters.moved == "up":
        rows = rows.filter(change_30__gte=NOISE)
    if filters.trend:
        rows = rows.filter(_going(filters.trend))
    return rows.filter(_flagged(filters.flag)) if filters.flag else rows


def _going(trend: str) -> Q:
    """What the column shows: the trend of the last weeks, or the loss of half a year."""
    return Q(momentum__lte=DECLINING) if trend == "declining" else Q(trend=trend)


def _flagged(flag: str) -> Q:
    return Q(severity__gt=0) if flag == ANY_FLAG else Q(flags__contains=[flag])


def renewal(window: str, today: dt.date) -> Q:
    """Contracts that renew from today on within so many days, or should have by now."""
    if window == "past":
        return Q(renews_on__lt=today)
    return Q(renews_on__gte=today, renews_on__lte=today + dt.timedelta(days=int(window)))
