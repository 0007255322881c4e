"""Asks for the past scores of the demo data, for trends; the workers do the rest."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from accounts.models import Organisation
from metrics import nightly
from metrics.models import Run
from metrics.tasks import wake_workers

DAILY = 100  # days back; before that a week apart is enough for a year's line


class Command(BaseCommand):
    """Puts the days that were never calculated into the ledger, oldest first, and today again."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--days", type=int, default=365)

    def handle(self, *args: Any, **options: Any) -> None:
        today = Organisation.current().day_of(timezone.now())
        backs = [b for b in range(1, options["days"]) if b <= DAILY or b % 7 == 0]
        wanted = {today - dt.timedelta(days=back) for back in backs}
        missing = wanted - set(Run.objects.values_list("business_day", flat=True))
        if missing:
            # bands and momentum of today rest on the days before it
            now, reason = timezone.now(), "history of the demo data"
            nightly.request_days(missing, as_of_day=True, now=now, reason=reason)
            nightly.request_days([today], as_of_day=False, now=now, reason=reason)
        wake_workers()
