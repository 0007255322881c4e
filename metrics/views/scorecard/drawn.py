"""The fields of the editor: hundreds of inputs, drawn once for what stands in them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import orjson
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from metrics.forms import DraftForm
from metrics.scoring.config import ScorecardConfig
from metrics.views.portfolio.kept import Kept

FORM = "metrics/scorecard/form.html"
MOST = 32  # of 90 kB
# of the context: all that the fields show beside what their numbers are
SAID = ("stage", "tab", "editing", "was", "will")
drawn = Kept(MOST)


def form_html(form: DraftForm, live: ScorecardConfig, context: Mapping[str, Any]) -> SafeString:
    """All fields beside what is live. What somebody typed is drawn each time."""

    def draw() -> SafeString:
        return render_to_string(FORM, dict(context))

    if form.is_bound:
        return draw()
    return drawn.get(_key(form, live, context), draw, holds=lambda: True)


def _key(form: DraftForm, live: ScorecardConfig, context: Mapping[str, Any]) -> Hashable:
    drawing, preview = context["drawing"], context.get("preview")
    return (
        context["line"].slug,
        context["signal"].code,
        *(context.get(name) for name in SAID),
        _text(form.base),
        _text(live),
        # how many accounts lie where on the curve and beside the thresholds
        drawing and tuple(bar.accounts for bar in drawing.bars),
        preview and (preview.below_red, preview.from_green),
        tuple((kind, *choices) for kind, choices in form.offered.items()),
    )


def _text(config: ScorecardConfig) -> bytes:
    return orjson.dumps(config.to_dict())
