"""The table: sorted by the server, 50 rows a page, with the owners of today."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import F, FloatField, QuerySet
from django.db.models.expressions import Expression
from django.db.models.functions import Cast, Lower, NullIf
from django.http import HttpRequest, QueryDict

from accounts.access import visible_accounts
from accounts.models import User
from metrics.models import AccountCurrent

ROWS = 50
# beyond this, rows are found by filters: a deep offset reads all that it skips
DEEPEST_PAGE = 200
DEFAULT = "-arr"
SEATS = Cast("seats_active", FloatField()) / NullIf("seats_sold", 0)
# sort key -> column, whether the first click sorts downwards
SORTS: dict[str, tuple[str | Expression, bool]] = {
    "name": (Lower("name"), False),
    "score": ("score", False),
    "7d": ("change_7", False),
    "30d": ("change_30", False),
    "momentum": ("momentum", False),
    "trend": ("trend_28", False),
    "arr": ("arr", True),
    "renewal": ("renews_on", False),
    "seats": (SEATS, False),
    "coverage": ("coverage", False),
    "severity": ("severity", True),
}
# sort key where there is one, label, classes
COLUMNS = (
    ("name", "Account", ""),
    ("score", "Score", "hs-num"),
    ("", "Band", ""),
    ("7d", "7 d", "hs-num"),
    ("30d", "30 d", "hs-num"),
    ("momentum", "Momentum", "hs-num hs-wide"),
    ("trend", "Trend", "hs-wide hs-trendcell"),
    ("", "90 days", ""),
    ("", "Main cause", ""),
    ("", "Dimensions", "hs-widest"),
    ("arr", "ARR", "hs-num"),
    ("renewal", "Renewal", "hs-num hs-wider"),
    ("seats", "Seats in use", "hs-num hs-wider"),
    ("", "Owner", "hs-wider"),
    ("coverage", "Coverage", "hs-num hs-widest"),
    ("severity", "Flags", "hs-num"),
)


@dataclass(frozen=True, kw_only=True)
class Page:
    """Some rows out of `total`."""

    rows: list[AccountCurrent]
    owners: dict[int, User | None]
    total: int
    number: int
    pages: int

    @property
    def first(self) -> int:
        """Number of the first row, counted from one."""
        return (self.number - 1) * ROWS + 1 if self.total else 0

    @property
    def last(self) -> int:
        """Number of the last row."""
        return self.first + len(self.rows) - 1 if self.total else 0

    @property
    def previous(self) -> int | None:
        """The page before."""
        return self.number - 1 if self.number > 1 else None

    @property
    def next(self) -> int | None:
        """The page after."""
        return self.number + 1 if self.number < self.pages else None

    def lines(self) -> list[tuple[AccountCurrent, User | None]]:
        """Rows, each with its owner."""
        return [(row, self.owners.get(row.account_id)) for row in self.rows]


def read_sort(asked: QueryDict) -> str:
    """A known sort key, with "-" for downwards."""
    key = asked.get("sort", DEFAULT)
    return key if key.removeprefix("-") in SORTS else DEFAULT


def in_order(rows: QuerySet[AccountCurrent], sort: str) -> QuerySet[AccountCurrent]:
    """Unknown values last whichever way; ties by name, so that pages never overlap."""
    column, _ = SORTS[sort.removeprefix("-")]
    expression = F(column) if isinstance(column, str) else column
    down = sort.startswith("-")
    first = expression.desc(nulls_last=True) if down else expression.asc(nulls_last=True)
    return rows.order_by(first, Lower("name"), "account_id")


def read_page(
    request: HttpRequest, rows: QuerySet[AccountCurrent], *, sort: str, total: int
) -> Page:
    """One page; a number that is too high shows the last one."""
    pages = min(max(-(-total // ROWS), 1), DEEPEST_PAGE)
    asked = request.GET.get("page", "1")
    number = min(max(int(asked), 1), pages) if asked.isdecimal() and len(asked) < 9 else 1
    start = (number - 1) * ROWS
    found = list(in_order(rows, sort)[start : start + ROWS])
    return Page(
        rows=found, owners=owners_of(request, found), total=total, number=number, pages=pages
    )


def owners_of(request: HttpRequest, rows: list[AccountCurrent]) -> dict[int, User | None]:
    """Account id -> who owns it today."""
    ids = [row.account_id for row in rows]
    accounts = visible_accounts(request).filter(pk__in=ids).select_related("owner")
    return {account.pk: account.owner for account in accounts}


def headings(sort: str) -> list[dict[str, Any]]:
    """All headings in page order; `asks` is the sort that a click asks for."""
    current = sort.removeprefix("-")
    found = []
    for key, label, css in COLUMNS:
        heading: dict[str, Any] = {"key": key, "label": label, "css": css}
        if key in SORTS:
            down = sort.startswith("-") if key == current else not SORTS[key][1]
            heading["asks"] = key if down else f"-{key}"
        if key == current:
            heading["direction"] = "descending" if sort.startswith("-") else "ascending"
        found.append(heading)
    return found
