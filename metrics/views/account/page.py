"""The view: access -> snapshots -> contexts -> page or fragment."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from accounts.access import account_or_404
from accounts.models import Account, Organisation
from metrics.models import Run
from metrics.views.account import facts, timeline
from metrics.views.account.dimensions import cards, connected, made_of, opened, table
from metrics.views.account.head import head
from metrics.views.account.moved import PERIODS, moved, read_period
from metrics.views.account.night import Night, read_night
from metrics.views.account.trend import history

PAGE = "metrics/account.html"
GAPS = {
    "usage": "Usage is not connected, so that nobody knows who is active.",
    "training": "Training is not connected, so that nobody knows who is trained.",
}


@require_GET
@vary_on_headers("HX-Request")
def account(request: HttpRequest, pk: int) -> HttpResponse:
    """One account on the newest night. `?days=` or `?since=` choose the period to explain,
    `?span=` the trend's, `?signals=` the dimension whose signals are listed.
    """
    customer = account_or_404(request, pk)
    run = Run.objects.latest_published()
    night = read_night(customer.pk, run)
    if night is None:
        return render(request, "metrics/account_waiting.html", {"account": customer, "run": run})
    template = f"{PAGE}#account-page" if request.headers.get("HX-Request") else PAGE
    return render(request, template, _context(customer, night, request.GET))


def _context(customer: Account, night: Night, asked: Any) -> dict[str, Any]:
    organisation = Organisation.current()
    known = facts.Known(account=customer, run=night.run, organisation=organisation)
    chosen = moved(night, read_period(asked, today=night.run.business_day))
    dimensions = cards(night.now, chosen.before, red_below=night.config.red_below)
    context, sources = _facts(known), connected(night.now)
    events = [
        *timeline.bands(night.history),
        *timeline.scorecards(night.history),
        *timeline.support(context["tickets"], organisation),
        *timeline.surveys(context["answers"], organisation),
        *timeline.contract(context["movements"], context["contracts"]),
    ]
    return context | {
        "account": customer,
        "night": night,
        "zone": organisation.zone,
        "periods": PERIODS,
        "moved": chosen,
        "head": head(night, next(iter(context["contracts"]), None), chosen),
        "made": made_of(night.now),
        "trend": history(night, events, asked.get("span", "")),
        "cards": dimensions,
        "signals": table(opened(asked.get("signals", ""), night.now), dimensions, night.run),
        "funnel": facts.funnel(night.now.seats),
        "sources": sources,
        "gaps": [GAPS[name] for name, is_connected in sources.items() if not is_connected],
        "timeline": timeline.newest(events),
    }


def _facts(known: facts.Known) -> dict[str, Any]:
    people, tickets = facts.people(known), facts.tickets(known)
    milestones = facts.milestones(known)
    return {
        "contracts": list(facts.contracts(known)),
        "movements": list(facts.movements(known)),
        "milestones": milestones,
        "tasks_done": sum(1 for task in milestones if task.completed_on),
        "first_value": facts.first_value(milestones),
        "people": people,
        "more_people": max(len(people) - facts.FIRST_PEOPLE, 0),
        "quiet": sum(1 for row in people if row.is_quiet),
        "tickets": tickets,
        "open_tickets": sum(1 for ticket in tickets if not ticket.solved_at),
        "answers": facts.answers(known),
    }
