"""`manage import_csv SOURCE FILE`: one file through the CSV door; one JSON line about it."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, ProgrammingError

from metrics.ingest import BatchReport, FileError, import_file
from metrics.sources.catalogue import BY_NAME
from metrics.sources.reading import Limits

UNDEFINED_TABLE = "42P01"
DISK_FULL = "53100"
FULL = (
    "the disk of the database is full. Make room and import the file again: what of it was stored"
    " before is known, and counted as duplicate."
)
SHOWN = ("source", "received", "accepted", "duplicate", "quarantined", "batch")


class Command(BaseCommand):
    # files of the browser are none of this command's business
    requires_system_checks = []
    help = "Imports a CSV file. Prints one JSON line; rejects and notes go to standard error."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", choices=list(BY_NAME), metavar="SOURCE")
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--mapping", type=Path, help="TOML file: their headers to ours")
        parser.add_argument("--dry-run", action="store_true", help="count, and store nothing")
        parser.add_argument("--known-at", choices=["import", "occurred"], default="import")
        parser.add_argument("--encoding", help="of a file that is not UTF-8, such as cp1252")
        parser.add_argument("--max-rows", type=int, help="refuse a file with more (default: none)")
        parser.add_argument("--max-bytes", type=int, help="refuse a larger file (default: none)")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = import_file(
                options["source"],
                options["file"],
                known_at=options["known_at"],
                mapping=options["mapping"],
                dry_run=options["dry_run"],
                encoding=options["encoding"],
                limits=Limits(max_rows=options["max_rows"], max_bytes=options["max_bytes"]),
            )
        except FileError as error:
            raise CommandError(f"{options['file'].name}: {error}") from error
        except ProgrammingError as error:
            if getattr(error.__cause__, "sqlstate", "") != UNDEFINED_TABLE:
                raise
            raise CommandError("The database is not set up; run the command migrate") from error
        except OperationalError as error:
            if _state(error.__cause__) != DISK_FULL:
                raise
            raise CommandError(f"{options['file'].name}: {FULL}") from error
        self._explain(report)
        self.stdout.write(json.dumps({name: getattr(report, name) for name in SHOWN}))

    def _explain(self, report: BatchReport) -> None:
        notes = [f"Moments without a zone were read as local time of {report.zone}."]
        if report.skipped:
            notes.append(f"{report.skipped:,} rows were left out by the mapping.")
        if report.replayed:
            notes.append(f"{report.replayed:,} rows that had waited were taken in.")
        notes += [
            f"line {refusal.line}: {refusal.column + ': ' if refusal.column else ''}"
            f"{refusal.message} [{refusal.code}]"
            for refusal in report.sample
        ]
        if report.quarantined > len(report.sample):
            notes.append(f"... and {report.quarantined - len(report.sample):,} more rejects.")
        for note in notes:
            self.stderr.write(note, self.style.NOTICE)


def _state(error: BaseException | None) -> str:
    return getattr(error, "sqlstate", None) or ""
