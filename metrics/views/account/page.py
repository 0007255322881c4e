"""The view: access -> snapshots -> contexts -> page or fragment."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from accounts.access import account_or_404, whose
from accounts.middleware import organisation_of
from accounts.models import Account, Organisation
from metrics.forms import OverrideForm
from metrics.models.shown import night_shown
from metrics.models.together import read, together
from metrics.signals.summary import parts
from metrics.templatetags.actions import ACTIONS, lately
from metrics.views.account.details import FEATURES, named_in, remarks_of
from metrics.views.account.dimensions import (
    SPREAD,
    cards,
    connected,
    made_of,
    opened,
    spread_over,
    table,
)
from metrics.views.account.events import contract, scorecards
from metrics.views.account.events import overrides as given
from metrics.views.account.flags import FLAG_CHANGES, flags
from metrics.views.account.head import head
from metrics.views.account.judgements import OVERRIDES, judged, overrides_of
from metrics.views.account.known import CONTRACTS, MOVEMENTS, Known
from metrics.views.account.marked import MARKED, marked
from metrics.views.account.moved import PERIODS, Moved, moved, read_period
from metrics.views.account.night import Night, read_night
from metrics.views.account.onboarding import MILESTONES, checklist
from metrics.views.account.seats import funnel
from metrics.views.account.signal_rows import Compared
from metrics.views.account.to_green import to_green
from metrics.views.account.trend import history, read_span

PAGE, WAITING = "metrics/account.html", "metrics/account_waiting.html"
COUNTS = """
SELECT (SELECT count(*) FROM metrics_run WHERE business_day = %(day)s) AS revisions,
       (SELECT count(*) FROM accounts_person
        WHERE account_id = %(account)s AND known_at <= %(cutoff)s
          AND NOT (persona = ANY(%(not_people)s))
          AND (deactivated_at IS NULL OR deactivated_at >= %(until)s)) AS people
"""
FACTS = together(
    contracts=CONTRACTS,
    movements=MOVEMENTS,
    milestones=MILESTONES,
    overrides=OVERRIDES,
    flags=FLAG_CHANGES,
    marked=MARKED,
    features=FEATURES,
    spread=SPREAD,
    counts=COUNTS,
    **ACTIONS,
)
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
    run = night_shown()
    context: dict[str, Any] = {"account": customer, "run": run}
    if run is None:
        return render(request, WAITING, context, status=status)
    period = read_period(request.GET, today=run.business_day)
    night = read_night(customer.pk, run, since=period.since(run.business_day))
    if night is None:
        return render(request, WAITING, context, status=status)
    template = f"{PAGE}#account-page" if request.headers.get("HX-Request") else PAGE
    organisation = organisation_of(request)
    today = organisation.day_of(timezone.now())
    context |= _context(customer, night, request.GET, organisation, moved(night, period), today) | {
        "form": form or OverrideForm(today=today),
        "is_judging": form is not None or ("override" in request.GET and template is PAGE),
        "read_at": "" if form is None else customer.get_absolute_url(),
    }
    return render(request, template, context, status=status)


def _context(
    customer: Account,
    night: Night,
    asked: QueryDict,
    organisation: Organisation,
    chosen: Moved,
    today: dt.date,
) -> dict[str, Any]:
    known, span = (
        Known(account=customer, run=night.run, organisation=organisation),
        read_span(asked.get("span", "")),
    )
    found = _read(known, night, since=span.first(night.run.business_day))
    terms, overrides = found["contracts"], overrides_of(found["overrides"])
    nights = Compared(
        now=night.now,
        before=night.before.snapshot if night.before else None,
        config=night.config,
        cadence=night.tenant.cadence,
    )
    score = parts(night.now)
    dimensions = cards(nights, score)
    remarks = remarks_of(night.now, found["features"])
    events = [
        *scorecards(night.history),
        *given(overrides, organisation),
        *contract(found["movements"], terms),
        *marked(known, found["marked"]),
    ]
    return {
        "night": night,
        "zone": organisation.zone,
        "periods": PERIODS,
        "moved": chosen,
        "counts": found["counts"][0],
        "head": head(night, terms[0] if terms else None, chosen),
        "judged": judged(overrides, night.now.score, today=today, zone=organisation.zone),
        "made": made_of(night.now, score),
        "flags": flags(night, found["flags"], remarks=remarks),
        "to_green": to_green(night),
        "trend": history(night, events, span),
        "cards": dimensions,
        "signals": table(
            opened(asked.get("signals", ""), score),
            dimensions,
            nights,
            spread=found["spread"],
            remarks=remarks,
        ),
        "remarks": remarks,
        "funnel": funnel(night.now.seats),
        "gaps": [GAPS[name] for name, is_there in connected(night.now).items() if not is_there],
        "movements": found["movements"],
        "onboarding": checklist(
            known,
            found["milestones"],
            terms,
            age_days=night.now.age_days,
            target=night.tenant.value_days,
        ),
        "actions": found,
    }


def _read(known: Known, night: Night, *, since: dt.date) -> dict[str, list[Any]]:
    """The rows of FACTS; since: the first day of the trend."""
    parameters = {
        **known.parameters,
        **named_in(night.now),
        **spread_over(night.now),
        **whose(known.account),
        "run": night.run.pk,
        "first": known.organisation.starts_at(since),
        "lately": lately(),
    }
    return read(FACTS, parameters)
