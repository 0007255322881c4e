"""The list as CSV: all items, with the factors of the ranking."""

from __future__ import annotations

import csv
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from accounts.access import visible_accounts
from accounts.models import Account
from metrics.models import Run
from metrics.sources.formulas import neutralise
from metrics.views.day.items import Item
from metrics.views.day.page import read_items
from metrics.views.day.reading import read_whose
from metrics.views.portfolio.kept import Book

# the columns that accounts.csv has too are named as there
COLUMNS = (
    "place", "external_id", "name", "owner_email", "act", "reasons", "why", "open_since", "score",
    "band", "change_30", "arr", "currency", "renews_on", "rank", "risk_factor", "arr_factor",
    "renewal_factor", "recency_factor",
)  # fmt: skip


@require_GET
def day_csv(request: HttpRequest) -> HttpResponse:
    """The items of the same book as the page, in the same order."""
    run = Run.objects.latest_published()
    if run is None:
        raise Http404
    items = read_items(request, run, Book(run, read_whose(request).accounts))
    ids = [item.row.account_id for item in items]
    accounts = visible_accounts(request).select_related("owner").in_bulk(ids)
    answer = HttpResponse("\ufeff", content_type="text/csv")
    answer["Content-Disposition"] = f'attachment; filename="my-day-{run.business_day}.csv"'
    answer["Cache-Control"] = "no-store"
    writer = csv.writer(answer)
    writer.writerow(COLUMNS)
    # what was taken from her while this was read is left out
    hers = (item for item in items if item.row.account_id in accounts)
    for place, item in enumerate(hers, 1):
        writer.writerow(_cells(place, item, accounts[item.row.account_id]))
    return answer


def _cells(place: int, item: Item, account: Account) -> list[Any]:
    row, factors = item.row, item.factors
    owner = account.owner.email if account.owner else ""
    reasons = ", ".join(call.kind.name for call in item.calls)
    texts = (account.external_id, row.name, owner, item.title, reasons, " ".join(item.why))
    return [
        place,
        *map(neutralise, texts),
        item.since,
        _rounded(row.score),
        row.band,
        _rounded(row.change_30),
        row.arr,
        row.currency,
        row.renews_on,
        *map(_rounded, (factors.rank, factors.risk, factors.arr)),
        *map(_rounded, (factors.renewal, factors.recency)),
    ]


def _rounded(value: float | None) -> float | None:
    """Four decimals: more are noise of the arithmetic."""
    return None if value is None else round(value, 4)
