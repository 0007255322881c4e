"""Records: quotes, widths, resynchronisation. No row may vanish, whatever its neighbour does."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.sources.base import FileError, Refusal, Row
from metrics.sources.reading import UPLOAD, Limits
from tests.sources.reading import header, outcome, read

HEAD = header("features")


def rows(*lines: str) -> list[tuple[int, str]]:
    """Outcome of these lines below the header."""
    return outcome(read("".join(f"{line}\n" for line in (HEAD, *lines))))


def test_an_open_quote_does_not_swallow_the_rows_after_it() -> None:
    assert rows("a,x,core,,", 'b,"open,core,,', "c,y,core,,", 'd,"fine",core,,', "e,z,core,,") == [
        (2, "a"),
        (3, "unterminated_quote"),
        (4, "c"),
        (5, "d"),
        (6, "e"),
    ]


def test_an_open_quote_in_the_last_line_is_refused_alone() -> None:
    assert rows("a,x,core,,", 'b,"open,core,,') == [(2, "a"), (3, "unterminated_quote")]


def test_two_open_quotes_do_not_close_one_another() -> None:
    assert rows('a,"open,core,,', "b,y,core,,", 'c,"open,core,,', "d,y,core,,") == [
        (2, "unterminated_quote"),
        (3, "b"),
        (4, "unterminated_quote"),
        (5, "d"),
    ]


def test_a_quote_that_closes_only_after_thousands_of_rows_swallows_none_of_them() -> None:
    between = [f"k{i},name of {i},core,," for i in range(5_000)]
    found = rows('a,"open', *between, 'b",core,,', "c,z,core,,")
    assert found[0] == (2, "unterminated_quote")
    assert found[1:5_001] == [(i + 3, f"k{i}") for i in range(5_000)]
    assert found[5_001:] == [(5_003, "missing_cells"), (5_004, "c")]


def test_a_quoted_cell_may_span_lines() -> None:
    found = read(f'{HEAD}\na,"two\r\nlines, ""quoted""",core,,\nb,y,core,,\n')
    assert outcome(found) == [(2, "a"), (4, "b")]
    assert isinstance(found[0], Row)
    assert found[0].values[1] == 'two\r\nlines, "quoted"'


def test_a_stray_quote_inside_a_cell_is_text() -> None:
    found = read(f'{HEAD}\na,Screen 24",core,,\nb,Screen 27",core,,\n')
    assert [item.values[:2] for item in found] == [("a", 'Screen 24"'), ("b", 'Screen 27"')]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("b,y", "missing_cells"),
        ("b,y,core,,,", "extra_cells"),
        ('b,"y"z,core,,', "bad_quote"),
        ("b\0,y,core,,", "nul_character"),
        (f"b,{'y' * 65_537},core,,", "field_too_large"),
        (f"b,{'y' * 200_000},core,,", "field_too_large"),
        (f'b,"{"y" * 65_537}\n{"z" * 70_000}",core,,', "field_too_large"),
    ],
)
def test_a_row_that_is_no_record_is_refused_with_its_line(line: str, code: str) -> None:
    found = rows("a,x,core,,", line, "c,z,core,,")
    assert found[:2] == [(2, "a"), (3, code)]
    assert found[-1][1] == "c"


def test_a_refusal_names_the_column_of_a_nul() -> None:
    refusal = read(f"{HEAD}\nb,y\0,core,,\n")[0]
    assert isinstance(refusal, Refusal)
    assert refusal.column == "name"


def test_blank_lines_and_lines_of_empty_cells_are_no_rows() -> None:
    assert rows("", "a,x,core,,", ",,,,", "", "b,y,core,,") == [(3, "a"), (6, "b")]


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_the_delimiter_is_read_off_the_header(delimiter: str) -> None:
    text = f"{HEAD}\na,x,core,,\n".replace(",", delimiter)
    assert outcome(read(text)) == [(2, "a")]


@pytest.mark.parametrize(
    ("head", "message"),
    [
        ("key,name,key", "Line 1: the column key is there twice"),
        ("key,,name", "Line 1: column 2 has no name"),
        ("key,nmae", r"no column nmae; did you mean name\?"),
        ("name,level", "the column key is missing"),
        (",".join(f"c{i}" for i in range(201)), "201 columns, at most 200"),
        ('key,"name', "quotes do not match"),
        ('"key"x,name', "quotes do not match"),
    ],
)
def test_a_header_that_does_not_fit_is_explained(head: str, message: str) -> None:
    with pytest.raises(FileError, match=message):
        read(f"{head}\na,b,c\n")


def test_columns_may_come_in_any_order_and_optional_ones_may_be_absent() -> None:
    found = read("level,key\nadvanced,a\n")
    assert [item.values for item in found] == [("a", None, "advanced", None, None)]


def test_limits_hold_for_uploads_and_only_there() -> None:
    text = f"{HEAD}\na,x,core,,\nb,y,core,,\n"
    assert Limits(max_bytes=50_000_000, max_rows=500_000) == UPLOAD
    with pytest.raises(FileError, match="More than 1 rows"):
        read(text, limits=Limits(max_rows=1))
    assert len(read(text)) == 2


CELL = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), min_size=1, max_size=8
).filter(lambda text: text.strip() == text and not text.startswith("'"))


@given(st.lists(st.tuples(CELL, CELL), min_size=1, max_size=12))
def test_whatever_a_csv_writer_writes_is_read_back(table: list[tuple[str, str]]) -> None:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(
        [["key", "name"], *([key, name] for key, name in table)]
    )
    found = read(out.getvalue())
    assert [item.values[:2] for item in found] == table


SAFE = st.text("abc 123äß;.'", min_size=1, max_size=8).map(lambda text: f"x{text.strip()}")


@given(st.lists(SAFE, min_size=2, max_size=10), st.data())
def test_an_open_quote_anywhere_costs_exactly_its_own_row(
    names: list[str], data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(names) - 1))
    lines = [f"k{i},{name},core,," for i, name in enumerate(names)]
    lines[at] = f'k{at},"{names[at]},core,,'
    expected = [(i + 2, f"k{i}") for i in range(len(names))]
    expected[at] = (at + 2, "unterminated_quote")
    assert rows(*lines) == expected
