"""Calculates past days again, through the ledger that every night goes through."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
import time
from typing import Any

from celery import current_app
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from kombu.exceptions import OperationalError

from accounts.models import Organisation
from metrics import nightly
from metrics.models import Run
from metrics.tasks import owner, wake_workers

PING_SECONDS = 0.5


class Command(BaseCommand):
    """One JSON line per day: day, run, state, accounts, scored, grey, seconds."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--day", type=dt.date.fromisoformat, help="one business day")
        parser.add_argument("--from", dest="first", type=dt.date.fromisoformat)
        parser.add_argument("--to", dest="last", type=dt.date.fromisoformat)
        parser.add_argument(
            "--as-of",
            choices=["now", "day"],
            default="day",
            help="use what is known now, or only what was known on each day (default)",
        )
        parser.add_argument(
            "--scorecard",
            choices=["live", "day"],
            default="live",
            help="the live versions (default), or those that the day's own night was made with",
        )
        parser.add_argument(
            "--workers", type=int, help="processes of its own; default: the running workers, else 1"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        first, last = self._days(options)
        runs = nightly.request_days(
            nightly.days_between(first, last),
            as_of_day=options["as_of"] == "day",
            scorecard_of_day=options["scorecard"] == "day",
            now=timezone.now(),
        )
        workers = options["workers"]
        if workers is None:
            wake_workers()
            workers = 0 if _others_work() else 1
        helpers = [_start_worker() for _ in range(workers - 1)]
        try:
            states = [self._follow(run, alone=workers > 0) for run in runs]
        finally:
            for helper in helpers:
                helper.terminate()
                helper.wait()
        if at_work := [f"{run.business_day}" for run in runs if run.is_in_the_way]:
            raise CommandError(
                f"were at work on what was asked for before, ask again: {', '.join(at_work)}"
            )
        if Run.State.FAILED in states or Run.State.PARTIAL in states:
            raise CommandError("not every day is complete; `runs and data` says why")

    def _days(self, options: dict[str, Any]) -> tuple[dt.date, dt.date]:
        first = options["day"] or options["first"]
        last = options["day"] or options["last"] or first
        if first is None or (options["day"] and options["first"]):
            raise CommandError("name either --day D or --from D1 --to D2")
        today = Organisation.current().day_of(timezone.now())
        if first > last or last > today:
            raise CommandError(f"days run from --from to --to and end today, {today}")
        return first, last

    def _follow(self, run: Run, *, alone: bool) -> str:
        """Waits for the run, or works on it where nobody else does; prints its line."""
        while run.state in Run.OPEN_STATES:
            if not (alone and nightly.work(owner(), seconds=5).done):
                time.sleep(0.05)
            run.refresh_from_db()
        began = run.started_at or run.created_at
        seconds = (run.finished_at - began).total_seconds() if run.finished_at else 0.0
        self.stdout.write(json.dumps(run.line(seconds=seconds)))
        return run.state


def _others_work() -> bool:
    """Whether a worker answers; a broker that is down has none."""
    try:
        return bool(current_app.control.ping(timeout=PING_SECONDS))
    except OperationalError:
        return False


def _start_worker() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, sys.argv[0], "work_runs"])  # noqa: S603 our own command
