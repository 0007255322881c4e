"""Asks for the score of every past day that the demo data cover; the workers do the rest."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from accounts.models import Organisation
from metrics import nightly
from metrics.tasks import wake_workers


class Command(BaseCommand):
    """Inserts runs into the ledger, oldest first, up to and with today's."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--days", type=int, default=365)

    def handle(self, *args: Any, **options: Any) -> None:
        today = Organisation.current().day_of(timezone.now())
        first = today - dt.timedelta(days=options["days"] - 1)
        nightly.request_days(
            first, today, as_of_day=True, now=timezone.now(), reason="history of the demo data"
        )
        wake_workers()
