"""One view per step. Each step saves; back is a link, and who leaves goes on where she was."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from accounts.access import admin_only, user_of
from accounts.forms import BasicsForm, zone_names
from accounts.models import Account, Organisation
from accounts.toasts import toast
from metrics.forms.setup import DATA, DEMO, DataForm, WeightsForm
from metrics.models import DemoLoad, Run
from metrics.models.demo import NotEmpty
from metrics.models.scorecards import StaleEdition
from metrics.tasks import fill_history, first_run, load_demo
from metrics.views.runs.progress import next_run, progress_of
from metrics.views.setup.weights import choose, chosen_preset, shares

STEPS = (
    ("setup_organisation", "Organisation"),
    ("setup_weights", "Weights"),
    ("setup_data", "Data"),
    ("setup_run", "First run"),
)
UNNAMED = str(Organisation._meta.get_field("name").default)
NOT_EMPTY = "There are accounts already: synthetic data go into an empty installation only."
DRAFTED = "Somebody is drafting a scorecard: publish or discard the draft first."


@admin_only
@require_GET
def setup(request: HttpRequest) -> HttpResponse:
    """Where she left off."""
    done = Organisation.current().set_up_step
    return redirect(STEPS[min(done, len(STEPS) - 1)][0])


@admin_only
@require_http_methods(["GET", "POST"])
def setup_organisation(request: HttpRequest) -> HttpResponse:
    """Whose customers these are, and when their days begin."""
    organisation = Organisation.current()
    initial = {"name": ""} if organisation.name == UNNAMED else {}
    form = BasicsForm(
        request.POST if request.method == "POST" else None, instance=organisation, initial=initial
    )
    if request.method == "POST" and form.is_valid():
        form.save()
        organisation.saved_step(1)
        return redirect("setup_weights")
    return _show(request, 1, form=form, zones=zone_names())


@admin_only
@require_http_methods(["GET", "POST"])
def setup_weights(request: HttpRequest) -> HttpResponse:
    """What counts how much, to begin with."""
    form = WeightsForm(
        request.POST if request.method == "POST" else None, initial={"preset": chosen_preset()}
    )
    if request.method == "POST" and form.is_valid():
        try:
            choose(form.cleaned_data["preset"], by=user_of(request))
        except StaleEdition:
            form.add_error("preset", DRAFTED)
        else:
            Organisation.current().saved_step(2)
            return redirect("setup_data")
    return _show(request, 2, form=form, presets=shares())


@admin_only
@require_http_methods(["GET", "POST"])
def setup_data(request: HttpRequest) -> HttpResponse:
    """Invented customers to look around, or one's own."""
    form = DataForm(request.POST if request.method == "POST" else None, initial={"whose": _data()})
    if request.method == "POST" and form.is_valid():
        is_demo = form.cleaned_data["whose"] == DEMO
        try:
            if is_demo:
                load_demo(by=user_of(request))
        except NotEmpty:
            form.add_error("whose", NOT_EMPTY)
        else:
            Organisation.current().saved_step(3)
            return redirect("setup_run" if is_demo else "imports")
    return _show(request, 3, form=form, choices=DATA, has_accounts=Account.objects.exists())


def _data() -> str:
    return DEMO if DemoLoad.objects.exists() else ""


@admin_only
@require_GET
@vary_on_headers("HX-Request")
def setup_run(request: HttpRequest) -> HttpResponse:
    """How far the data and the first scores are; asks again every two seconds while they come."""
    accounts = Account.objects.count()
    found = {
        "load": DemoLoad.objects.first(),
        "progress": progress_of(next_run()),
        "accounts": accounts,
        "night": Run.objects.latest_published() if accounts else None,
    }
    return _show(request, 4, part="setup-run", **found)


@admin_only
@require_POST
def setup_start(request: HttpRequest) -> HttpResponse:
    """The first scores at once; synthetic data once more where they failed and nobody has imported
    her own accounts since.
    """
    try:
        if DemoLoad.objects.exclude(error="").exists():
            load_demo(by=user_of(request))
            return redirect("setup_run")
    except NotEmpty:
        messages.error(request, NOT_EMPTY)
        DemoLoad.forget_failed()
    first_run()
    return redirect("setup_run")


@admin_only
@require_POST
def setup_finish(request: HttpRequest) -> HttpResponse:
    """Set up. The synthetic accounts get a past, so that there are trends to look at."""
    organisation = Organisation.current()
    if organisation.set_up_at is None:
        organisation.is_set_up(timezone.now())
        if organisation.is_demo:
            fill_history()
        toast(request, "Healthscore is set up; all of it can be changed in Settings")
    return redirect("portfolio")


def _show(request: HttpRequest, number: int, *, part: str = "", **context: Any) -> HttpResponse:
    done = Organisation.current().set_up_step
    form = context.get("form")
    context |= {
        "number": number,
        "steps": [
            {"name": name, "label": label, "number": place, "is_done": place <= done}
            for place, (name, label) in enumerate(STEPS, start=1)
        ],
        "back": STEPS[number - 2][0] if number > 1 else "",
        "template": f"metrics/setup/{STEPS[number - 1][0].removeprefix('setup_')}.html",
    }
    template = "metrics/setup.html"
    if part and request.headers.get("HX-Request"):
        template = f"{context['template']}#{part}"
    status = 422 if form is not None and form.errors else 200
    return render(request, template, context, status=status)
