"""What they did, what it means, and what was done about it."""

from metrics.models.actions import Mark, Note, Task
from metrics.models.alerts import AlertMail
from metrics.models.batches import Batch, Reject
from metrics.models.deeds import Deed
from metrics.models.demo import DemoLoad
from metrics.models.expectations import Expectation
from metrics.models.facts import (
    Feature,
    SourceStatus,
    Survey,
    Ticket,
    TrainingRecord,
    UsageEvent,
)
from metrics.models.heartbeats import Heartbeat
from metrics.models.hooks import Hook, HookDelivery, HookSecret
from metrics.models.identities import Alias
from metrics.models.keys import WriteKey
from metrics.models.overrides import Override
from metrics.models.replies import KeptReply
from metrics.models.rollups import (
    ActivityCalendar,
    ChangedDay,
    DirtyDay,
    FeatureCalendar,
    UsageUserDay,
)
from metrics.models.runs import ChunkSums, Run, RunChunk
from metrics.models.saved_views import SavedView
from metrics.models.scorecards import Scorecard
from metrics.models.scores import AccountCurrent, FlagChange, Snapshot
from metrics.models.spread import PointsSpread
from metrics.models.uploads import Replaced, Upload, UploadPart

__all__ = [
    "AccountCurrent",
    "ActivityCalendar",
    "AlertMail",
    "Alias",
    "Batch",
    "ChangedDay",
    "ChunkSums",
    "Deed",
    "DemoLoad",
    "DirtyDay",
    "Expectation",
    "Feature",
    "FeatureCalendar",
    "FlagChange",
    "Heartbeat",
    "Hook",
    "HookDelivery",
    "HookSecret",
    "KeptReply",
    "Mark",
    "Note",
    "Override",
    "PointsSpread",
    "Reject",
    "Replaced",
    "Run",
    "RunChunk",
    "SavedView",
    "Scorecard",
    "Snapshot",
    "SourceStatus",
    "Survey",
    "Task",
    "Ticket",
    "TrainingRecord",
    "Upload",
    "UploadPart",
    "UsageEvent",
    "UsageUserDay",
    "WriteKey",
]
