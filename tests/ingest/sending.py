"""Sends rows through the door, and reads whole tables back."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from django.db.models import Model

from metrics.ingest import BatchReport, import_file
from metrics.models import Batch, Reject
from metrics.sources.catalogue import BY_NAME

NOW = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)


class Sender:
    """Writes rows as a canonical file, cells at the end left out, and imports it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, source: str, *rows: str) -> Path:
        """The file alone."""
        columns = BY_NAME[source].header
        padded = [row + "," * (len(columns) - 1 - row.count(",")) for row in rows]
        path = self.folder / f"{source}.csv"
        path.write_text("\n".join([",".join(columns), *padded]) + "\n", encoding="utf-8")
        return path

    def __call__(self, source: str, *rows: str, **options: Any) -> BatchReport:
        """The report of the door; `options` are those of `import_file`."""
        return import_file(source, self.write(source, *rows), **options)


def counts(report: BatchReport | Batch) -> tuple[int, int, int, int]:
    """Received, accepted, duplicate, quarantined."""
    return report.received, report.accepted, report.duplicate, report.quarantined


def codes(report: BatchReport) -> list[tuple[int, str, str]]:
    """Line, column and code of every reject."""
    return [(refusal.line, refusal.column, refusal.code) for refusal in report.sample]


def table(model: type[Model], *fields: str, **only: Any) -> list[tuple[Any, ...]]:
    """These columns of all rows, in order of the columns."""
    rows = model._default_manager.filter(**only).values_list(*fields)
    return sorted(rows, key=lambda row: [(value is None, value) for value in row])


def open_rejects() -> list[tuple[Any, ...]]:
    """Source, line and code of what is still refused."""
    return table(Reject, "batch__source", "line", "code", state="open")


def day(text: str) -> dt.date:
    """A day."""
    return dt.date.fromisoformat(text)


def at(text: str) -> dt.datetime:
    """A moment in UTC."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)
