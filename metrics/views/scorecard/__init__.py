"""The scorecard: weights, curves, thresholds and caps, drafted and published by admins."""

from metrics.views.scorecard.actions import (
    scorecard_discard,
    scorecard_draft,
    scorecard_recalculate,
    scorecard_start,
)
from metrics.views.scorecard.new import scorecard_new
from metrics.views.scorecard.page import scorecard, scorecard_version, scorecard_versions
from metrics.views.scorecard.texts import scorecard_import, scorecard_toml
from metrics.views.scorecard.versions import scorecard_compare, scorecard_roll_back

__all__ = [
    "scorecard",
    "scorecard_compare",
    "scorecard_discard",
    "scorecard_draft",
    "scorecard_import",
    "scorecard_new",
    "scorecard_recalculate",
    "scorecard_roll_back",
    "scorecard_start",
    "scorecard_toml",
    "scorecard_version",
    "scorecard_versions",
]
