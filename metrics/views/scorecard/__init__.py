"""The scorecard: weights, curves, thresholds and caps, drafted and published by admins."""

from metrics.views.scorecard.actions import (
    scorecard_discard,
    scorecard_draft,
    scorecard_recalculate,
    scorecard_start,
)
from metrics.views.scorecard.new import scorecard_new
from metrics.views.scorecard.page import scorecard, scorecard_version, scorecard_versions

__all__ = [
    "scorecard",
    "scorecard_discard",
    "scorecard_draft",
    "scorecard_new",
    "scorecard_recalculate",
    "scorecard_start",
    "scorecard_version",
    "scorecard_versions",
]
