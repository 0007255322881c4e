"""What the editor shows: the form of a line's draft, and what it would change."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from accounts.access import visible_accounts
from metrics.forms import Choice, DraftForm, is_share
from metrics.models import Run, Scorecard
from metrics.models.shown import night_shown
from metrics.scoring.config import ScorecardConfig
from metrics.signals.base import Stage
from metrics.signals.catalogue import BY_CODE, SIGNALS
from metrics.signals.defaults import read_config
from metrics.views.scorecard.choices import choices
from metrics.views.scorecard.differences import differences
from metrics.views.scorecard.drawn import form_html
from metrics.views.scorecard.editing import caps_on, curves, drawing, fields, whom
from metrics.views.scorecard.finding import found_account
from metrics.views.scorecard.lines import Line, card_of_night, configs, under
from metrics.views.scorecard.night_values import NightValues, values_of
from metrics.views.scorecard.preview import preview
from metrics.views.scorecard.tried import tried

PAGE = "metrics/scorecard.html"
TABS = ("weights", "thresholds", "caps")
GRID = [(100 - points, points) for points in (0, 25, 50, 75, 100)]  # from the top, of a drawing
Sides = tuple[dict[str, ScorecardConfig], dict[str, ScorecardConfig]]


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
    part: str = "preview-answer",
    **more: Any,
) -> HttpResponse:
    """The page of the draft or of the live version; htmx gets `part` of it alone."""
    live, draft = under(line, lines), line.draft
    night = night_shown()
    editing = draft is not None or form.is_bound
    context = {
        "live": live,
        "card": draft or ("the new draft" if editing else line.live),
        "was": str(live) if line.is_default else "live",  # short, for narrow columns
        "will": str(draft) if draft and line.is_default else "draft",
        "draft": draft,
        "editing": editing,
        "edition": draft.edition if draft else 0,
        "line": line,
        "lines": lines,
        "night": night,
        "is_curve": part == "curve-answer",
    }
    values = values_of(night) if night else None
    is_part = bool(request.headers.get("HX-Request"))
    is_whole = not is_part or part != "preview-answer"
    context |= editor(request, form, live=read_config(live.body), values=values, is_whole=is_whole)
    if not is_part:
        context["versions"] = Scorecard.objects.published().of(line.slug).count()
        context["here_url"] = reverse("scorecard", kwargs={"line": line.slug})
    if night and values is not None:
        context |= _since(night, line, form)
        if editing:
            context |= _compared(request, values, line, lines, form)
    if not is_part:
        context["form_html"] = form_html(form, read_config(live.body), context)
    template = f"{PAGE}#{part}" if is_part else PAGE
    return render(request, template, context | more, status=status)


def editor(
    request: HttpRequest,
    form: DraftForm,
    *,
    live: ScorecardConfig,
    values: NightValues | None = None,
    is_whole: bool = True,
) -> dict[str, Any]:
    """What stands in the form, beside the version that is live; without the fields themselves
    where only the preview is asked for.
    """
    signal, stage, tab = _places(request, form)
    config = config_of(form)
    found = {
        "form": form,
        "stage": stage,
        "tab": tab,
        "signal": BY_CODE[signal],
        "signal_is_share": is_share(BY_CODE[signal]),
        "grid": GRID,
        "problems": form.problems(),
        "drawing": drawing(signal, form, live, values),
        "differences": differences(live, config) if config else [],
    }
    if is_whole:
        found |= {
            # where they were drawn before, nobody asks for them
            "fields": SimpleLazyObject(lambda: fields(form, live)),
            "curves": SimpleLazyObject(lambda: curves(form)),
            "whom": whom(form),
            "caps_on": caps_on(form),
        }
    return found


def _places(request: HttpRequest, form: DraftForm) -> tuple[str, str, str]:
    """Signal, stage and tab that are shown: those asked for; after a mistake those that have it."""
    asked = request.POST if request.method == "POST" else request.GET
    signal = asked.get("signal") or SIGNALS[0].code
    stage = asked.get("stage") or Stage.MATURE.value
    tab = asked.get("tab") or TABS[0]
    if signal not in BY_CODE or stage not in list(Stage) or tab not in TABS:
        raise Http404
    wrong = [place.split(".") for place in form.errors] if form.is_bound else []
    bent = [rest[0] for part, *rest in wrong if part == "curves"]
    if bent and signal not in bent:
        signal = bent[0]
    off = [rest[0] for part, *rest in wrong if part == "dimensions"]
    if off and stage not in off:
        stage = off[0]
    if any(part == "thresholds" for part, *_ in wrong):
        only = all(part in ("thresholds", "__all__") for part, *_ in wrong)
        tab = "thresholds" if only else tab
    elif wrong:
        tab = "weights"
    return signal, stage, tab


def config_of(form: DraftForm) -> ScorecardConfig | None:
    """What stands in the form; None where it is not whole."""
    return form.config if form.is_bound else form.base


def _since(night: Run, line: Line, form: DraftForm) -> dict[str, Any]:
    """What the night was calculated with, and which rules it has not looked at: the draft has them
    on and the night had them off.
    """
    ran = card_of_night(night, line.slug)
    counts = None if line.is_retired else line.live
    config = config_of(form)
    then = read_config((ran or night.scorecard).body).caps
    late = [rule for rule, on in config.caps.items() if on and not then[rule]] if config else []
    return {"ran": ran, "is_behind": ran != counts, "late_caps": late}


def _compared(
    request: HttpRequest, values: NightValues, line: Line, lines: list[Line], form: DraftForm
) -> dict[str, Any]:
    """Both versions on the accounts that the line is for now, or will be; and on the one account
    that is asked for.
    """
    config = config_of(form)
    asked = request.POST if request.method == "POST" else request.GET
    finding = found_account(asked, visible_accounts(request))
    if config is None:
        return {"preview": None, "finding": finding}
    before, after = _sides(line, lines, config)
    found: dict[str, Any] = {
        "preview": preview(values, line=line.slug, before=before, after=after),
        "finding": finding,
    }
    if finding.account_id is not None:
        found["tried"] = tried(values, finding.account_id, before=before, after=after)
    return found


def _sides(line: Line, lines: list[Line], config: ScorecardConfig) -> Sides:
    """The configurations of all lines before and after the draft is published."""
    others = configs(lines, without=line.slug)
    current = read_config(line.live.body) if line.live else None
    before = others if current is None else others | {line.slug: current}
    return before, others | {line.slug: config}
