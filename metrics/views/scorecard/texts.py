"""A scorecard as a file that people review and edit (TOML): out, and in as a draft."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import admin_only, user_of
from accounts.models import User
from metrics.forms import TextForm
from metrics.models import Scorecard
from metrics.models.scorecards import DEFAULT_LINE, StaleEdition, claim_problems
from metrics.scoring.config import ScorecardConfig
from metrics.signals.defaults import read_config
from metrics.signals.text import to_text
from metrics.views.scorecard.lines import Line, all_lines, line_or_404, under
from metrics.views.scorecard.page import frame_of

CHANGED = (
    "The draft was changed, begun or published meanwhile: nothing was imported."
    " Look at it, then import again."
)


@admin_only
@require_GET
def scorecard_toml(request: HttpRequest, version: int, line: str = DEFAULT_LINE) -> HttpResponse:
    """A version, or the draft as it is stored, as a file."""
    card = get_object_or_404(Scorecard.objects.of(line), version=version)
    text = to_text(read_config(card.body))
    name = f"scorecard-{line}-v{card.version}.toml"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(text, content_type="application/toml; charset=utf-8", headers=headers)


@admin_only
@require_http_methods(["GET", "POST"])
def scorecard_import(request: HttpRequest, line: str = DEFAULT_LINE) -> HttpResponse:
    """The form; a file without a mistake becomes the draft, and nothing goes live."""
    lines = all_lines()
    chosen = line_or_404(lines, line)
    sent = request.method == "POST"
    form = TextForm(
        request.POST if sent else None,
        request.FILES if sent else None,
        names_whom=not chosen.is_default,
        replaces=str(chosen.draft or ""),
        edition=chosen.draft.edition if chosen.draft else 0,
    )
    if form.is_valid() and form.config is not None:
        _check_claims(form, form.config, chosen, lines)
    if form.is_bound and not form.errors and form.config is not None:
        try:
            stored = _stored(form, form.config, chosen, lines, by=user_of(request))
        except StaleEdition:
            form.add_error(None, CHANGED)
        else:
            messages.success(request, f"Draft {stored} holds what the file says; nothing is live")
            return redirect("scorecard", line=line)
    context = frame_of(chosen, lines) | {"form": form, "is_list": True}
    status = 422 if form.is_bound else 200
    return render(request, "metrics/scorecard_import.html", context, status=status)


def _check_claims(form: TextForm, config: ScorecardConfig, line: Line, lines: list[Line]) -> None:
    """A file for accounts that another line is for could never be published."""
    live = {row.slug: row.live for row in lines if row.live and not row.is_retired}
    for place, problem in claim_problems(line.slug, config, live).items():
        form.refuse(place, problem)


def _stored(
    form: TextForm, config: ScorecardConfig, line: Line, lines: list[Line], *, by: User
) -> Scorecard:
    edition, body = form.cleaned_data["edition"], config.to_dict()
    draft = line.draft
    if draft is None:
        if edition:
            raise StaleEdition
        draft = Scorecard.objects.start_draft(under(line, lines), by=by, line=line.slug)
        edition = draft.edition
    draft.save_draft(body, edition=edition)
    return draft
