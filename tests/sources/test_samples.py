"""Template files, what columns say of themselves, and which heading is likely which column."""

from __future__ import annotations

import datetime as dt
import io

import pytest

from metrics.sources.base import FileError, Row, Source
from metrics.sources.catalogue import BY_NAME, SOURCES
from metrics.sources.reading import Reader
from metrics.sources.samples import sample
from metrics.sources.shape import ENCODINGS, OTHERS, look, preview
from metrics.sources.suggest import FORMS, likely_form, reads, strange_words, suggest
from tests.sources.reading import RULES

NOW = RULES.now.date()


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_a_template_has_every_column_and_only_good_rows(source: Source) -> None:
    text = sample(source, NOW)
    assert text.splitlines()[0] == ",".join(source.header)
    found = list(Reader(io.BytesIO(text.encode("utf-8-sig")), source, rules=RULES))
    assert len(found) >= 2
    assert all(isinstance(row, Row) for row in found)


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_every_source_and_column_says_what_it_holds(source: Source) -> None:
    assert source.title
    assert source.about.endswith(".")
    assert [column.name for column in source.columns if not column.says] == []
    for column in source.columns:
        read = column.kind(RULES)
        assert [word for word in column.words if read(word) is None] == []


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_our_own_header_is_suggested_as_it_is(source: Source) -> None:
    assert suggest(source, source.names) == {name: name for name in source.names}


@pytest.mark.parametrize(
    ("source", "header", "found"),
    [
        (
            "surveys",
            ["token", "NPS", "Verbatim", "Respondent", "Company ID", "Submitted at", "colour"],
            {
                "external_id": "token",
                "account_external_id": "Company ID",
                "answered_at": "Submitted at",
                "score": "NPS",
                "comment": "Verbatim",
                "person_email": "Respondent",
            },
        ),
        (
            "accounts",
            ["Id", "Name", "Website", "AnnualRevenue", "Renewal Date", "Seats", "CSM Email"],
            {
                "external_id": "Id",
                "name": "Name",
                "domain": "Website",
                "seats_sold": "Seats",
                "renews_on": "Renewal Date",
                "owner_email": "CSM Email",
            },
        ),
        (
            "usage",
            ["messageId", "userId", "groupId", "event", "timestamp"],
            {
                "event_id": "messageId",
                "account_external_id": "groupId",
                "person_external_id": "userId",
                "feature_key": "event",
                "occurred_at": "timestamp",
            },
        ),
        ("tickets", ["αβγ", "", "ticket_id"], {"external_id": "ticket_id"}),
    ],
)
def test_headings_of_other_systems_are_recognised(
    source: str, header: list[str], found: dict[str, str]
) -> None:
    assert suggest(BY_NAME[source], header) == found


TEXT = "name\nZoë\n"


@pytest.mark.parametrize(
    ("data", "encoding", "lines"),
    [
        (b"", "utf-8", 0),
        (b"a,b\n1,2", "utf-8", 2),
        (TEXT.encode(), "utf-8", 2),
        (TEXT.encode("cp1252"), "cp1252", 2),
        (b"name\n\x81\n", "iso-8859-1", 2),
        (TEXT.encode("utf-16-le"), "utf-16-le", 2),
        (TEXT.encode("utf-16-be"), "utf-16-be", 2),
        ("\ufeff".encode("utf-16-le") + TEXT.encode("utf-16-le"), "utf-16-le", 2),
        ("é".encode() * 50 + b"\xff" + "é".encode() * 50, "utf-8", 1),
        (b"a\rb\r", "utf-8", 2),
    ],
)
def test_the_encoding_of_a_file_is_guessed(data: bytes, encoding: str, lines: int) -> None:
    shape = look([data])
    assert (shape.encoding, shape.lines) == (encoding, lines)
    assert encoding in ENCODINGS


def test_a_file_in_pieces_looks_the_same() -> None:
    data = ("name,city\n" + "Zoë,Łódź\n" * 9).encode()
    pieces = [data[at : at + 3] for at in range(0, len(data), 3)]
    assert look(pieces) == look([data])


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_seen_in_the_header(delimiter: str) -> None:
    found = preview(f"a{delimiter}b\n1{delimiter}2\n".encode(), encoding="utf-8")
    assert (found.delimiter, found.header, found.rows) == (delimiter, ("a", "b"), [["1", "2"]])


def test_a_line_that_is_cut_off_is_left_out() -> None:
    data = b"a,b\n1,2\n3,"
    assert preview(data, encoding="utf-8", is_whole=False).rows == [["1", "2"]]
    assert preview(data, encoding="utf-8").rows == [["1", "2"], ["3", ""]]
    cut = preview(b"a,b\n1,2\n3", encoding="utf-8", is_whole=False)
    assert (cut.rows, cut.refused) == ([["1", "2"]], [])


@pytest.mark.parametrize("start", OTHERS)
def test_what_is_no_table_is_named_for_what_it_is(start: bytes) -> None:
    with pytest.raises(FileError, match="Save the table as CSV"):
        preview(start + b"\0\1\2", encoding="cp1252")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "The file is empty"),
        (b"\x01\x02name,b\n1,2\n", "control characters"),
        (",".join(f"c{n}" for n in range(201)).encode(), "201 columns, at most 200"),
        (b"name,,b\n", "column 2 has no name"),
        (b"name,name\n", "the column name is there twice"),
        (b'"name,b\n1,2\n', "quotes do not match"),
        (b"na\0me,b\n", "NUL characters"),
        (b"na\xffme\n", "byte 0xff at byte offset 2"),
    ],
)
def test_a_header_that_cannot_be_read_says_why(data: bytes, reason: str) -> None:
    with pytest.raises(FileError, match=reason):
        preview(data, encoding="utf-8")


@pytest.mark.parametrize(
    ("cells", "form"),
    [
        (["2026-03-31", "2026-03-31T10:00:00Z"], ""),
        (["31/03/2026", "01/02/2026"], "%d/%m/%Y"),
        (["01/02/2026", "12/31/2025"], "%m/%d/%Y"),
        (["31.03.2026 09:30"], "%d.%m.%Y %H:%M"),
        (["Mar 31, 2026"], "%b %d, %Y"),
        (["soon"], ""),
        ([], ""),
    ],
)
def test_the_form_of_days_is_the_first_that_fits_all(cells: list[str], form: str) -> None:
    assert likely_form(cells) == form


def test_every_form_reads_its_own_example() -> None:
    assert [form for form, seen in FORMS.items() if reads(seen, form) is None] == []
    assert {reads(seen, form).date() for form, seen in FORMS.items()} == {dt.date(2026, 3, 31)}


def test_words_that_a_column_does_not_know_are_named_once() -> None:
    column = next(c for c in BY_NAME["arr_movements"].columns if c.name == "type")
    cells = ["NEW", "upsell", "", "upsell", "Churn", "lost"]
    assert strange_words(column, cells) == ["upsell", "lost"]
    amount = next(c for c in BY_NAME["arr_movements"].columns if c.name == "amount")
    assert strange_words(amount, ["many"]) == []
