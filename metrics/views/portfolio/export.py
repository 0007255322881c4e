"""The table as CSV: all rows of the filters, not only the page."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.views.decorators.http import require_GET

from accounts.access import visible_accounts
from accounts.models import Account
from metrics.models import AccountCurrent, Run
from metrics.signals.base import Dimension
from metrics.sources.formulas import neutralise
from metrics.views.portfolio.filters import narrowed, read_filters, scope, visible_rows
from metrics.views.portfolio.table import in_order, read_sort

BATCH = 1000
# the columns that accounts.csv has too are named as there
COLUMNS = (
    "external_id",
    "name",
    "segment",
    "plan",
    "owner_email",
    "arr",
    "currency",
    "renews_on",
    "seats_active",
    "seats_sold",
    "day",
    "score",
    "band",
    "change_7",
    "change_30",
    "momentum",
    "trend_28",
    "trend",
    "flags",
    "severity",
    "cause",
    "stage",
    "status",
    "coverage",
    "confidence",
    *(dimension.value for dimension in Dimension),
)


class Echo:
    """What csv.writer writes into: hands each line on."""

    def write(self, line: str) -> str:
        """The line itself."""
        return line


@require_GET
def portfolio_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The rows of the same filters and order as the page."""
    run = Run.objects.latest_published()
    if run is None:
        raise Http404
    filters = read_filters(request.GET)
    rows = scope(visible_rows(request, run), filters, request)
    rows = in_order(narrowed(rows, filters, today=run.business_day), read_sort(request.GET))
    answer = StreamingHttpResponse(_lines(request, run, rows), content_type="text/csv")
    name = f"portfolio-{run.business_day}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "no-store"
    return answer


def _lines(request: HttpRequest, run: Run, rows: Any) -> Iterator[str]:
    writer = csv.writer(Echo())
    # spreadsheets take a file for UTF-8 only with this mark; our own import understands it
    yield "\ufeff" + writer.writerow(COLUMNS)
    found = rows.iterator(chunk_size=BATCH)
    while some := list(islice(found, BATCH)):
        ids = [row.account_id for row in some]
        accounts = visible_accounts(request).select_related("owner").in_bulk(ids)
        for row in some:
            account = accounts.get(row.account_id)
            if account:  # it may have been given to somebody else a moment ago
                yield writer.writerow(_cells(run, row, account))


def _cells(run: Run, row: AccountCurrent, account: Account) -> list[Any]:
    text = [account.external_id, row.name, row.segment, row.plan]
    owner = account.owner.email if account.owner else ""
    return [
        *map(neutralise, [*text, owner]),
        row.arr,
        row.currency,
        row.renews_on,
        row.seats_active,
        row.seats_sold,
        run.business_day,
        _rounded(row.score),
        row.band,
        _rounded(row.change_7),
        _rounded(row.change_30),
        _rounded(row.momentum),
        _rounded(row.trend_28),
        row.trend,
        " ".join(row.flags),
        row.severity,
        neutralise(row.cause),
        row.stage,
        row.status,
        _rounded(row.coverage),
        row.confidence,
        *row.dimensions,
    ]


def _rounded(value: float | None) -> float | None:
    """Four decimals: more are noise of the arithmetic."""
    return None if value is None else round(value, 4)
