"""Presets as real scorecards: choosing one publishes a version, with its reason."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from accounts.models import User
from metrics.models import Scorecard
from metrics.models.scorecards import StaleEdition
from metrics.signals.base import Dimension, Stage
from metrics.signals.defaults import read_config
from metrics.signals.presets import BY_KEY, PRESETS
from metrics.signals.story import dimension_name


def chosen_preset() -> str:
    """The key of the preset that is live; empty where somebody has made her own."""
    live = read_config(Scorecard.objects.live().body)
    return next((preset.key for preset in PRESETS if preset.config() == live), "")


def choose(key: str, *, by: User) -> None:
    """Publishes the preset unless it is live; raises StaleEdition where there is a draft."""
    preset = BY_KEY[key]
    with transaction.atomic():
        live = Scorecard.objects.live()
        body = preset.config().to_dict()
        if read_config(live.body) == preset.config():
            return
        draft = Scorecard.objects.start_draft(live, by=by, body=body)
        if draft.body != body:
            raise StaleEdition
        draft.publish(edition=draft.edition, by=by, reason=f"{preset.name}, chosen at set-up")


def shares() -> list[dict[str, Any]]:
    """Every preset with its weights by stage, as the page shows them."""
    return [
        {
            "key": preset.key,
            "name": preset.name,
            "says": preset.says,
            "rows": [
                (
                    dimension_name(dimension),
                    [preset.weights[stage][place] for stage in Stage],
                )
                for place, dimension in enumerate(Dimension)
            ],
        }
        for preset in PRESETS
    ]
