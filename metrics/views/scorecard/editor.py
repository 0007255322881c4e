"""What the editor shows: the form of a line's draft, and what it would change."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.access import visible_accounts
from metrics.forms import Choice, DraftForm
from metrics.models import Run, Scorecard
from metrics.scoring.config import ScorecardConfig
from metrics.signals.base import Stage
from metrics.signals.catalogue import BY_CODE, SIGNALS
from metrics.signals.defaults import read_config
from metrics.views.scorecard.choices import choices
from metrics.views.scorecard.differences import differences
from metrics.views.scorecard.editing import curve_figure, curves, fields, whom
from metrics.views.scorecard.lines import Line, card_of_night, configs, under
from metrics.views.scorecard.night_values import NightValues, values_of
from metrics.views.scorecard.preview import Preview, preview

PAGE = "metrics/scorecard.html"


def draft_form(request: HttpRequest, line: Line, lines: list[Line], data: Any = None) -> DraftForm:
    """The form of the draft, or of the version that its accounts are scored by now."""
    card = line.draft or line.live or under(line, lines)
    base = read_config(card.body)
    offered: dict[str, list[Choice]] = {}
    if not line.is_default:
        offered = choices(visible_accounts(request), configs(lines, without=line.slug), base)
    return DraftForm(data, base=base, edition=card.edition if data is None else 0, offered=offered)


def show(
    request: HttpRequest,
    form: DraftForm,
    line: Line,
    lines: list[Line],
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """The page of the draft or of the live version; htmx gets the preview alone."""
    live, draft = under(line, lines), line.draft
    night = Run.objects.latest_published()
    editing = draft is not None or form.is_bound
    context = editor(
        request, form, live=read_config(live.body), values=values_of(night) if night else None
    )
    context |= {
        "live": live,
        "card": draft or ("the new draft" if editing else line.live),
        "was": str(live) if line.is_default else "live",  # short, for narrow columns
        "will": str(draft) if draft and line.is_default else "draft",
        "draft": draft,
        "editing": editing,
        "edition": draft.edition if draft else 0,
        "versions": Scorecard.objects.published().of(line.slug).count(),
        "line": line,
        "lines": lines,
        "night": night,
    }
    if night:
        context |= _since(night, line, form)
        context["preview"] = _preview(values_of(night), line, lines, form) if editing else None
    template = f"{PAGE}#preview-answer" if request.headers.get("HX-Request") else PAGE
    return render(request, template, context | more, status=status)


def editor(
    request: HttpRequest,
    form: DraftForm,
    *,
    live: ScorecardConfig,
    values: NightValues | None = None,
) -> dict[str, Any]:
    """What stands in the form, beside the version that is live."""
    asked = request.POST if request.method == "POST" else request.GET
    signal = asked.get("signal") or SIGNALS[0].code
    stage = asked.get("stage") or Stage.MATURE.value
    if signal not in BY_CODE or stage not in list(Stage):
        raise Http404
    config = _config(form)
    return {
        "form": form,
        "stage": stage,
        "signal": BY_CODE[signal],
        "fields": fields(form, live),
        "whom": whom(form),
        "curves": curves(form),
        "problems": [problem for problems in form.errors.values() for problem in problems],
        "curve_figure": curve_figure(signal, form, live, values),
        "differences": differences(live, config) if config else [],
    }


def _config(form: DraftForm) -> ScorecardConfig | None:
    return form.config if form.is_bound else form.base


def _since(night: Run, line: Line, form: DraftForm) -> dict[str, Any]:
    """What the night was calculated with, and which rules it has not looked at: the draft has them
    on and the night had them off.
    """
    ran = card_of_night(night, line.slug)
    counts = None if line.is_retired else line.live
    config = _config(form)
    then = read_config((ran or night.scorecard).body).caps
    late = [rule for rule, on in config.caps.items() if on and not then[rule]] if config else []
    return {"ran": ran, "is_behind": ran != counts, "late_caps": late}


def _preview(values: NightValues, line: Line, lines: list[Line], form: DraftForm) -> Preview | None:
    """Both versions on the accounts that the line is for now, or will be."""
    config = _config(form)
    if config is None:
        return None
    others = configs(lines, without=line.slug)
    current = read_config(line.live.body) if line.live else None
    return preview(
        values,
        line=line.slug,
        before=others if current is None else others | {line.slug: current},
        after=others | {line.slug: config},
    )
