"""What an admin does with a draft. Each answers with a page: a plain form is enough."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from accounts.access import admin_only, user_of
from accounts.models import User
from metrics.forms import DraftForm, reshape, spread
from metrics.models import Run, Scorecard
from metrics.models.scorecards import DEFAULT_LINE, StaleEdition
from metrics.scoring.config import ConfigError
from metrics.scoring.version import CODE_VERSION
from metrics.signals.defaults import default_config, read_config
from metrics.tasks import wake_workers
from metrics.views.runs.actions import tell
from metrics.views.scorecard.differences import differences
from metrics.views.scorecard.editor import draft_form, show
from metrics.views.scorecard.lines import Line, all_lines, line_or_404, under, whole

NO_REASON = "Say why: the reason stays with the version."


@admin_only
@require_POST
def scorecard_start(request: HttpRequest, line: str = DEFAULT_LINE) -> HttpResponse:
    """Begins the draft from a published version, or opens the one that is there."""
    cards = Scorecard.objects.published().of(line)
    number = whole(request.POST.get("version", ""))
    chosen = cards[:1] if number is None else cards.filter(version=number)
    Scorecard.objects.start_draft(get_object_or_404(chosen), by=user_of(request))
    return redirect("scorecard", line=line)


@admin_only
@require_POST
def scorecard_draft(request: HttpRequest, line: str = DEFAULT_LINE) -> HttpResponse:
    """Saves, publishes, or only shows what is in the form; a mistake keeps everything in it."""
    lines = all_lines()
    chosen = line_or_404(lines, line)
    action = request.POST.get("action", "preview")
    form = draft_form(request, chosen, lines, _changed(request.POST, action, chosen, lines))
    if not form.is_valid() and action in ("save", "publish"):
        return show(request, form, chosen, lines, status=422)
    if action == "save":
        return _save(request, form, chosen)
    if action == "publish":
        return _publish(request, form, chosen, lines)
    is_curve = action.startswith(("anchor.", "curve."))
    return show(request, form, chosen, lines, part="curve-answer" if is_curve else "preview-answer")


def _changed(sent: QueryDict, action: str, line: Line, lines: list[Line]) -> QueryDict:
    """The form after what a button does to it without JavaScript."""
    live = read_config(under(line, lines).body)
    if action == "spread":
        return spread(sent, live)
    return reshape(sent, action, live=live.curves, first=default_config().curves)


def _save(request: HttpRequest, form: DraftForm, line: Line) -> HttpResponse:
    try:
        stored = _store(form, line, by=user_of(request))
    except StaleEdition:
        return _conflict(request, form, line.slug)
    messages.success(request, f"Draft {stored} saved")
    return redirect("scorecard", line=line.slug)


def _publish(request: HttpRequest, form: DraftForm, line: Line, lines: list[Line]) -> HttpResponse:
    """The draft as it stands in the form goes live: saved and published in one step."""
    reason = request.POST.get("reason", "").strip()
    if not reason:
        problem: dict[str, Any] = {"reason_problem": NO_REASON, "publishing": True}
        return show(request, form, line, lines, status=422, **problem)
    try:
        with transaction.atomic():
            stored = _store(form, line, by=user_of(request))
            stored.publish(edition=stored.edition, by=user_of(request), reason=reason)
    except StaleEdition:
        return _conflict(request, form, line.slug)
    except ConfigError as error:
        form.refuse(error)
        lines = all_lines()  # the objects at hand say what was rolled back
        return show(request, form, line_or_404(lines, line.slug), lines, status=422, reason=reason)
    gone = " and for nobody: the line is retired" if stored.is_retired else ""
    messages.success(request, f"Scorecard {stored} is live{gone}; the next night uses it")
    return redirect("scorecard", line=line.slug)


def _store(form: DraftForm, line: Line, *, by: User) -> Scorecard:
    """Edition 0 says that there was no draft when the form was made: it begins one."""
    edition, draft = form.cleaned_data["edition"], line.draft
    if form.config is None or (draft is None and edition):
        raise StaleEdition
    if draft is None:
        draft = Scorecard.objects.start_draft(Scorecard.objects.live(line.slug), by=by)
        edition = draft.edition
    draft.save_draft(form.config.to_dict(), edition=edition)
    return draft


def _conflict(request: HttpRequest, form: DraftForm, slug: str) -> HttpResponse:
    """Somebody was faster: nothing is stored, and nothing that was typed is lost."""
    lines = all_lines()
    line = line_or_404(lines, slug)
    theirs = read_config((line.draft or under(line, lines)).body)
    conflict: dict[str, Any] = {
        "conflict": True,
        "theirs": differences(theirs, form.config) if form.config else [],
        "reason": request.POST.get("reason", ""),
    }
    return show(request, form, line, lines, status=409, **conflict)


@admin_only
@require_POST
def scorecard_discard(request: HttpRequest, line: str = DEFAULT_LINE) -> HttpResponse:
    """Deletes the draft that the page showed; a newer one stays."""
    draft = Scorecard.objects.draft(line)
    edition = whole(request.POST.get("edition", ""))
    try:
        if draft is None or edition is None:
            raise StaleEdition
        draft.discard(edition=edition)
    except StaleEdition:
        messages.error(request, "The draft was changed meanwhile and was not discarded")
        return redirect("scorecard", line=line)
    messages.success(request, f"Draft {draft} discarded")
    is_left = Scorecard.objects.of(line).exists()
    return redirect("scorecard", line=line if is_left else DEFAULT_LINE)


@admin_only
@require_POST
def scorecard_recalculate(request: HttpRequest) -> HttpResponse:
    """Last night once more, on the same facts, with the live versions of all lines."""
    night = Run.objects.latest_published()
    if night is None:
        raise Http404
    cards = Scorecard.objects.in_force()
    run = Run.objects.request(
        night.business_day,
        kind=Run.Kind.RECALCULATION,
        scorecard=cards[0],
        data_cutoff=night.data_cutoff,
        code_version=CODE_VERSION,
        reason=f"Scorecard {', '.join(map(str, cards))}",
    )
    wake_workers()
    tell(request, run, f"Run {run.pk} of {night.business_day:%-d %b} is asked for")
    return redirect("runs")
