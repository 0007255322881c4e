"""The scorecard's pages, for admins: the live version, the draft, all versions."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from accounts.access import admin_only
from metrics.forms import DraftForm
from metrics.models import Run, Scorecard
from metrics.scoring.config import ScorecardConfig
from metrics.signals.base import Stage
from metrics.signals.catalogue import BY_CODE, SIGNALS
from metrics.signals.defaults import read_config
from metrics.views.scorecard.differences import differences
from metrics.views.scorecard.editing import curve_figure, curves, fields
from metrics.views.scorecard.night_values import values_of
from metrics.views.scorecard.preview import preview

PAGE = "metrics/scorecard.html"
FIRST = 3  # differences of a version in the list


@admin_only
@require_GET
@vary_on_headers("HX-Request")
def scorecard(request: HttpRequest) -> HttpResponse:
    """The draft where there is one, else the live version, which cannot be edited."""
    draft = Scorecard.objects.draft()
    card = draft or Scorecard.objects.live()
    form = DraftForm(base=read_config(card.body), edition=card.edition)
    asked = {"publishing": "publish" in request.GET, "discarding": "discard" in request.GET}
    return show(request, form, draft=draft, **asked)


@admin_only
@require_GET
def scorecard_versions(request: HttpRequest) -> HttpResponse:
    """All published versions, the newest first: who, when, why, what changed."""
    cards = list(Scorecard.objects.published().select_related("published_by", "based_on"))
    changed = [(card, _changed(card)) for card in cards]
    rows = [
        {"card": card, "differences": found, "more": max(len(found) - FIRST, 0)}
        for card, found in changed
    ]
    context = {"rows": rows, "live": cards[0], "card": cards[0], "versions": len(rows)}
    return render(request, "metrics/scorecard_versions.html", context)


@admin_only
@require_GET
def scorecard_version(request: HttpRequest, version: int) -> HttpResponse:
    """One published version, to read."""
    card = get_object_or_404(Scorecard.objects.published(), version=version)
    form = DraftForm(base=read_config(card.body), edition=card.edition)
    context = _editor(request, form, live=form.base) | {"card": card, "is_past": True}
    context |= {
        "differences": _changed(card),
        "live": Scorecard.objects.live(),
        "has_draft": Scorecard.objects.draft() is not None,
        "versions": Scorecard.objects.published().count(),
    }
    return render(request, PAGE, context)


def show(
    request: HttpRequest,
    form: DraftForm,
    *,
    draft: Scorecard | None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """The page of the draft or of the live version; htmx gets the preview alone."""
    live = Scorecard.objects.live()
    night = Run.objects.latest_published()
    editing = draft is not None or form.is_bound
    context = _editor(request, form, live=read_config(live.body), night=night, editing=editing)
    context |= {
        "live": live,
        "card": draft or ("the new draft" if editing else live),
        "draft": draft,
        "editing": editing,
        "edition": draft.edition if draft else 0,
        "night": night,
        "is_behind": night is not None and night.scorecard_id != live.pk,
        "versions": Scorecard.objects.published().count(),
    }
    template = f"{PAGE}#preview-answer" if request.headers.get("HX-Request") else PAGE
    return render(request, template, context | more, status=status)


def _editor(
    request: HttpRequest,
    form: DraftForm,
    *,
    live: ScorecardConfig,
    night: Run | None = None,
    editing: bool = False,
) -> dict[str, Any]:
    """What stands in the form, and what it would change."""
    asked = request.POST if request.method == "POST" else request.GET
    signal = asked.get("signal") or SIGNALS[0].code
    stage = asked.get("stage") or Stage.MATURE.value
    if signal not in BY_CODE or stage not in list(Stage):
        raise Http404
    values = values_of(night) if night else None
    config = form.config if form.is_bound else form.base
    return {
        "form": form,
        "stage": stage,
        "signal": BY_CODE[signal],
        "fields": fields(form, live),
        "curves": curves(form),
        "problems": [problem for problems in form.errors.values() for problem in problems],
        "late_caps": _late_caps(night, config),
        "curve_figure": curve_figure(signal, form, live, values),
        "preview": preview(values, live=live, draft=config)
        if editing and values and config
        else None,
        "differences": differences(live, config) if editing and config else [],
    }


def _late_caps(night: Run | None, config: ScorecardConfig | None) -> list[str]:
    """Rules that the draft has on and the night had off: nobody has looked where they hold."""
    if night is None or config is None:
        return []
    then = read_config(night.scorecard.body).caps
    return [rule for rule, on in config.caps.items() if on and not then[rule]]


def _changed(card: Scorecard) -> list[Any]:
    """What a version changed against the one it was made from."""
    if card.based_on is None:
        return []
    return differences(read_config(card.based_on.body), read_config(card.body))
