"""The table as CSV: all rows of the filters, not only the page; or those that are selected."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, QueryDict, StreamingHttpResponse
from django.views.decorators.http import require_GET

from accounts.access import visible_accounts
from accounts.models import Account
from metrics.models import AccountCurrent, Run
from metrics.signals.base import Dimension
from metrics.sources.formulas import neutralise
from metrics.views.portfolio.columns import fields_of
from metrics.views.portfolio.filters import read_filters
from metrics.views.portfolio.kept import Book
from metrics.views.portfolio.narrowing import narrowed, scoped, whose
from metrics.views.portfolio.table import in_order, read_sort

BATCH = 1000
Cell = Callable[[AccountCurrent, Account], Any]


class Echo:
    """What csv.writer writes into: hands each line on."""

    def write(self, line: str) -> str:
        """The line itself."""
        return line


def _said(name: str) -> Cell:
    """Text from outside: never a formula in a spreadsheet."""
    return lambda row, _: neutralise(getattr(row, name))


def _plain(name: str) -> Cell:
    return lambda row, _: getattr(row, name)


def _rounded(name: str) -> Cell:
    """Four decimals: more are noise of the arithmetic."""

    def cell(row: AccountCurrent, _: Account) -> float | None:
        value = getattr(row, name)
        return None if value is None else round(value, 4)

    return cell


def _dimension(place: int) -> Cell:
    return lambda row, _: row.dimensions[place]


# the columns that accounts.csv has too are named as there
CELLS: dict[str, Cell] = {
    "external_id": lambda _, account: neutralise(account.external_id),
    "name": _said("name"),
    "segment": _said("segment"),
    "plan": _said("plan"),
    "owner_email": lambda _, account: neutralise(account.owner.email if account.owner else ""),
    "arr": _plain("arr"),
    "currency": _plain("currency"),
    "renews_on": _plain("renews_on"),
    "seats_active": _plain("seats_active"),
    "seats_sold": _plain("seats_sold"),
    "day": lambda _, __: None,
    "score": _rounded("score"),
    "band": _plain("band"),
    "change_7": _rounded("change_7"),
    "change_30": _rounded("change_30"),
    "momentum": _rounded("momentum"),
    "trend_28": _rounded("trend_28"),
    "trend": _plain("trend"),
    "flags": lambda row, _: " ".join(row.flags),
    "severity": _plain("severity"),
    "cause": _said("cause"),
    "stage": _plain("stage"),
    "status": _plain("status"),
    "coverage": _rounded("coverage"),
    "confidence": _plain("confidence"),
    **{dimension.value: _dimension(place) for place, dimension in enumerate(Dimension)},
    "tags": lambda _, account: neutralise(", ".join(account.tags)),
}
COLUMNS = tuple(CELLS)
# in every file: which account, and as of when
KEYS = ("external_id", "name", "day")


@require_GET
def portfolio_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The rows of the same filters, columns and order as the page."""
    run = Run.objects.latest_published()
    if run is None:
        raise Http404
    return csv_of(request, run, matching(request, run, request.GET), asked=request.GET)


def matching(request: HttpRequest, run: Run, asked: QueryDict) -> QuerySet[AccountCurrent]:
    """All rows that an address shows, in its order."""
    filters = read_filters(asked)
    book = Book(run, whose(request, filters, tag=True))
    rows = narrowed(scoped(book.rows, filters), filters, today=book.today)
    return in_order(rows, read_sort(asked))


def csv_of(
    request: HttpRequest, run: Run, rows: QuerySet[AccountCurrent], *, asked: QueryDict
) -> StreamingHttpResponse:
    """A file of these rows with the columns of an address, all where it chooses none."""
    chosen = {*fields_of(asked), *KEYS} if fields_of(asked) else set(COLUMNS)
    columns = tuple(name for name in COLUMNS if name in chosen)
    answer = StreamingHttpResponse(_lines(request, run, rows, columns), content_type="text/csv")
    name = f"portfolio-{run.business_day}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "no-store"
    return answer


def _lines(
    request: HttpRequest, run: Run, rows: QuerySet[AccountCurrent], columns: tuple[str, ...]
) -> Iterator[str]:
    writer = csv.writer(Echo())
    cells = [CELLS[name] if name != "day" else lambda *_: run.business_day for name in columns]
    # spreadsheets take a file for UTF-8 only with this mark; our own import understands it
    yield "\ufeff" + writer.writerow(columns)
    found = rows.iterator(chunk_size=BATCH)
    while some := list(islice(found, BATCH)):
        ids = [row.account_id for row in some]
        accounts = visible_accounts(request).select_related("owner").in_bulk(ids)
        for row in some:
            account = accounts.get(row.account_id)
            if account:  # it may have been given to somebody else a moment ago
                yield writer.writerow([cell(row, account) for cell in cells])
