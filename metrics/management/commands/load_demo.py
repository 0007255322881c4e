"""Invents customers and imports their data through the ordinary door."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.models import Account, Organisation
from metrics.demo import Plan, generate
from metrics.ingest.invented import DAYS, load, make_users


class Command(BaseCommand):
    """Prints one JSON line with the rows of each source."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--accounts", type=int, default=60)
        parser.add_argument("--days", type=int, default=DAYS, help="length of the history")
        parser.add_argument("--seed", type=int, default=7)
        parser.add_argument("--people", type=float, default=19.0, help="mean people an account")
        parser.add_argument("--end", type=dt.date.fromisoformat, help="first day without data")
        parser.add_argument("--out", type=Path, help="only write the files into this folder")

    def handle(self, *args: Any, **options: Any) -> None:
        out: Path | None = options["out"]
        if out is not None:
            plan = _plan(options, zone="UTC", today=timezone.now().date())
            self.stdout.write(json.dumps(generate(plan, out)))
            return
        if Account.objects.exists():
            raise CommandError("There are accounts already: demo data go into an empty database.")
        organisation = Organisation.current()
        today = organisation.day_of(timezone.now())
        plan = _plan(options, zone=organisation.timezone, today=today)
        make_users(organisation, may_log_in=True)
        self.stdout.write(json.dumps(load(plan)))


def _plan(options: dict[str, Any], *, zone: str, today: dt.date) -> Plan:
    end = options["end"] or today
    if end > today:
        raise CommandError(f"--end {end} is in the future")
    try:
        return Plan(
            accounts=options["accounts"],
            days=options["days"],
            end=end,
            seed=options["seed"],
            people=options["people"],
            zone=zone,
        )
    except ValueError as error:
        raise CommandError(str(error)) from error
