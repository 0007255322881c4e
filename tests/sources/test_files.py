"""Encodings and line ends."""

from __future__ import annotations

import codecs

import pytest

from metrics.sources.base import FileError, Refusal
from metrics.sources.files import MAX_LINE
from tests.sources.reading import header, outcome, read

TEXT = f"{header('features')}\nmüsli,Zoë,core,,\n日本,x,core,,\n"


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        codecs.BOM_UTF32_LE + TEXT.encode("utf-32-le"),
        codecs.BOM_UTF32_BE + TEXT.encode("utf-32-be"),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.replace("\n", "\r\r\n").encode(),
        TEXT.replace("\n", "\r").encode(),
        codecs.BOM_UTF16_LE + TEXT.replace("\n", "\r").encode("utf-16-le"),
        TEXT.rstrip().encode(),
        TEXT.replace("\n", "\n\n").encode(),
    ],
)
def test_every_usual_encoding_and_line_end_gives_the_same_rows(data: bytes) -> None:
    found = read(data)
    assert [item.values[:2] for item in found] == [("müsli", "Zoë"), ("日本", "x")]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r\r\n", "\r"])
def test_lines_are_counted_as_an_editor_counts_them(end: str) -> None:
    assert [item.line for item in read(TEXT.replace("\n", end))] == [2, 3]


def test_the_encoding_can_be_named() -> None:
    data = f"{header('features')}\nmüsli,Zoë,core,,\n".encode("cp1252")
    assert outcome(read(data, encoding="cp1252")) == [(2, "müsli")]
    assert outcome(read(TEXT.encode("utf-16-le"), encoding="utf-16")) == [(2, "müsli"), (3, "日本")]
    with pytest.raises(FileError, match="'klingon' is not a known text encoding"):
        read(TEXT, encoding="klingon")


def test_bad_bytes_are_refused_with_their_line_and_offset_and_no_other_row_suffers() -> None:
    start = f"{header('features')}\na,x,core,,\n".encode()
    found = read(start + b"b,caf\xe9,core,,\nc,y,core,,\n")
    assert outcome(found) == [(2, "a"), (3, "bad_encoding"), (4, "c")]
    assert isinstance(found[1], Refusal)
    assert found[1].message == f"byte 0xe9 at byte offset {len(start) + 5} is not utf-8 text"
    assert found[1].raw == {"reject_text": r"b,caf\xe9,core,," + "\n"}


def test_a_lone_surrogate_is_refused_in_utf_8_and_in_utf_16() -> None:
    bad = f"{header('features')}\na\ud800,x,core,,\nb,y,core,,\n"
    for data in (
        bad.encode("utf-8", "surrogatepass"),
        codecs.BOM_UTF16_LE + bad.encode("utf-16-le", "surrogatepass"),
    ):
        assert outcome(read(data)) == [(2, "bad_encoding"), (3, "b")]


def test_a_utf_16_file_that_is_cut_off_loses_only_its_last_line() -> None:
    data = codecs.BOM_UTF16_LE + TEXT.rstrip().encode("utf-16-le")
    assert outcome(read(data[:-1])) == [(2, "müsli"), (3, "bad_encoding")]


def test_broken_utf_32_is_no_file_at_all() -> None:
    data = codecs.BOM_UTF32_LE + TEXT.encode("utf-32-le") + b"\xff\xff\xff\xff" * 20_000
    with pytest.raises(FileError, match="The file is not utf-32-le"):
        read(data)


def test_utf_16_without_a_mark_is_explained() -> None:
    with pytest.raises(FileError, match=r"Line 1, the header: .*NUL.*name the encoding"):
        read(TEXT.encode("utf-16-le"))


def test_a_header_that_is_no_text_is_explained() -> None:
    with pytest.raises(FileError, match="Line 1, the header: byte 0xff at byte offset 3"):
        read(b"key\xff,name\na,b\n")


def test_a_line_of_megabytes_is_refused_and_reading_goes_on() -> None:
    long = "a," + "x" * (3 * MAX_LINE)
    found = read(f"{header('features')}\n{long}\nb,y,core,,\n")
    assert outcome(found) == [(2, "field_too_large"), (3, "b")]
    assert isinstance(found[0], Refusal)
    assert len(found[0].raw["reject_text"]) == 2_000


def test_an_empty_file_is_explained() -> None:
    with pytest.raises(FileError, match="not even a header"):
        read(b"")
