"""Mapping files: what they are told when they say something wrongly."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.sources.base import FileError
from metrics.sources.catalogue import BY_NAME
from metrics.sources.columns import KEYS
from metrics.sources.mapping import TOP, load_mapping, read_mapping
from metrics.sources.reading import Reader
from tests.sources.reading import RULES, Folder

KEY = '[columns]\nkey = "k"\n'


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("columns = [", "map.toml: "),
        ('source = "usage"', "it is for usage, not for features"),
        ("colums = {}", "the mapping has no colums; it knows columns, delimiter"),
        ("columns = 1", "columns must be a table"),
        ('timezone = "Mars/Base"', "timezone: 'Mars/Base' is not a known time zone"),
        ('delimiter = ",,"', "delimiter must be one character"),
        ('[columns]\nkee = "k"', "features has no column kee; it has key, name"),
        ("[columns]\nkey = 1", "columns.key must be a header or a table"),
        ('[columns]\nkey = { form = "k" }', "columns.key has no form; it knows combine"),
        ("[columns]\nkey = { map = {} }", "columns.key needs exactly one of from, value"),
        ('[columns]\nkey = { from = "k", value = "v" }', "needs exactly one of from, value"),
        ('[columns]\nkey = { join = "k" }', "columns.key.join must be a list of headers"),
        ('[columns]\nkey = { from = "k", map = 1 }', "columns.key.map must be a table"),
        ('[columns]\nkey = { from = "k", times = "x" }', "columns.key.times must be a number"),
        ('[columns]\nkey = { from = "k", plus = { years = "y" } }', "columns.key.plus must be"),
        ('[columns]\nkey = { lookup = "l" }', "columns.key: there is no lookup l"),
        ("[columns]\nkey = { from = 1 }", "columns.key.from must be a text"),
        ('[columns]\nkey = { from = "k", format = "%Q" }', "'%Q' is no form of a day"),
        ('[columns]\nkey = { from = "k", format = "%Y%Y" }', "'%Y%Y' is no form of a day"),
        ('ignore = "k"', "ignore must be a list"),
        ("ignore = [1]", "ignore must be a list of headers"),
        ("timezone = 1", "timezone must be a text"),
        ('lookups.l = { file = "f", key = "k", where = {} }', "where must be a list"),
        ('lookups.l = { file = "f" }', "lookups.l needs a file and a key"),
        ('lookups.l = { file = "../f", key = "k" }', "lookups.l.file must be a name"),
        (
            'lookups.l = { file = "data.csv", key = "k" }\n[columns]\nkey = { lookup = "l" }',
            "columns.key needs the key",
        ),
        (
            'lookups.l = { file = "data.csv", key = "k" }\n'
            '[columns]\nkey = { lookup = "l", key = "k", take = "k", combine = "all" }',
            "columns.key.combine must be one of only, first, last, sum",
        ),
        (
            'lookups.l = { file = "gone.csv", key = "k" }\n'
            '[columns]\nkey = { lookup = "l", key = "k", take = "k" }',
            "lookup l: gone.csv: No such file",
        ),
        (
            'lookups.l = { file = "data.csv", key = "id" }\n'
            '[columns]\nkey = { lookup = "l", key = "k", take = "k" }',
            "lookup l: data.csv has no column id",
        ),
        (
            'lookups.l = { file = "data.csv", key = "k" }\n'
            '[columns]\nkey = { lookup = "l", key = "k", take = "k", combine = "sum" }',
            "lookup l: data.csv, line 2: 'v' is not a number",
        ),
        (
            'lookups.l = { file = "bad.csv", key = "k" }\n'
            '[columns]\nkey = { lookup = "l", key = "k", take = "k" }',
            "lookup l: bad.csv, line 2: 2 cells, the header has 1",
        ),
        (KEY + '[[skip]]\ncolumn = "k"', "skip needs a column, and a list"),
        (KEY + '[[skip]]\ncolumn = "k"\nhas = ["v"]', "skip has no has; it knows column, is"),
        (KEY + "[[rows]]\nname = 1", "rows has no name; it knows columns, when"),
        ('[columns]\nkey = "K"', "Line 1: the mapping reads K, which is not there"),
        ('[columns]\nkey = { value = "x" }', "Line 1: k: neither mapped nor ignored"),
        ('ignore = ["k"]\n[columns]\nname = { value = "x" }', "the column key is missing"),
    ],
)
def test_a_mistake_in_a_mapping_is_explained(folder: Folder, toml: str, message: str) -> None:
    folder.write("bad.csv", "k", "a,b")
    folder.write("data.csv", "k", "v")
    with pytest.raises(FileError) as refused:
        folder.read("features", toml, "k", "v")
    assert message in str(refused.value)


def test_a_mapping_that_is_not_there_is_explained(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"no\.toml: No such file"):
        load_mapping(tmp_path / "no.toml", source=BY_NAME["usage"], data=tmp_path / "x.csv")


WORDS = st.sampled_from(
    sorted(KEYS | TOP | {"key", "name", "k", "l", "is", "column", "when", "%Y"})
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | WORDS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)
COLUMN = st.dictionaries(st.sampled_from(sorted(KEYS)), ANYTHING, max_size=3) | ANYTHING


@given(
    content=st.fixed_dictionaries(
        {"columns": st.dictionaries(st.sampled_from(["key", "released_on"]), COLUMN)},
        optional=dict.fromkeys(sorted(TOP - {"columns"}), ANYTHING),
    )
)
def test_no_mapping_at_all_can_break_the_reader(content: dict[str, Any]) -> None:
    with contextlib.suppress(FileError):
        mapping = read_mapping(content, source=BY_NAME["features"], folder=Path("nowhere"))
        stream = io.BytesIO(b"k,name,key\na,2026-01-01,3\n")
        list(Reader(stream, BY_NAME["features"], rules=RULES, mapping=mapping))
