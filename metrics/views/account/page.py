"""The view: access -> snapshots -> contexts -> page or fragment."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from accounts.access import account_or_404
from accounts.models import Account, Organisation
from metrics.views.account import facts
from metrics.views.account.dimensions import cards, made_of
from metrics.views.account.head import head
from metrics.views.account.moved import DEFAULT_DAYS, PERIODS, moved, read_period
from metrics.views.account.night import Night, read_night
from metrics.views.account.trend import year

PAGE = "metrics/account.html"


@require_GET
@vary_on_headers("HX-Request")
def account(request: HttpRequest, pk: int) -> HttpResponse:
    """One account on the newest night; `?days=` or `?since=` choose the period to explain."""
    customer = account_or_404(request, pk)
    night = read_night(customer.pk)
    if night is None:
        return render(request, "metrics/account_waiting.html", {"account": customer})
    days = read_period(request.GET, today=night.run.business_day)
    chosen = {"moved": moved(night, days), "periods": PERIODS, "night": night, "account": customer}
    if request.headers.get("HX-Target") == "why-it-moved":
        return render(request, f"{PAGE}#why-it-moved", chosen)
    context = chosen | _page(customer, night, request.GET.get("span", "12m"), chosen["moved"])
    return render(request, PAGE, context)


def _page(customer: Account, night: Night, span: str, chosen: Any) -> dict[str, Any]:
    month = chosen if chosen.days == DEFAULT_DAYS else moved(night, DEFAULT_DAYS)
    contract = facts.terms(customer, night.run)
    people, people_total = facts.people(customer, night.run)
    return {
        "head": head(customer, night, contract, month),
        "made": made_of(night.now),
        "year": year(night, Organisation.current(), span),
        "cards": cards(night.now, month.before),
        "month": month,
        "funnel": facts.seats_of(night.now),
        "people": people,
        "people_total": people_total,
        "tickets": facts.tickets(customer),
        "answers": facts.answers(customer),
    }
