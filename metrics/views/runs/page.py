"""The view: the ledger, the sources, and the run in progress as a fragment of its own."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from accounts.access import user_of
from accounts.middleware import organisation_of
from accounts.models import Organisation
from metrics.forms import RecomputeForm
from metrics.models import Run
from metrics.models.shown import night_shown
from metrics.views.portfolio.kept import parts
from metrics.views.runs.ledger import ROWS, Line, all_runs, lines, nights
from metrics.views.runs.progress import Progress, next_run, progress_of
from metrics.views.runs.sources import SourceLine, sources

PAGE = "metrics/runs.html"


@require_GET
@vary_on_headers("HX-Request")
def runs(request: HttpRequest) -> HttpResponse:
    """Runs and sources; a page that watches a run asks every two seconds for its progress."""
    progress = progress_of(next_run())
    if not request.headers.get("HX-Request"):
        return show(request, RecomputeForm(today=today_of(request)), progress=progress)
    answer = render(request, f"{PAGE}#run-progress", {"progress": progress, "is_polling": True})
    if progress is None:
        # it has ended: the whole page tells what came out
        answer["HX-Refresh"] = "true"
    return answer


def show(
    request: HttpRequest, form: RecomputeForm, *, progress: Progress | None, status: int = 200
) -> HttpResponse:
    """The whole page; what only admins may read is not even in the context of others."""
    organisation = organisation_of(request)
    is_admin = user_of(request).is_admin
    paginator = Paginator(all_runs(), ROWS)
    paginator.count = Run.objects.count()  # nothing of what a row counts besides
    page = paginator.get_page(request.GET.get("page"))
    found = sources(organisation)
    last = night_shown()
    listed = lines(list(page))
    context: dict[str, Any] = {
        "progress": progress,
        "last": last,
        "lead": _lead(last, found),
        "next_at": _next(organisation),
        "nights": nights(),
        "sources": found,
        "up": sum(source.mark == "green" for source in found),
        "connected": sum(source.word != "Not connected" for source in found),
        "rows": sum(source.rows for source in found),
        "rejects": sum(source.rejects for source in found),
        "waiting": sum(source.waiting for source in found),
        "page": page,
        "lines": listed,
        "rows_html": _drawn(request, listed, is_admin=is_admin),
        "is_admin": is_admin,
        "form": form if is_admin else None,
        "zone": organisation.timezone,
    }
    return render(request, PAGE, context, status=status)


def _drawn(request: HttpRequest, listed: list[Line], *, is_admin: bool) -> SafeString:
    """The rows of the table, drawn once; each time where one has a form in it."""
    known = {"lines": listed, "is_admin": is_admin, "csrf_token": get_token(request)}

    def draw() -> SafeString:
        return render_to_string("metrics/runs/rows.html", known)

    if is_admin and any(line.can_be_tried_again for line in listed):
        return draw()
    zone = timezone.get_current_timezone_name()
    key = ("runs", zone, is_admin, tuple(line.key for line in listed))
    return parts.get(key, draw, holds=lambda: True)


def today_of(request: HttpRequest) -> dt.date:
    """The organisation's day now."""
    return organisation_of(request).day_of(timezone.now())


def _next(organisation: Organisation) -> dt.datetime:
    """When the next night is due."""
    now = timezone.now()
    today = organisation.day_of(now)
    due = organisation.due_at(today)
    return due if due > now else organisation.due_at(today + dt.timedelta(days=1))


def _lead(last: Run | None, found: list[SourceLine]) -> tuple[str, str]:
    """(claim, cause): was the night complete, and which source needs a look."""
    if last is None:
        claim = "No night is published yet."
    elif last.state == Run.State.COMPLETE:
        claim = "Last night is complete."
    else:
        claim = "Last night is partial: some accounts have no new score."
    troubled = [source for source in found if source.mark in ("amber", "red")]
    told = [f"{source.name} {_trouble(source)}." for source in troubled]
    return claim, " ".join(told) or "No source is late or down."


def _trouble(source: SourceLine) -> str:
    since = f" since {source.since.day} {source.since:%b}" if source.since else ""
    return f"{source.word.lower()}{since}"
