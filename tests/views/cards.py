"""A scorecard's draft as its page sends it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.test import Client

from metrics.forms import DraftForm
from metrics.models import Scorecard
from metrics.signals.defaults import read_config

DRAFT = "/scorecard/draft/"
HTMX = {"HX-Request": "true"}


def fields(**over: str) -> dict[str, str]:
    """What the page's form sends when nothing is touched, with some fields changed."""
    draft = Scorecard.objects.draft()
    card = draft or Scorecard.objects.live()
    form = DraftForm(base=read_config(card.body), edition=draft.edition if draft else 0)
    sent = {name: form[name].value() for name in form.fields}
    plain = {name: "on" if value is True else str(value) for name, value in sent.items() if value}
    zeros = {name: "0" for name, value in sent.items() if value == "0"}
    return {**zeros, **plain, "edition": str(form.initial["edition"]), **over}


def start(client: Client) -> Scorecard:
    """The draft."""
    client.post("/scorecard/start/")
    draft = Scorecard.objects.draft()
    assert draft is not None
    return draft


def moved(by: float = 4) -> dict[str, str]:
    """Weight from engagement to breadth, in the mature stage."""
    return {
        "dimensions.mature.engagement": f"{34 - by:g}",
        "dimensions.mature.breadth": f"{22 + by:g}",
    }


def send(client: Client, action: str, *, part: bool = False, **over: Any) -> HttpResponse:
    """Presses a button of the editor; `part`: as htmx does."""
    sent = fields(action=action, **over)
    return client.post(DRAFT, sent, headers=HTMX if part else {})
