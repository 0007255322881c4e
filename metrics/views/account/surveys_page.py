"""The survey answers of an account: a page of all with CSV, and the account page's part."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from metrics.models import Survey
from metrics.signals.catalogue import BY_CODE
from metrics.views.account.exports import as_csv
from metrics.views.account.fragments import asked_for
from metrics.views.account.known import known_or_404
from metrics.views.account.menus import menu
from metrics.views.account.signal_rows import unheard
from metrics.views.account.surveys import sentiment, surveys

PAGE = "metrics/account_surveys.html"
SECTION, TABLE = "surveys", "answer-table"
ROWS = 50
KINDS = {"nps": "NPS", "csat": "CSAT", "ces": "CES"}
HEADS = (
    "external_id",
    "kind",
    "sent_at",
    "answered_at",
    "followed_up_at",
    "person",
    "score",
    "comment",
)


@require_GET
@vary_on_headers("HX-Request", "HX-Target")
def account_surveys(request: HttpRequest, pk: int) -> HttpResponseBase:
    """`?kind=` narrows; `?format=csv` has all answers of the filter."""
    known, now = known_or_404(request, pk)
    asked = surveys(known)
    shared = {
        "account": known.account,
        "run": known.run,
        "zone": known.organisation.zone,
        "unheard": unheard(now, "S23"),
        "surveys": sentiment(known, asked, nps=now.raw[BY_CODE["S22"].slot]),
    }
    if asked_for(request, PAGE, SECTION) != PAGE:
        return render(request, f"{PAGE}#{SECTION}", shared)
    kind = request.GET.get("kind", "")
    chosen = [row for row in asked.answers if kind not in KINDS or row.kind == kind]
    if request.GET.get("format") == "csv":
        return as_csv(f"answers-{pk}-{known.day}", HEADS, _csv(chosen))
    context = shared | {
        "shown": Paginator(chosen, ROWS).get_page(request.GET.get("page")),
        "silent": asked.silent,
        "menus": [menu(request.GET, "kind", "Kind", KINDS.items())],
    }
    return render(request, asked_for(request, PAGE, TABLE), context)


def _csv(rows: list[Survey]) -> Iterator[list[Any]]:
    for row in rows:
        yield [
            row.external_id,
            row.kind,
            row.sent_at,
            row.answered_at,
            row.followed_up_at,
            str(row.person) if row.person else "",
            row.score,
            row.comment,
        ]
