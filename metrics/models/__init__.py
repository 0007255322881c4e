"""What they did, and what it means: facts, rollups, scorecards, runs, scores."""

from metrics.models.facts import (
    Batch,
    Feature,
    Reject,
    SourceStatus,
    Survey,
    Ticket,
    TrainingRecord,
    UsageEvent,
)
from metrics.models.overrides import Override
from metrics.models.rollups import ActivityCalendar, DirtyDay, FeatureCalendar, UsageUserDay
from metrics.models.runs import Run, RunChunk
from metrics.models.scorecards import Scorecard
from metrics.models.scores import AccountCurrent, FlagChange, Snapshot

__all__ = [
    "AccountCurrent",
    "ActivityCalendar",
    "Batch",
    "DirtyDay",
    "Feature",
    "FeatureCalendar",
    "FlagChange",
    "Override",
    "Reject",
    "Run",
    "RunChunk",
    "Scorecard",
    "Snapshot",
    "SourceStatus",
    "Survey",
    "Ticket",
    "TrainingRecord",
    "UsageEvent",
    "UsageUserDay",
]
