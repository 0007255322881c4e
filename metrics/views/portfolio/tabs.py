"""The tabs over the table: ways to look that somebody needs every week, and saved views."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from django.http import QueryDict

from accounts.models import Role, User
from metrics.models import SavedView
from metrics.views.portfolio.columns import PARAMETER
from metrics.views.portfolio.filters import ANY_FLAG, NAMES

# what a view is made of, in this order; the page's number is no part of it
PARAMETERS = (*NAMES, "sort", PARAMETER, "by", "days", "show")
LONGEST = 2000


@dataclass(frozen=True, kw_only=True)
class Tab:
    """A link to a view; `saved` where somebody saved it."""

    label: str
    query: str
    is_on: bool
    saved: SavedView | None = None
    is_own: bool = False

    @property
    def address(self) -> str:
        """Relative to the portfolio."""
        return f"?{self.query}" if self.query else ""


def query_of(asked: QueryDict) -> str:
    """The address' part behind the question mark: known parameters in one order, none empty."""
    pairs = [
        (name, value.replace("\x00", ""))
        for name in PARAMETERS
        for value in dict.fromkeys(asked.getlist(name))
    ]
    return urlencode([(name, value) for name, value in pairs if value])


def tabs(asked: QueryDict, user: User) -> list[Tab]:
    """Those of everybody, then hers and the shared ones by name. One is on at most."""
    current = query_of(asked)
    usual = [
        ("All accounts", ""),
        ("Red", "band=red"),
        ("Renewing in 90 days", "renewal=90"),
        ("Flagged", f"flag={ANY_FLAG}&sort=-severity"),
        ("Falling, still green", "band=green&trend=falling"),
    ]
    if user.role != Role.CSM:
        usual.insert(1, ("My book", "owner=me"))
    views = list(SavedView.objects.visible_to(user))
    # one that was saved just so comes before a usual tab with the same filters
    chosen = next((view.pk for view in views if view.query == current), None)
    filtered = _bare(current)
    found = [
        Tab(label=label, query=query, is_on=chosen is None and _bare(query) == filtered)
        for label, query in usual
    ]
    return found + [
        Tab(
            label=view.name,
            query=view.query,
            is_on=view.pk == chosen,
            saved=view,
            is_own=view.owner_id == user.pk,
        )
        for view in views
    ]


def _bare(query: str) -> set[tuple[str, str]]:
    """What is filtered: order, columns and the ways to look at it leave a tab as it is."""
    return {(name, value) for name, value in parse_qsl(query) if name in NAMES}
