"""Shows and changes what the organisation says of itself: zone, run hour, cadence, promises."""

from __future__ import annotations

import json
import statistics
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Organisation
from metrics.models import Run, Snapshot
from metrics.signals.base import State
from metrics.signals.catalogue import BY_CODE

FIELDS = (
    "name",
    "timezone",
    "run_at",
    "cadence",
    "value_days",
    "depth_reference",
    "answer_hours",
    "chat_minutes",
    "call_seconds",
)
MIN_ACCOUNTS = 20


class Command(BaseCommand):
    """Prints one JSON object. A change counts from the next run on; past ones keep theirs."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        for name in FIELDS:
            field = Organisation._meta.get_field(name)
            choices = ", ".join(str(value) for value, _ in getattr(field, "choices", None) or ())
            parser.add_argument(f"--{name.replace('_', '-')}", dest=name, help=choices or None)

    def handle(self, *args: Any, **options: Any) -> None:
        organisation = Organisation.current()
        given = {name: options[name] for name in FIELDS if options[name] is not None}
        if given.get("depth_reference") == "median":
            given["depth_reference"] = _median_depth()
        for name, value in given.items():
            setattr(organisation, name, value)
        if given:
            _save(organisation)
            organisation.refresh_from_db()
        self.stdout.write(json.dumps({name: str(getattr(organisation, name)) for name in FIELDS}))


def _save(organisation: Organisation) -> None:
    try:
        organisation.full_clean()
    except ValidationError as error:
        lines = [f"{name}: {' '.join(said)}" for name, said in error.message_dict.items()]
        raise CommandError("\n".join(lines)) from error
    organisation.save()


def _median_depth() -> float:
    """The portfolio's own median depth: a reference to set once, when people use the product."""
    night = Run.objects.latest_published()
    # raw values are measured against what was said when they were stored
    reference = night.tenant.depth_reference if night else 0.0
    slot = BY_CODE["S11"].slot
    snapshots = (
        Snapshot.objects.filter(day=night.business_day, run_id=night.pk)
        .exclude(status="leaving")
        .values_list("raw", "states")
        if night
        else ()
    )
    reached = [raw[slot] for raw, states in snapshots if states[slot] == State.OK.value]
    depths = [share * reference for share in reached if share is not None]
    if len(depths) < MIN_ACCOUNTS:
        raise CommandError(
            f"depth is known of {len(depths)} accounts, {MIN_ACCOUNTS} are needed for a median"
        )
    return round(statistics.median(depths), 4)
