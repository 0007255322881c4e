"""Rows and a checksum of every table, to compare two databases that nobody writes to."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from healthscore.backups import checksums


class Command(BaseCommand):
    """One line for each table: name, rows, checksum."""

    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        for table, (rows, checksum) in checksums().items():
            self.stdout.write(f"{table} {rows} {checksum}")
