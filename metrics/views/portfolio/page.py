"""The view: access -> rows of one run -> figures, movers, table or quadrant -> page or fragment."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from accounts.access import user_of, visible_accounts
from accounts.models import Account, User
from metrics.models import Run
from metrics.models.shown import night_shown
from metrics.scoring.config import ScorecardConfig
from metrics.signals.defaults import read_config
from metrics.templatetags.links import without
from metrics.views.portfolio.choosing import read_choices
from metrics.views.portfolio.columns import COLUMNS, PARAMETER, body, read_columns
from metrics.views.portfolio.drawing import band_bar, bars, legend
from metrics.views.portfolio.drawn import above, bar
from metrics.views.portfolio.figures import Figures, histogram
from metrics.views.portfolio.filters import NAMES, Filters, read_filters
from metrics.views.portfolio.kept import Book
from metrics.views.portfolio.lead import lead
from metrics.views.portfolio.narrowing import whose
from metrics.views.portfolio.overview import PERIODS, Overview, overview
from metrics.views.portfolio.quadrant import quadrant
from metrics.views.portfolio.table import headings, read_listing, read_page, read_sort
from metrics.views.portfolio.tabs import query_of, tabs
from metrics.views.runs.progress import next_run, progress_of
from metrics.views.setup.offer import is_due, leads_there

PAGE = "metrics/portfolio.html"
UNITS = {"accounts": "Accounts", "arr": "ARR"}
SHOWS = {"table": "Table", "quadrant": "Quadrant"}


@require_GET
@vary_on_headers("HX-Request")
def portfolio(request: HttpRequest) -> HttpResponse:
    """All accounts that she may see, as the newest published night left them."""
    run = night_shown()
    if run is None or not visible_accounts(request).exists():
        return _waiting(request, run)
    template = f"{PAGE}#portfolio" if request.headers.get("HX-Request") else PAGE
    return render(request, template, _context(request, run, read_filters(request.GET)))


def _waiting(request: HttpRequest, run: Run | None) -> HttpResponse:
    """Nothing to show yet, and what comes next."""
    if leads_there(request):
        return redirect("setup")
    context = {
        "has_accounts": Account.objects.exists(),
        "setup_is_due": is_due(request),
        "run": run,
        "progress": progress_of(next_run()),
    }
    return render(request, "metrics/portfolio_waiting.html", context)


def _context(request: HttpRequest, run: Run, filters: Filters) -> dict[str, Any]:
    config = read_config(run.scorecard.body)
    whole = Book(run, whose(request, filters, tag=False))
    seen = overview(whole, filters)
    shown = Book(run, whose(request, filters, tag=True)) if filters.tag else whole
    hers = Book(run, whose(request, Filters(), tag=False)) if filters.owner else whole
    show = "quadrant" if request.GET.get("show") == "quadrant" else "table"
    return {
        "run": run,
        "today": run.business_day,
        "filters": filters,
        "lead": lead(seen.figures, seen.worst),
        "red_below": config.red_below,
        "show": show,
        "shows": SHOWS,
        **_above(request, whole, seen, filters=filters, config=config),
        **_bar(request, hers, filters),
        **_table(request, run, shown, filters=filters, limit=config.red_below),
        **(quadrant(shown, filters, config=config) if show == "quadrant" else {}),
    }


def _table(
    request: HttpRequest, run: Run, book: Book, *, filters: Filters, limit: float
) -> dict[str, Any]:
    sort, columns = read_sort(request.GET), read_columns(request.GET)
    page = read_page(request, run, read_listing(book, filters, sort=sort))

    def draw() -> SafeString:
        return body(page.lines(red_below=limit), columns)

    return {
        "page": page,
        "sort": sort,
        "headings": headings(sort, columns),
        "body": book.draw((page.key, columns, limit), draw),
        "columns": [(column, column in columns) for column in COLUMNS],
        "has_chosen_columns": PARAMETER in request.GET,
    }


def _bar(request: HttpRequest, hers: Book, filters: Filters) -> dict[str, Any]:
    """Tabs, filters, what is done to the selected rows."""
    user = user_of(request)
    found = tabs(request.GET, user)
    drawn = bar(request, filters, read_choices(request, hers, filters))
    return {
        "tabs": found,
        "tab": next((tab for tab in found if tab.is_on and tab.is_own), None),
        "query": query_of(request.GET),
        "menus": drawn.menus,
        "bar": drawn.html,
        "clear": without({"request": request}, NAMES),
        "assignable": _assignable(user),
    }


def _assignable(user: User) -> list[tuple[int, str]]:
    if not user.assigns_owners:
        return []
    return User.objects.names(User.objects.assignable_by(user))


def _above(
    request: HttpRequest, book: Book, seen: Overview, *, filters: Filters, config: ScorecardConfig
) -> dict[str, Any]:
    found: Figures = seen.figures
    days = 7 if request.GET.get("days") == "7" else 30
    unit = "arr" if request.GET.get("by") == "arr" and found.arr else "accounts"
    limits = config.red_below, config.green_from
    down, up = seen.movers[days]
    known = {
        "filters": filters,
        "figures": found,
        "days": days,
        "periods": PERIODS,
        "unit": unit,
        "units": UNITS if found.arr else {},
        "band_bar": band_bar(found, by=unit),
        "legend": legend(found),
        "histogram": bars(histogram(found), limits=limits),
        "down": down,
        "up": up,
    }
    return {"figures": found, "above": above(request, book, known, limits=limits)}
