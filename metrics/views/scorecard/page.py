"""The scorecard's pages, for admins: the live version, the draft, all versions of each line."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from accounts.access import admin_only
from metrics.forms import DraftForm
from metrics.models import Scorecard
from metrics.models.scorecards import DEFAULT_LINE
from metrics.signals.defaults import read_config
from metrics.views.scorecard.differences import Difference, differences
from metrics.views.scorecard.drawn import form_html
from metrics.views.scorecard.editor import PAGE, draft_form, editor, show
from metrics.views.scorecard.lines import Line, all_lines, line_or_404, under

FIRST = 3  # differences of a version in the list


@admin_only
@require_GET
@vary_on_headers("HX-Request")
def scorecard(request: HttpRequest, line: str = DEFAULT_LINE) -> HttpResponse:
    """The draft where there is one, else the live version, which cannot be edited."""
    lines = all_lines()
    chosen = line_or_404(lines, line)
    form = draft_form(request, chosen, lines)
    asked: dict[str, Any] = {
        "publishing": "publish" in request.GET,
        "discarding": "discard" in request.GET,
    }
    return show(request, form, chosen, lines, **asked)


@admin_only
@require_GET
def scorecard_versions(request: HttpRequest, line: str = DEFAULT_LINE) -> HttpResponse:
    """All published versions, the newest first: who, when, why, what changed."""
    lines = all_lines()
    chosen = line_or_404(lines, line)
    published = Scorecard.objects.published().of(line)
    changed = [
        (card, _changed(card)) for card in published.select_related("published_by", "based_on")
    ]
    rows = [
        {"card": card, "differences": found, "more": max(len(found) - FIRST, 0)}
        for card, found in changed
    ]
    context = frame_of(chosen, lines) | {"rows": rows, "is_list": True}
    context |= {"card": chosen.live or chosen.draft, "versions": len(rows)}
    return render(request, "metrics/scorecard_versions.html", context)


@admin_only
@require_GET
def scorecard_version(request: HttpRequest, version: int, line: str = DEFAULT_LINE) -> HttpResponse:
    """One published version, to read."""
    return show_version(request, version, line, rolling="roll-back" in request.GET)


def show_version(
    request: HttpRequest, version: int, slug: str, *, status: int = 200, **more: Any
) -> HttpResponse:
    """The page of a published version."""
    lines = all_lines()
    chosen = line_or_404(lines, slug)
    card = get_object_or_404(Scorecard.objects.published().of(slug), version=version)
    form = DraftForm(base=read_config(card.body), edition=card.edition)
    context = frame_of(chosen, lines) | editor(request, form, live=form.base)
    context |= {
        "card": card,
        "is_past": True,
        "differences": _changed(card),
        "has_draft": chosen.draft is not None,
        "here_url": reverse("scorecard_version", kwargs={"line": slug, "version": version}),
    }
    context["form_html"] = form_html(form, form.base, context)
    return render(request, PAGE, context | more, status=status)


def frame_of(line: Line, lines: list[Line]) -> dict[str, Any]:
    """What the title and the tabs of a page beside the editor show."""
    return {
        "live": under(line, lines),
        "versions": Scorecard.objects.published().of(line.slug).count(),
        "here_url": reverse("scorecard", kwargs={"line": line.slug}),
        "line": line,
        "lines": lines,
    }


def _changed(card: Scorecard) -> list[Difference]:
    """What a version changed against the one it was made from."""
    if card.based_on is None:
        return []
    return differences(read_config(card.based_on.body), read_config(card.body))
