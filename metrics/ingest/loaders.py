"""Which loader stores which source."""

from __future__ import annotations

from collections.abc import Callable

from metrics.ingest.accounts import AccountsLoader
from metrics.ingest.delivery import Delivery, Loader
from metrics.ingest.entities import FeaturesLoader, MilestonesLoader, SourceStatusLoader
from metrics.ingest.people import PeopleLoader
from metrics.ingest.usage import UsageLoader
from metrics.ingest.versions import (
    ArrMovementsLoader,
    SurveysLoader,
    TicketsLoader,
    TrainingLoader,
)

LOADERS: dict[str, Callable[[Delivery], Loader]] = {
    "features": FeaturesLoader,
    "accounts": AccountsLoader,
    "people": PeopleLoader,
    "usage": UsageLoader,
    "milestones": MilestonesLoader,
    "training": TrainingLoader,
    "tickets": TicketsLoader,
    "surveys": SurveysLoader,
    "arr_movements": ArrMovementsLoader,
    "source_status": SourceStatusLoader,
}
