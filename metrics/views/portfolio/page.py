"""The view: access -> rows of one run -> figures, movers, table -> page or fragment."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from accounts.access import user_of, visible_accounts
from accounts.models import Account
from metrics.models import AccountCurrent, Run
from metrics.signals.defaults import read_config
from metrics.views.portfolio.drawing import band_bar, bars, legend
from metrics.views.portfolio.figures import Figures, figures, histogram, movers
from metrics.views.portfolio.filters import Filters, narrowed, read_filters, scope, visible_rows
from metrics.views.portfolio.lead import lead
from metrics.views.portfolio.menus import menus, presets
from metrics.views.portfolio.table import headings, read_page, read_sort
from metrics.views.runs.progress import next_run, progress_of
from metrics.views.setup.offer import is_due, leads_there

PAGE = "metrics/portfolio.html"
PERIODS = (7, 30)
UNITS = {"accounts": "Accounts", "arr": "ARR"}


@require_GET
@vary_on_headers("HX-Request")
def portfolio(request: HttpRequest) -> HttpResponse:
    """All accounts that she may see, as the newest published night left them."""
    run = Run.objects.latest_published()
    if run is None or not visible_accounts(request).exists():
        return _waiting(request, run)
    filters = read_filters(request.GET)
    whole = scope(visible_rows(request, run), filters, request)
    template = f"{PAGE}#portfolio" if request.headers.get("HX-Request") else PAGE
    return render(request, template, _context(request, run, whole, filters))


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


def _context(
    request: HttpRequest, run: Run, whole: QuerySet[AccountCurrent], filters: Filters
) -> dict[str, Any]:
    today = run.business_day
    found = figures(whole, today=today)
    narrow = narrowed(whole, filters, today=today)
    sort = read_sort(request.GET)
    total = found.accounts if narrow is whole else narrow.count()
    return {
        "run": run,
        "today": today,
        "filters": filters,
        "figures": found,
        "lead": lead(found, whole),
        "menus": menus(request, run, filters),
        "presets": presets(filters, user_of(request)),
        "page": read_page(request, narrow, sort=sort, total=total),
        "sort": sort,
        "headings": headings(sort),
        "kept": [
            (name, value)
            for name, values in request.GET.lists()
            if name not in ("q", "page")
            for value in values
        ],
    } | _overview(request, run, whole, found)


def _overview(
    request: HttpRequest, run: Run, whole: QuerySet[AccountCurrent], found: Figures
) -> dict[str, Any]:
    config = read_config(run.scorecard.body)
    days = 7 if request.GET.get("days") == "7" else 30
    unit = "arr" if request.GET.get("by") == "arr" and found.arr else "accounts"
    down, up = movers(whole, days=days)
    return {
        "days": days,
        "periods": PERIODS,
        "unit": unit,
        "units": UNITS if found.arr else {},
        "band_bar": band_bar(found, by=unit),
        "legend": legend(found),
        "histogram": bars(histogram(whole), limits=(config.red_below, config.green_from)),
        "down": down,
        "up": up,
        "red_below": config.red_below,
    }
