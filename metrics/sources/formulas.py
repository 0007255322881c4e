"""Cells that a spreadsheet would run as formulas: made harmless on export, restored on import.

The two are inverse to one another for every text, so that importing our own export gives the
same text again: a cell whose text, after any number of apostrophes, begins like a formula gets
one apostrophe more, and loses exactly one on import.
"""

from __future__ import annotations

import re

_FORMULA = re.compile(r"'*[=+\-@\t\r]")


def neutralise(value: str) -> str:
    """Text for a CSV cell that no spreadsheet takes for a formula."""
    return f"'{value}" if _FORMULA.match(value) else value


def restore(cell: str) -> str:
    """The text that `neutralise` was given."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell
