"""Two versions beside each other, and an old one made live again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.access import admin_only, user_of
from metrics.models import Scorecard
from metrics.models.scorecards import DEFAULT_LINE, StaleEdition
from metrics.scoring.config import ConfigError
from metrics.signals.defaults import read_config
from metrics.views.scorecard.differences import differences
from metrics.views.scorecard.lines import all_lines, line_or_404, whole
from metrics.views.scorecard.page import frame_of, show_version

NO_REASON = "Say why: the reason stays with the version."
TOO_LATE = (
    "Somebody else published or began a draft meanwhile. Nothing was changed;"
    " read what is live now, then decide again."
)


@admin_only
@require_GET
def scorecard_compare(request: HttpRequest, line: str = DEFAULT_LINE) -> HttpResponse:
    """What differs between two versions of a line; the draft is one of them."""
    lines = all_lines()
    chosen = line_or_404(lines, line)
    cards = Scorecard.objects.of(line).select_related("published_by", "created_by")
    found = list(cards.order_by("-version"))
    newer = _card(request.GET.get("to"), found, found[0])
    older = _card(request.GET.get("from"), found, found[1] if len(found) > 1 else found[0])
    context = frame_of(chosen, lines) | {
        "cards": found,
        "older": older,
        "newer": newer,
        "rows": differences(read_config(older.body), read_config(newer.body)),
        "is_compare": True,
    }
    return render(request, "metrics/scorecard_compare.html", context)


def _card(number: str | None, cards: list[Scorecard], default: Scorecard) -> Scorecard:
    if not number:
        return default
    for card in cards:
        if str(card.version) == number:
            return card
    raise Http404


@admin_only
@require_POST
def scorecard_roll_back(
    request: HttpRequest, version: int, line: str = DEFAULT_LINE
) -> HttpResponse:
    """Publishes a copy of an old version; what was typed stays where it cannot be done."""
    old = get_object_or_404(Scorecard.objects.published().of(line), version=version)
    reason, live = request.POST.get("reason", "").strip(), whole(request.POST.get("live", ""))
    typed: dict[str, Any] = {"rolling": True, "reason": reason}
    if not reason:
        return show_version(request, version, line, status=422, reason_problem=NO_REASON, **typed)
    try:
        if live is None:
            raise StaleEdition
        copy = old.roll_back(live=live, by=user_of(request), reason=reason)
    except StaleEdition:
        return show_version(request, version, line, status=409, reason_problem=TOO_LATE, **typed)
    except ConfigError as error:
        return show_version(request, version, line, status=422, reason_problem=str(error), **typed)
    messages.success(request, f"Scorecard {copy} is live: a copy of {old}; the next night uses it")
    return redirect("scorecard", line=line)
