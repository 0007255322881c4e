"""NDJSON before anybody has said how to read it, and JSON read strictly."""

from __future__ import annotations

import time

import pytest

from metrics.sources.base import FileError, Row
from metrics.sources.json_text import MAX_DEPTH, BadJson, is_too_deep, load
from metrics.sources.shape import preview
from tests.sources.reading import outcome, read

TWO = b'{"when": "2026-11-20", "n": 1}\n\n{"when": "2026-11-21", "who": "P1", "tags": ["a", "b"]}\n'


def test_a_preview_has_the_names_of_the_first_objects() -> None:
    found = preview(TWO, encoding="utf-8")
    assert found.header == ("when", "n", "who", "tags")
    assert found.rows == [["2026-11-20", "1", "", ""], ["2026-11-21", "", "P1", "a;b"]]


def test_the_last_line_of_a_cut_preview_is_left_out() -> None:
    assert len(preview(TWO[:-20], encoding="utf-8", is_whole=False).rows) == 1


def test_what_has_no_object_is_no_file() -> None:
    with pytest.raises(FileError, match="none of the first lines"):
        preview(b"{\n", encoding="utf-8")


def test_words_numbers_and_what_is_left_out() -> None:
    found = read(b'{"key": "api", "personas": ["admin", "analyst"], "name": null}\n{"key": 7}\n')
    rows = [item.values for item in found if isinstance(item, Row)]
    assert [(row[0], row[1], row[3]) for row in rows] == [
        ("api", None, ["admin", "analyst"]),
        ("7", None, None),
    ]
    assert outcome(read(b'{"key": "a"}\n{"key": "b", "colour": 1}\n')) == [
        (1, "a"),
        (2, "extra_cells"),
    ]


@pytest.mark.parametrize(("levels", "expected"), [(MAX_DEPTH - 1, False), (MAX_DEPTH, True)])
def test_depth_counts_objects_and_lists(levels: int, expected: bool) -> None:
    value: object = 1
    for level in range(levels):
        value = [value] if level % 2 else {"a": value, "c": "[[[[[[[[[["}
    assert is_too_deep({"outer": value}) is expected


@pytest.mark.parametrize(
    "text", ["", "{", "NaN", "[-Infinity]", "1e400", "9" * 5_000, '{"a":1,"a":1}', "[" * 100_000]
)
def test_what_nobody_can_mean_is_no_json(text: str) -> None:
    with pytest.raises(BadJson):
        load(text.encode())


def test_a_name_twice_is_found_in_one_pass() -> None:
    """Anybody may send such a body: it is read before the key is looked at."""
    names = ",".join(f'"{number}":0' for number in [*range(20_000), 19_999])
    before = time.process_time()
    with pytest.raises(BadJson, match="'19999' is there twice"):
        load(f"{{{names}}}".encode())
    assert time.process_time() - before < 1
