"""Fills an empty database with a backup, and checks that every table is as it was."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from healthscore.backups import BackupError, restore


class Command(BaseCommand):
    """One JSON line: file, tables, rows, seconds. Exit 1 where anything differs."""

    help = __doc__ or ""
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="written by `backup`; FILE.json lies beside it")

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        try:
            tables = restore(options["file"])
        except BackupError as error:
            raise CommandError(str(error)) from error
        rows = sum(rows for rows, _ in tables.values())
        found = {"file": str(options["file"]), "tables": len(tables), "rows": rows}
        self.stdout.write(json.dumps(found | {"seconds": round(time.monotonic() - began, 1)}))
        try:
            call_command("migrate", check_unapplied=True, verbosity=0)
        except SystemExit:
            self.stderr.write("The backup is of an older release: run `migrate` now.")
