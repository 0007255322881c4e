"""What an admin starts. Each writes rows into the ledger: a broker that is down delays the work,
and loses nothing.
"""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.access import admin_only, user_of
from accounts.middleware import organisation_of
from metrics.forms import RecomputeForm
from metrics.forms.runs import ExpectationForm
from metrics.models import Expectation, Run, Scorecard
from metrics.models.expectations import MOST_DAYS
from metrics.scoring.version import CODE_VERSION
from metrics.tasks import recalculate, wake_workers
from metrics.templatetags.formats import plural
from metrics.views.runs.page import show, today_of
from metrics.views.runs.progress import next_run, progress_of
from metrics.views.runs.sources import NAMES


@admin_only
@require_POST
def run_now(request: HttpRequest) -> HttpResponse:
    """The newest business day that is due, with all that is known now."""
    organisation, now = organisation_of(request), timezone.now()
    today = organisation.day_of(now)
    # before the night is due, its own run must stay to come: the ledger holds one per day
    day = today if organisation.due_at(today) <= now else today - dt.timedelta(days=1)
    (run,) = recalculate(day, day, as_of_day=False, reason=f"asked for by {user_of(request)}")
    tell(request, run, f"Run {run.pk} of {day:%-d %b} is asked for")
    return redirect("runs")


@admin_only
@require_POST
def run_again(request: HttpRequest, pk: int) -> HttpResponse:
    """A closed run's day once more, on the facts of that run, or of a later revision that would be
    replaced, with the live scorecards.
    """
    run = get_object_or_404(Run.objects.exclude(state__in=Run.OPEN_STATES), pk=pk)
    shown = Run.objects.of_day(run.business_day) or run
    with transaction.atomic():
        again = Run.objects.request(
            run.business_day,
            kind=Run.Kind.RECALCULATION,
            scorecard=Scorecard.objects.live(),
            data_cutoff=max(run.data_cutoff, shown.data_cutoff),
            code_version=CODE_VERSION,
            reason=f"retry of run {run.pk}",
        )
        wake_workers()
    tell(request, again, f"Run {again.pk} tries {run.business_day:%-d %b} again")
    return redirect("runs")


def tell(request: HttpRequest, run: Run, success: str) -> None:
    """What became of a wish for one day."""
    if run.is_in_the_way:
        messages.error(
            request,
            f"Run {run.pk} of {run.business_day:%-d %b} is not done yet, on what was asked for"
            " before: ask again when it has ended",
        )
    else:
        messages.success(request, success)


@admin_only
@require_POST
def run_recompute(request: HttpRequest) -> HttpResponse:
    """A span of past days, oldest first, because bands and carried values rest on days before."""
    form = RecomputeForm(request.POST, today=today_of(request))
    if not form.is_valid():
        return show(request, form, progress=progress_of(next_run()), status=422)
    first, last = form.cleaned_data["first"], form.cleaned_data["last"]
    found = recalculate(
        first,
        last,
        as_of_day=form.cleaned_data["as_of"] == "day",
        reason=f"{first:%-d %b} to {last:%-d %b %Y}, asked for by {user_of(request)}",
    )
    at_work = [f"{run.business_day:%-d %b}" for run in found if run.is_in_the_way]
    if len(at_work) < len(found):
        asked = plural(len(found) - len(at_work), "day")
        messages.success(request, f"{asked} asked for, oldest first")
    if at_work:
        messages.error(
            request,
            "Not done yet, on what was asked for before: ask again when it has ended, for"
            f" {', '.join(at_work)}",
        )
    return redirect("runs")


@admin_only
@require_POST
def source_expect(request: HttpRequest, key: str) -> HttpResponse:
    """How often a source is expected to speak; the next tick looks at it."""
    if key not in NAMES:
        raise Http404
    form = ExpectationForm(request.POST)
    if not form.is_valid():
        messages.error(request, f"{NAMES[key]}: days are whole numbers from 1 to {MOST_DAYS}")
        return redirect("runs")
    told = form.cleaned_data
    every, grace = told["every"], told["grace"] or 0
    Expectation.objects.agree(
        key, every=every, grace=grace, is_paused=told["paused"], by=user_of(request)
    )
    said = f"is expected every {every} days" if every else "is not expected at any time"
    messages.success(request, f"{NAMES[key]} {'is paused' if told['paused'] else said}")
    return redirect("runs")
