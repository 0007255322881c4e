"""The view: access -> snapshots -> contexts -> page or fragment."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from accounts.access import account_or_404
from accounts.middleware import organisation_of
from accounts.models import Account, Organisation
from metrics.forms import OverrideForm
from metrics.models import Run
from metrics.views.account.details import remarks_of
from metrics.views.account.dimensions import cards, connected, made_of, opened, table
from metrics.views.account.events import contract, scorecards
from metrics.views.account.events import overrides as given
from metrics.views.account.flags import flags
from metrics.views.account.head import head
from metrics.views.account.judgements import judged, overrides_of
from metrics.views.account.known import Known, contracts, movements
from metrics.views.account.marked import marked
from metrics.views.account.moved import PERIODS, moved, read_period
from metrics.views.account.night import Night, read_night
from metrics.views.account.onboarding import checklist
from metrics.views.account.people import count_people
from metrics.views.account.seats import funnel
from metrics.views.account.signal_rows import Compared
from metrics.views.account.to_green import to_green
from metrics.views.account.trend import history, read_span

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
    return show(request, account_or_404(request, pk))


def show(
    request: HttpRequest, customer: Account, form: OverrideForm | None = None, *, status: int = 200
) -> HttpResponse:
    """The page; with the form of an override open where something in it must be corrected."""
    run = Run.objects.latest_published()
    night = read_night(customer.pk, run)
    if night is None:
        context = {"account": customer, "run": run}
        return render(request, "metrics/account_waiting.html", context, status=status)
    template = f"{PAGE}#account-page" if request.headers.get("HX-Request") else PAGE
    organisation = organisation_of(request)
    today = organisation.day_of(timezone.now())
    context = _context(customer, night, request.GET, organisation, today) | {
        "form": form or OverrideForm(today=today),
        "is_judging": form is not None or ("override" in request.GET and template is PAGE),
        "read_at": "" if form is None else customer.get_absolute_url(),
    }
    return render(request, template, context, status=status)


def _context(
    customer: Account, night: Night, asked: Any, organisation: Organisation, today: dt.date
) -> dict[str, Any]:
    known = Known(account=customer, run=night.run, organisation=organisation)
    chosen = moved(night, read_period(asked, today=night.run.business_day))
    cadence = night.run.tenant.cadence
    dimensions = cards(
        Compared(now=night.now, before=chosen.before, config=night.config, cadence=cadence)
    )
    terms, changes = list(contracts(known)), list(movements(known))
    sources, remarks = connected(night.now), remarks_of(night.now)
    overrides, zone = overrides_of(customer), organisation.zone
    span = read_span(asked.get("span", ""))
    events = [
        *scorecards(night.history),
        *given(overrides, organisation),
        *contract(changes, terms),
        *marked(known, since=span.first(night.run.business_day)),
    ]
    return {
        "account": customer,
        "night": night,
        "zone": zone,
        "periods": PERIODS,
        "moved": chosen,
        "head": head(night, next(iter(terms), None), chosen),
        "people_count": count_people(known),
        "judged": judged(overrides, night.now.score, today=today, zone=zone),
        "made": made_of(night.now),
        "flags": flags(night, remarks=remarks),
        "to_green": to_green(night),
        "trend": history(night, events, span),
        "cards": dimensions,
        "signals": table(
            opened(asked.get("signals", ""), night.now), dimensions, night.run, remarks=remarks
        ),
        "remarks": remarks,
        "funnel": funnel(night.now.seats),
        "gaps": [GAPS[name] for name, is_connected in sources.items() if not is_connected],
        "movements": changes,
        "onboarding": checklist(known, terms, age_days=night.now.age_days),
    }
