"""Asks for the past scores of the demo data, for trends; the workers do the rest."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from metrics.tasks import fill_history


class Command(BaseCommand):
    """Puts the days that were never calculated into the ledger, oldest first, and today again."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--days", type=int, default=365)

    def handle(self, *args: Any, **options: Any) -> None:
        fill_history(options["days"])
