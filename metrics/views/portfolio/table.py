"""The table: sorted by the server, 50 rows a page, with the owners of today."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django.db.models import F, FloatField, QuerySet
from django.db.models.expressions import Expression
from django.db.models.functions import Cast, Lower, NullIf
from django.http import HttpRequest, QueryDict

from accounts.access import visible_accounts
from accounts.models import User
from metrics.models import AccountCurrent, Run
from metrics.templatetags.help import TERMS
from metrics.views.portfolio.cells import Line
from metrics.views.portfolio.columns import NAME, Column
from metrics.views.portfolio.filters import Filters
from metrics.views.portfolio.kept import Book
from metrics.views.portfolio.narrowing import narrowed, scoped

ROWS = 50
# beyond this, rows are found by filters
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


@dataclass(frozen=True, kw_only=True)
class Listing:
    """Ids of accounts in order, as far as pages reach, and how many there are in all."""

    ids: tuple[int, ...]
    total: int


@dataclass(frozen=True, kw_only=True)
class Shown:
    """An account as of now; the rest is what the night says. owner: its name and e-mail."""

    pk: int
    tags: tuple[str, ...]
    owner: tuple[str, str] | None


@dataclass(kw_only=True)
class Page:
    """Some accounts out of `total`, in order."""

    run: Run
    accounts: list[Shown]
    total: int
    number: int
    pages: int

    @cached_property
    def rows(self) -> list[AccountCurrent]:
        """What the night says of them."""
        ids = [account.pk for account in self.accounts]
        stored = AccountCurrent.objects.filter(run_id=self.run.pk, account_id__in=ids)
        found = {row.account_id: row for row in stored}
        return [found[pk] for pk in ids if pk in found]

    @property
    def first(self) -> int:
        """Number of the first row, counted from one."""
        return (self.number - 1) * ROWS + 1 if self.total else 0

    @property
    def last(self) -> int:
        """Number of the last row."""
        return self.first + len(self.accounts) - 1 if self.total else 0

    @property
    def previous(self) -> int | None:
        """The page before."""
        return self.number - 1 if self.number > 1 else None

    @property
    def next(self) -> int | None:
        """The page after."""
        return self.number + 1 if self.number < self.pages else None

    @property
    def key(self) -> Hashable:
        """All that a drawn row shows beside what the night says."""
        return tuple(self.accounts)

    def lines(self, *, red_below: float) -> list[Line]:
        """Rows, each with its account."""
        accounts = {account.pk: account for account in self.accounts}
        return [
            Line(
                row=row,
                tags=accounts[row.account_id].tags,
                owner=_user(accounts[row.account_id].owner),
                today=self.run.business_day,
                red_below=red_below,
            )
            for row in self.rows
        ]


def _user(owner: tuple[str, str] | None) -> User | None:
    return User(name=owner[0], email=owner[1]) if owner else None


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


def read_listing(book: Book, filters: Filters, *, sort: str) -> Listing:
    """The accounts of a book that the filters leave, in order."""

    def read() -> Listing:
        rows = narrowed(scoped(book.rows, filters), filters, today=book.today)
        ids = tuple(in_order(rows, sort).values_list("account_id", flat=True))
        return Listing(ids=ids[: DEEPEST_PAGE * ROWS], total=len(ids))

    # whose accounts and with which tag is what the book says, as of now
    return book.keep(("listing", replace(filters, owner="", tag=""), sort), read)


def read_page(request: HttpRequest, run: Run, listing: Listing) -> Page:
    """One page; a number that is too high shows the last one."""
    pages = min(max(-(-listing.total // ROWS), 1), DEEPEST_PAGE)
    asked = request.GET.get("page", "1")
    number = min(max(int(asked), 1), pages) if asked.isdecimal() and len(asked) < 9 else 1
    ids = listing.ids[(number - 1) * ROWS : number * ROWS]
    # what she may not see at this very moment is left out
    columns = ("pk", "tags", "owner_id", "owner__name", "owner__email")
    seen = {
        pk: Shown(pk=pk, tags=tuple(tags), owner=(name, email) if owner_id else None)
        for pk, tags, owner_id, name, email in visible_accounts(request)
        .filter(pk__in=ids)
        .order_by()
        .values_list(*columns)
    }
    accounts = [seen[pk] for pk in ids if pk in seen]
    return Page(run=run, accounts=accounts, total=listing.total, number=number, pages=pages)


def headings(sort: str, columns: tuple[Column, ...]) -> list[dict[str, Any]]:
    """Headings of the columns; `asks` is the sort that a click asks for, `says` what the figure
    means: a link is described by it, a word without a link opens it.
    """
    current = sort.removeprefix("-")
    found = []
    for column in (NAME, *columns):
        heading: dict[str, Any] = {
            "key": column.sort,
            "label": column.label,
            "css": column.css,
            "term": column.term,
            "says": TERMS[column.term].says,
        }
        if column.sort:
            is_current = column.sort == current
            down = sort.startswith("-") if is_current else not SORTS[column.sort][1]
            heading["asks"] = column.sort if down else f"-{column.sort}"
            if is_current:
                heading["direction"] = "descending" if sort.startswith("-") else "ascending"
        found.append(heading)
    return found
