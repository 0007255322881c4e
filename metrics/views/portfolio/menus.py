"""The filter bar: which filters are offered, and which of them are in force."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest

from accounts.access import user_of, visible_accounts
from accounts.models import Role, User
from metrics.models import Run
from metrics.models.scores import Band
from metrics.templatetags.parts import WORDS
from metrics.views.portfolio.filters import (
    ANY_FLAG,
    FLAGS,
    MOVES,
    RENEWALS,
    STAGES,
    TRENDS,
    Filters,
    visible_rows,
)


@dataclass(frozen=True, kw_only=True)
class Option:
    """A choice: the values that its link puts into the address."""

    label: str
    values: Any  # str or a list of them; empty takes the filter out
    is_on: bool = False
    band: str = ""


@dataclass(frozen=True, kw_only=True)
class Menu:
    """One filter. `says` is empty while it is not in force."""

    name: str
    label: str
    says: str = ""
    options: list[Option] = field(default_factory=list)


def menus(request: HttpRequest, run: Run, filters: Filters) -> list[Menu]:
    """In page order; a filter that has nothing to choose from is left out."""
    segments = visible_rows(request, run).exclude(segment="").order_by("segment")
    named = {name: name for name in segments.values_list("segment", flat=True).distinct()}
    offered = [
        _single("owner", "Owner", filters.owner, _owners(request), everybody="All"),
        _bands(filters),
        _single("segment", "Segment", filters.segment, named),
        _single("stage", "Stage", filters.stage, STAGES),
        _single("renewal", "Renewal", filters.renewal, RENEWALS),
        _single("moved", "Moved", filters.moved, MOVES),
        _single("trend", "Trend", filters.trend, TRENDS),
        _single("flag", "Flag", filters.flag, FLAGS, everybody="All accounts"),
    ]
    return [menu for menu in offered if len(menu.options) > 1]


def _single(
    name: str, label: str, chosen: str, known: dict[str, str], *, everybody: str = "Any"
) -> Menu:
    options = [Option(label=everybody, values="", is_on=not chosen)] if known else []
    options += [Option(label=says, values=key, is_on=key == chosen) for key, says in known.items()]
    return Menu(name=name, label=label, says=known.get(chosen, ""), options=options)


def _bands(filters: Filters) -> Menu:
    """Several bands at once: a click adds one or takes it out."""
    options = [
        Option(
            label=WORDS[band],
            values=sorted(set(filters.bands) ^ {band}),
            is_on=band in filters.bands,
            band=band,
        )
        for band in Band.values
    ]
    says = ", ".join(WORDS[band] for band in filters.bands)
    return Menu(name="band", label="Band", says=says, options=options)


def _owners(request: HttpRequest) -> dict[str, str]:
    """Whom she may choose: nobody but herself for a CSM, so there is nothing to choose."""
    user = user_of(request)
    if user.role == Role.CSM:
        return {}
    accounts = visible_accounts(request)
    owners = User.objects.filter(pk__in=accounts.values("owner")).order_by("name", "email")
    choices = {"me": "Me"} if any(owner.pk == user.pk for owner in owners) else {}
    if user.role == Role.ADMIN and user.team.exists():
        choices["team"] = "My team"
    choices |= {str(owner.pk): str(owner) for owner in owners if owner.pk != user.pk}
    if accounts.filter(owner=None).exists():
        choices["none"] = "Nobody"
    return choices


def presets(filters: Filters, user: User) -> list[dict[str, Any]]:
    """The tabs: ways to look that somebody needs every week."""
    offered = [
        ("All accounts", "", Filters()),
        ("Red", "?band=red", Filters(bands=("red",))),
        ("Renewing in 90 days", "?renewal=90", Filters(renewal="90")),
        ("Flagged", f"?flag={ANY_FLAG}&sort=-severity", Filters(flag=ANY_FLAG)),
        (
            "Falling, still green",
            "?band=green&trend=falling",
            Filters(bands=("green",), trend="falling"),
        ),
    ]
    if user.role != Role.CSM:
        offered.insert(1, ("My book", "?owner=me", Filters(owner="me")))
    return [
        {"label": label, "address": address, "is_on": filters == preset}
        for label, address, preset in offered
    ]
