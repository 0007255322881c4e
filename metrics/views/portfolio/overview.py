"""Everything above the table: read of a run once, by the accounts that are meant."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import QuerySet

from metrics.models import AccountCurrent
from metrics.views.portfolio.figures import Figures, figures, movers
from metrics.views.portfolio.filters import Filters
from metrics.views.portfolio.kept import Book
from metrics.views.portfolio.lead import worst_of
from metrics.views.portfolio.narrowing import scoped

PERIODS = (7, 30)


@dataclass(frozen=True, kw_only=True)
class Overview:
    """Figures of a scope, its movers down and up per period, and who fell most this week."""

    figures: Figures
    movers: dict[int, tuple[list[AccountCurrent], list[AccountCurrent]]]
    worst: AccountCurrent | None


def overview(book: Book, filters: Filters) -> Overview:
    """Of the part of a book that the figures follow."""
    rows = scoped(book.rows, filters)
    key = ("overview", filters.segment, filters.stage)
    return book.keep(key, lambda: _read(rows, book.today))


def _read(rows: QuerySet[AccountCurrent], today: dt.date) -> Overview:
    found = figures(rows, today=today)
    return Overview(
        figures=found,
        movers={days: movers(rows, days=days) for days in PERIODS},
        worst=worst_of(rows) if found.worse else None,
    )


def choices(book: Book) -> tuple[list[str], list[str]]:
    """Segments and plans of a book, each in order."""

    def read() -> tuple[list[str], list[str]]:
        pairs = list(book.rows.order_by().values_list("segment", "plan").distinct())
        segments, plans = ({pair[place] for pair in pairs} - {""} for place in (0, 1))
        return sorted(segments), sorted(plans)

    return book.keep("choices", read)
