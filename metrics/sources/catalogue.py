"""All sources, in the order in which their files are best imported."""

from __future__ import annotations

from metrics.sources.accounts import ACCOUNTS
from metrics.sources.arr_movements import ARR_MOVEMENTS
from metrics.sources.base import Source
from metrics.sources.features import FEATURES
from metrics.sources.milestones import MILESTONES
from metrics.sources.people import PEOPLE
from metrics.sources.source_status import SOURCE_STATUS
from metrics.sources.surveys import SURVEYS
from metrics.sources.tickets import TICKETS
from metrics.sources.training import TRAINING
from metrics.sources.usage import USAGE

SOURCES: tuple[Source, ...] = (
    FEATURES,
    ACCOUNTS,
    PEOPLE,
    USAGE,
    MILESTONES,
    TRAINING,
    TICKETS,
    SURVEYS,
    ARR_MOVEMENTS,
    SOURCE_STATUS,
)
BY_NAME: dict[str, Source] = {source.name: source for source in SOURCES}

__all__ = [
    "ACCOUNTS",
    "ARR_MOVEMENTS",
    "BY_NAME",
    "FEATURES",
    "MILESTONES",
    "PEOPLE",
    "SOURCES",
    "SOURCE_STATUS",
    "SURVEYS",
    "TICKETS",
    "TRAINING",
    "USAGE",
]
