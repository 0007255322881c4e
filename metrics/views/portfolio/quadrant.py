"""Score against ARR: who is large and at risk. The largest accounts, as a chart and as a table."""

from __future__ import annotations

from statistics import median
from typing import Any

from django.urls import reverse

from metrics.charts import quadrant as figure
from metrics.models import AccountCurrent
from metrics.scoring.config import ScorecardConfig
from metrics.views.portfolio.filters import Filters
from metrics.views.portfolio.kept import Book
from metrics.views.portfolio.narrowing import narrowed, scoped

# more would hide one another, and a browser draws them one by one
MOST = 300
FIELDS = ("account_id", "name", "band", "score", "arr", "currency", "cause")


def quadrant(book: Book, filters: Filters, *, config: ScorecardConfig) -> dict[str, Any]:
    """Figure, its rows, and in words what is not in it."""
    rows = narrowed(scoped(book.rows, filters), filters, today=book.today)
    drawable = rows.filter(score__isnull=False, arr__gt=0)
    largest = list(drawable.order_by("-arr", "name", "account_id").only(*FIELDS)[: MOST + 1])
    currency = largest[0].currency if largest else ""
    points = [row for row in largest[:MOST] if row.currency == currency]
    drawn = figure(
        [_point(row) for row in points],
        red_below=config.red_below,
        green_from=config.green_from,
        middle=median(float(row.arr or 0) for row in points) if points else 0.0,
        currency=currency,
    )
    return {"quadrant": drawn, "points": points, "missing": _missing(rows, points, largest)}


def _point(row: AccountCurrent) -> dict[str, Any]:
    return {
        "name": row.name,
        "band": row.band,
        "score": row.score,
        "arr": float(row.arr or 0),
        "address": reverse("account", args=[row.account_id]),
    }


def _missing(rows: Any, points: list[AccountCurrent], largest: list[AccountCurrent]) -> str:
    """ "12 are not drawn: no score, no ARR, or another currency." """
    if len(largest) > MOST:
        return f"The {len(points)} largest by ARR."
    left = rows.count() - len(points)
    if not left:
        return ""
    return f"{left} not drawn: no score, no ARR, or another currency."
