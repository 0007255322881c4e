"""The timeline of an account: a page of its own, and the account page's part."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from accounts.access import account_or_404
from accounts.middleware import organisation_of
from metrics.models import Run
from metrics.views.account.exports import as_csv
from metrics.views.account.fragments import asked_for
from metrics.views.account.known import Known
from metrics.views.account.night import Day, history_of
from metrics.views.account.timeline import KINDS, timeline

PAGE = "metrics/account_timeline.html"
SECTION, TABLE = "timeline", "events"
FIRST, ROWS = 10, 50
FARTHEST = 100_000


@require_GET
@vary_on_headers("HX-Request", "HX-Target")
def account_timeline(request: HttpRequest, pk: int) -> HttpResponseBase:
    """`?kind=` narrows; `?after=` begins after so many of the newest."""
    known, history = _seen_or_404(request, pk)
    kind = request.GET.get("kind", "") if request.GET.get("kind") in KINDS else ""
    if request.GET.get("format") == "csv":
        every = timeline(known, history, kind=kind, after=0, most=FARTHEST)
        rows = ([event.day, event.kind, event.title, event.detail] for event in every.events)
        return as_csv(f"timeline-{pk}-{known.day}", ("day", "kind", "title", "detail"), rows)
    template = asked_for(request, PAGE, SECTION, TABLE)
    most = FIRST if template == f"{PAGE}#{SECTION}" else ROWS
    page = timeline(known, history, kind=kind, after=_after(request), most=most)
    context = {
        "account": known.account,
        "run": known.run,
        "page": page,
        "kind": kind,
        "kind_name": KINDS[kind].label if kind else "",
        "kinds": [(key, one.label) for key, one in KINDS.items()],
        "next": page.after + len(page.events),
        "newer": max(page.after - most, 0) if page.after else None,
        "today": known.day,
    }
    return render(request, template, context)


def _seen_or_404(request: HttpRequest, pk: int) -> tuple[Known, list[Day]]:
    """An account that she may see, and its nights; 404 where the newest one has not seen it."""
    account, run = account_or_404(request, pk), Run.objects.latest_published()
    history = history_of(account.pk, run) if run else []
    if run is None or not history or history[-1].day != run.business_day:
        raise Http404
    return Known(account=account, run=run, organisation=organisation_of(request)), history


def _after(request: HttpRequest) -> int:
    text = request.GET.get("after", "")
    return min(int(text), FARTHEST) if text.isascii() and text.isdigit() and len(text) < 7 else 0
