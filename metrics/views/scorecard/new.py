"""A new scorecard for a segment or plan: its name, whom it is for, and a first draft."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.access import admin_only, user_of, visible_accounts
from metrics.forms import LineForm
from metrics.models import Scorecard
from metrics.models.scorecards import claim_problems
from metrics.scoring.config import ConfigError, ScorecardConfig
from metrics.signals.defaults import read_config
from metrics.views.scorecard.choices import choices
from metrics.views.scorecard.editing import whom
from metrics.views.scorecard.lines import Line, all_lines, configs, default_of


@admin_only
@require_http_methods(["GET", "POST"])
def scorecard_new(request: HttpRequest) -> HttpResponse:
    """The form; what is sent begins a draft that says what the default says."""
    lines = all_lines()
    offered = choices(visible_accounts(request), configs(lines, without=""))
    form = LineForm(request.POST if request.method == "POST" else None, offered=offered)
    base = default_of(lines)
    config = _checked(form, lines, read_config(base.body)) if form.is_valid() else None
    if config is None:
        context = {"form": form, "whom": whom(form), "lines": lines, "live": base}
        status = 422 if form.is_bound else 200
        return render(request, "metrics/scorecard_new.html", context, status=status)
    slug = form.cleaned_data["name"]
    user, body = user_of(request), config.to_dict()
    draft = Scorecard.objects.start_draft(base, by=user, line=slug, body=body)
    return redirect("scorecard", line=draft.line)


def _checked(form: LineForm, lines: list[Line], base: ScorecardConfig) -> ScorecardConfig | None:
    """What the draft begins with; None where the name or the accounts are another line's."""
    slug = form.cleaned_data["name"]
    config = replace(
        base,
        segments=tuple(form.cleaned_data["applies_to.segments"]),
        plans=tuple(form.cleaned_data["applies_to.plans"]),
    )
    if slug in {line.slug for line in lines}:
        form.add_error("name", f"There is a scorecard {slug} already.")
    live = {line.slug: line.live for line in lines if line.live and not line.is_retired}
    problems = claim_problems(slug, config, live)
    if problems:
        form.refuse(ConfigError(problems))
    return None if form.errors else config
