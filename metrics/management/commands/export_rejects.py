"""`manage export_rejects BATCH`: the refused rows of a batch, to be corrected and sent again."""

from __future__ import annotations

import csv
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from metrics.models import Batch, Reject
from metrics.sources.catalogue import BY_NAME
from metrics.sources.formulas import neutralise
from metrics.sources.reading import REJECT_COLUMNS


class Command(BaseCommand):
    """The reasons stand in the first columns, which `import_csv` passes over."""

    requires_system_checks = []
    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("batch", type=int, metavar="BATCH")

    def handle(self, *args: Any, **options: Any) -> None:
        batch = Batch.objects.filter(pk=options["batch"]).first()
        if batch is None:
            raise CommandError(f"there is no batch {options['batch']}")
        writer = csv.writer(self.stdout, lineterminator="\n")
        for row in reject_table(batch):
            writer.writerow([neutralise(cell) for cell in row])


def reject_table(batch: Batch) -> Iterator[list[str]]:
    """Header and open rejects of a batch; the page of rejects offers the same file."""
    rejects = batch.rejects.filter(state=Reject.State.OPEN).order_by("line", "pk")
    columns = _columns(batch)
    yield [*REJECT_COLUMNS, *columns]
    for reject in rejects.iterator():
        reason = {
            "reject_line": str(reject.line),
            "reject_column": reject.column,
            "reject_code": reject.code,
            "reject_message": reject.message,
        }
        row = {**reject.raw, **reason}
        yield [str(row.get(name, "")) for name in (*REJECT_COLUMNS, *columns)]


def _columns(batch: Batch) -> list[str]:
    """Ours; where the mapping could not read a row, those of the foreign file as well."""
    known = BY_NAME[batch.source]
    columns = list(known.header)
    for raw in batch.rejects.filter(state=Reject.State.OPEN).values_list("raw", flat=True):
        columns += [name for name in raw if name not in (*columns, *REJECT_COLUMNS)]
    return columns
