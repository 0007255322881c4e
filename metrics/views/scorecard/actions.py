"""What an admin does with a draft. Each answers with a page: a plain form is enough."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from accounts.access import admin_only, user_of
from accounts.models import User
from metrics.forms import DraftForm, spread
from metrics.models import Run, Scorecard
from metrics.models.scorecards import StaleEdition
from metrics.scoring.version import CODE_VERSION
from metrics.signals.defaults import read_config
from metrics.tasks import wake_workers
from metrics.views.scorecard.differences import differences
from metrics.views.scorecard.page import show

NO_REASON = "Say why: the reason stays with the version."


@admin_only
@require_POST
def scorecard_start(request: HttpRequest) -> HttpResponse:
    """Begins the draft from a published version, or opens the one that is there."""
    cards = Scorecard.objects.published()
    number = request.POST.get("version", "")
    base = get_object_or_404(cards, version=int(number)) if number.isdecimal() else cards[0]
    Scorecard.objects.start_draft(base, by=user_of(request))
    return redirect("scorecard")


@admin_only
@require_POST
def scorecard_draft(request: HttpRequest) -> HttpResponse:
    """Saves, publishes, or only shows what is in the form; a mistake keeps everything in it."""
    draft = Scorecard.objects.draft()
    base = read_config((draft or Scorecard.objects.live()).body)
    action = request.POST.get("action", "preview")
    data = spread(request.POST, base) if action == "spread" else request.POST
    form = DraftForm(data, base=base, edition=0)
    if not form.is_valid() and action in ("save", "publish"):
        return show(request, form, draft=draft, status=422)
    if action == "save":
        return _save(request, form, draft)
    if action == "publish":
        return _publish(request, form, draft)
    return show(request, form, draft=draft)


def _save(request: HttpRequest, form: DraftForm, draft: Scorecard | None) -> HttpResponse:
    try:
        stored = _store(form, draft, by=user_of(request))
    except StaleEdition:
        return _conflict(request, form)
    messages.success(request, f"Draft v{stored.version} saved")
    return redirect("scorecard")


def _publish(request: HttpRequest, form: DraftForm, draft: Scorecard | None) -> HttpResponse:
    """The draft as it stands in the form goes live: saved and published in one step."""
    reason = request.POST.get("reason", "").strip()
    if not reason:
        problem = {"reason_problem": NO_REASON, "publishing": True}
        return show(request, form, draft=draft, status=422, **problem)
    try:
        with transaction.atomic():
            stored = _store(form, draft, by=user_of(request))
            stored.publish(edition=stored.edition, by=user_of(request), reason=reason)
    except StaleEdition:
        return _conflict(request, form)
    messages.success(request, f"Scorecard v{stored.version} is live; the next night uses it")
    return redirect("scorecard")


def _store(form: DraftForm, draft: Scorecard | None, *, by: User) -> Scorecard:
    """Edition 0 says that there was no draft when the form was made: it begins one."""
    edition = form.cleaned_data["edition"]
    if form.config is None or (draft is None and edition):
        raise StaleEdition
    if draft is None:
        draft = Scorecard.objects.start_draft(Scorecard.objects.live(), by=by)
        edition = draft.edition
    draft.save_draft(form.config.to_dict(), edition=edition)
    return draft


def _conflict(request: HttpRequest, form: DraftForm) -> HttpResponse:
    """Somebody was faster: nothing is stored, and nothing that was typed is lost."""
    draft = Scorecard.objects.draft()
    theirs = read_config((draft or Scorecard.objects.live()).body)
    conflict = {
        "conflict": True,
        "theirs": differences(theirs, form.config) if form.config else [],
        "reason": request.POST.get("reason", ""),
    }
    return show(request, form, draft=draft, status=409, **conflict)


@admin_only
@require_POST
def scorecard_discard(request: HttpRequest) -> HttpResponse:
    """Deletes the draft that the page showed; a newer one stays."""
    draft = Scorecard.objects.draft()
    edition = request.POST.get("edition", "")
    try:
        if draft is None or not edition.isdecimal():
            raise StaleEdition
        draft.discard(edition=int(edition))
    except StaleEdition:
        messages.error(request, "The draft was changed meanwhile and was not discarded")
        return redirect("scorecard")
    messages.success(request, f"Draft v{draft.version} discarded")
    return redirect("scorecard")


@admin_only
@require_POST
def scorecard_recalculate(request: HttpRequest) -> HttpResponse:
    """Last night once more, on the same facts, with the live version."""
    night = Run.objects.latest_published()
    if night is None:
        raise Http404
    live = Scorecard.objects.live()
    Run.objects.request(
        night.business_day,
        kind=Run.Kind.RECALCULATION,
        scorecard=live,
        data_cutoff=night.data_cutoff,
        code_version=CODE_VERSION,
        reason=f"Scorecard v{live.version}",
    )
    wake_workers()
    return redirect("runs")
