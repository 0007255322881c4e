"""Writes the whole database into a file, and beside it what a restore is held against."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from healthscore.backups import BackupError, back_up


class Command(BaseCommand):
    """One JSON line: file, megabytes, tables, rows, seconds. Pages and nights go on meanwhile."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="replaced where it exists; FILE.json as well")

    def handle(self, *args: Any, **options: Any) -> None:
        began, path = time.monotonic(), options["file"]
        try:
            tables = back_up(path)
        except (BackupError, OSError) as error:
            raise CommandError(str(error)) from error
        found = {
            "file": str(path),
            "megabytes": round(path.stat().st_size / 1e6, 1),
            "tables": len(tables),
            "rows": sum(rows for rows, _ in tables.values()),
            "seconds": round(time.monotonic() - began, 1),
        }
        self.stdout.write(json.dumps(found))
