"""docs/faults.md lists every case with tests that are there, and no test of a fault is left out."""

from __future__ import annotations

import re
from pathlib import Path

from tests.faults.mutations import MUTATIONS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (\d+) \| .+ \| (`test_.+`) \|$", PAGE, re.MULTILINE)
CASES = 41


def functions_below(folder: str) -> set[str]:
    """The names of all test functions in a folder."""
    texts = (path.read_text(encoding="utf-8") for path in (ROOT / folder).rglob("test_*.py"))
    return {name for text in texts for name in re.findall(r"^def (test_\w+)", text, re.MULTILINE)}


def named(cells: str) -> list[str]:
    """The tests of a cell."""
    return re.findall(r"`(\w+)`", cells)


def test_every_case_has_its_row_in_order() -> None:
    assert [int(number) for number, _ in ROWS] == list(range(1, CASES + 1))


def test_every_test_that_is_named_is_there() -> None:
    found = {name for _, cells in ROWS for name in named(cells)}
    assert sorted(found - functions_below("tests")) == []


def test_no_test_of_a_fault_is_left_out() -> None:
    found = {name for _, cells in ROWS for name in named(cells)}
    assert sorted(functions_below("tests/faults") - found) == []


def test_a_test_with_a_number_stands_in_the_row_of_that_number() -> None:
    for number, cells in ROWS:
        numbers = {int(n) for name in named(cells) for n in re.findall(r"test_case_(\d+)_", name)}
        assert numbers <= {int(number)}, cells


def test_every_guard_that_is_taken_away_stands_where_it_is_looked_for() -> None:
    """Code that moves on must not leave the script behind: it would end in its middle."""
    places = [(one.name, path, there) for one in MUTATIONS for path, there, _ in one.edits]
    lost = [place for place in places if place[2] not in (ROOT / place[1]).read_text("utf-8")]
    cases = [one.case.partition("::") for one in MUTATIONS]
    gone = [test for path, _, test in cases if test not in (ROOT / path).read_text("utf-8")]

    assert (lost, gone) == ([], [])
    assert f"; {len(MUTATIONS)} of {len(MUTATIONS)} guards were missed." in PAGE
