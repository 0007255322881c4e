"""Where a webhook is begun from: what well-known systems send, and how they sign it. Pure.

The names in the bodies were read off the vendors' own pages, which each module tells.
"""

from __future__ import annotations

from metrics.sources.presets.base import Preset
from metrics.sources.presets.surveys import DELIGHTED, TYPEFORM, WOOTRIC
from metrics.sources.presets.tickets import INTERCOM, ZENDESK
from metrics.sources.presets.training import OWN, SKILLJAR, THINKIFIC

__all__ = ["BY_KEY", "PRESETS", "Preset"]
PRESETS: tuple[Preset, ...] = (
    ZENDESK, INTERCOM, TYPEFORM, DELIGHTED, WOOTRIC, THINKIFIC, SKILLJAR, OWN,
)  # fmt: skip
BY_KEY = {preset.key: preset for preset in PRESETS}
