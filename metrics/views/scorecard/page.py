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


@admin_only
@require_GET
@vary_on_headers("HX-Request")
def scorecard(request: HttpRequest) -> HttpResponse:
    """The draft where there is one, else the live version, which cannot be edited."""
    draft = Scorecard.objects.draft()
    card = draft or Scorecard.objects.live()
    form = DraftForm(base=read_config(card.body), edition=card.edition)
    return show(request, form, draft=draft)


@admin_only
@require_GET
def scorecard_versions(request: HttpRequest) -> HttpResponse:
    """All published versions, the newest first: who, when, why, what changed."""
    cards = list(Scorecard.objects.published().select_related("published_by", "based_on"))
    rows = [{"card": card, "differences": _changed(card)} for card in cards]
    context = {"rows": rows, "live": cards[0], "draft": Scorecard.objects.draft()}
    return render(request, "metrics/scorecard_versions.html", context | {"versions": len(rows)})


@admin_only
@require_GET
def scorecard_version(request: HttpRequest, version: int) -> HttpResponse:
    """One published version, to read."""
    card = get_object_or_404(Scorecard.objects.published(), version=version)
    form = DraftForm(base=read_config(card.body), edition=card.edition)
    context = _editor(request, form, live=form.base) | {"card": card, "is_past": True}
    context |= {"draft": None, "differences": _changed(card), "live": Scorecard.objects.live()}
    return render(request, PAGE, context | {"versions": Scorecard.objects.published().count()})


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
        "card": draft or live,
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
        "curve_figure": curve_figure(signal, form, live, values),
        "preview": preview(values, live=live, draft=config)
        if editing and values and config
        else None,
        "differences": differences(live, config) if editing and config else [],
    }


def _changed(card: Scorecard) -> list[Any]:
    """What a version changed against the one it was made from."""
    if card.based_on is None:
        return []
    return differences(read_config(card.based_on.body), read_config(card.body))
