"""A mapping bound to a file: foreign cells in, canonical cells out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from metrics.sources.base import BadCell
from metrics.sources.lookups import Test

ReadCells = Callable[[Sequence[str]], str]


@dataclass(frozen=True, kw_only=True)
class Variant:
    """One canonical row that a foreign row becomes, perhaps only `when` a test holds."""

    reads: list[ReadCells | None]
    when: Test | None
    names: tuple[str, ...]

    def __call__(self, cells: Sequence[str]) -> list[str]:
        row: list[str] = []
        for read, name in zip(self.reads, self.names, strict=True):
            try:
                row.append(read(cells) if read else "")
            except BadCell as error:
                raise BadCell(error.code, error.message, column=name) from error
        return row


@dataclass(frozen=True, kw_only=True)
class MappedRows:
    """See `metrics.sources.reading.Mapped`."""

    header: tuple[str, ...]
    skip: list[Test]
    variants: list[Variant]

    def __call__(self, cells: Sequence[str]) -> list[list[str]]:
        if any(test(cells) for test in self.skip):
            return []
        return [
            variant(cells) for variant in self.variants if not variant.when or variant.when(cells)
        ]
