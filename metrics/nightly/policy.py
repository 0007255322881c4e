"""The scorecards that a run was asked for with; later versions do not touch it."""

from __future__ import annotations

from metrics.models import Run, Scorecard
from metrics.scoring.config import ScorecardConfig
from metrics.signals.defaults import read_config


def scorecards_of(run: Run) -> list[Scorecard]:
    """The default first, then the other lines' versions in the order in which they are asked."""
    others = Scorecard.objects.in_bulk(run.other_scorecards)
    return [run.scorecard, *(others[pk] for pk in run.other_scorecards)]


def configs_of(run: Run) -> list[ScorecardConfig]:
    """The same as checked configurations, for `metrics.scoring.assign.which`."""
    return [read_config(card.body) for card in scorecards_of(run)]
