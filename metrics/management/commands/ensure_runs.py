"""Puts the nights that are due and missing into the ledger and wakes the workers."""

from __future__ import annotations

import json
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from metrics import nightly
from metrics.models import Run
from metrics.tasks import wake_workers


class Command(BaseCommand):
    """What every tick of beat does, by hand; with --wait until the newest night is published."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--wait", action="store_true", help="until published, then a JSON line")
        parser.add_argument("--timeout", type=float, default=300, help="seconds (default 300)")

    def handle(self, *args: Any, **options: Any) -> None:
        nightly.ensure_runs(timezone.now(), at_once=True)
        wake_workers()
        if options["wait"]:
            self.stdout.write(json.dumps(_wait(time.monotonic() + options["timeout"])))


def _wait(until: float) -> dict[str, Any]:
    began = time.monotonic()
    while Run.objects.open().filter(kind=Run.Kind.NIGHTLY).exists():
        if time.monotonic() > until:
            raise CommandError("the night is not complete in time: is a worker running?")
        time.sleep(0.05)
    run = Run.objects.latest_published()
    if run is None:
        raise CommandError("nothing to calculate: there are no accounts yet")
    return run.line(seconds=time.monotonic() - began)
