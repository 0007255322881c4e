"""The whole table of bad input as files, CSV and NDJSON: what goes in, what is refused at which
line and why; whatever comes, no exception but FileError, and counts that add up.
"""

from __future__ import annotations

import codecs
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from metrics.ingest import FileError, import_file
from metrics.models import Reject, UsageEvent
from metrics.sources.catalogue import BY_NAME
from tests.ingest.sending import Sender, counts, table

pytestmark = pytest.mark.django_db
NAMES = BY_NAME["usage"].header
HEADER = ",".join(NAMES)
WIDE = "x" * 1_000_000
Expected = list[tuple[int, str]]


def csv(*lines: str) -> str:
    """A canonical file of usage."""
    return "\n".join([HEADER, *lines]) + "\n"


def good(number: int) -> str:
    return f"g{number},A1,P1,x,2026-11-20T09:00:00Z,1"


def between(bad: str) -> str:
    """A bad line between two good ones."""
    return csv(good(1), bad, good(2))


# name -> bytes, rows that go in, line and code of each reject
FILES: dict[str, tuple[bytes, int, Expected]] = {
    "a byte-order mark": (codecs.BOM_UTF8 + csv(good(1)).encode(), 1, []),
    "UTF-16": (csv(good(1)).encode("utf-16"), 1, []),
    "UTF-16, big-endian": (codecs.BOM_UTF16_BE + csv(good(1)).encode("utf-16-be"), 1, []),
    "UTF-32": (csv(good(1)).encode("utf-32"), 1, []),
    "cp1252": (between("b,A1,P1,caf\xe9,2026-11-20,1").encode("cp1252"), 2, [(3, "bad_encoding")]),
    "bad bytes": (
        between("b\xff\xfe,A1,P1,x,2026-11-20,1").encode("latin1"),
        2,
        [(3, "bad_encoding")],
    ),
    "an overlong slash": (
        between("b\xc0\xaf,A1,P1,x,2026-11-20,1").encode("latin1"),
        2,
        [(3, "bad_encoding")],
    ),
    "a lone surrogate": (
        between("b\ud800,A1,P1,x,2026-11-20,1").encode("utf-8", "surrogatepass"),
        2,
        [(3, "bad_encoding")],
    ),
    "a lone surrogate in UTF-16": (
        codecs.BOM_UTF16_LE
        + between("b\ud800,A1,P1,x,2026-11-20,1").encode("utf-16-le", "surrogatepass"),
        2,
        [(3, "bad_encoding")],
    ),
    "NUL": (between("b\0,A1,P1,x,2026-11-20,1").encode(), 2, [(3, "nul_character")]),
    "an extra column": (between("b,A1,P1,x,2026-11-20,1,7").encode(), 2, [(3, "extra_cells")]),
    "a missing column": (between("b,A1,P1,x,2026-11-20").encode(), 2, [(3, "missing_cells")]),
    "an open quote": (
        csv(good(1), '"b,A1,P1,x,2026-11-20,1', good(2), good(3)).encode(),
        3,
        [(3, "unterminated_quote")],
    ),
    "a quote inside": (between('b"x"y,A1,P1,"a" b,2026-11-20,1').encode(), 2, [(3, "bad_quote")]),
    "a field of a megabyte": (
        between(f"b,A1,P1,{WIDE},2026-11-20,1").encode(),
        2,
        [(3, "field_too_large")],
    ),
    "a quoted field of a megabyte": (
        between(f'b,A1,P1,"{WIDE}",2026-11-20,1').encode(),
        2,
        [(3, "field_too_large")],
    ),
    "CR CR LF": (csv(good(1), good(2)).replace("\n", "\r\r\n").encode(), 2, []),
    "CR": (csv(good(1), good(2)).replace("\n", "\r").encode(), 2, []),
    "no line end": (csv(good(1)).rstrip().encode(), 1, []),
    "blank lines": (csv("", good(1), "", "", ",,,,,", good(2)).encode(), 2, []),
    "1e400": (between("b,A1,P1,x,2026-11-20,1e400").encode(), 2, [(3, "bad_number")]),
    "NaN": (between("b,A1,P1,x,2026-11-20,NaN").encode(), 2, [(3, "not_finite")]),
    "infinity": (between("b,A1,P1,x,2026-11-20,-inf").encode(), 2, [(3, "not_finite")]),
    "5,000 digits": (
        between(f"b,A1,P1,x,2026-11-20,{'9' * 5_000}").encode(),
        2,
        [(3, "out_of_range")],
    ),
    "a million million": (
        between("b,A1,P1,x,2026-11-20,1000000000000").encode(),
        2,
        [(3, "out_of_range")],
    ),
    "other digits": (between("b,A1,P1,x,2026-11-20,١٢").encode(), 2, [(3, "bad_number")]),
    "year 10000": (between("b,A1,P1,x,10000-01-01T00:00:00Z,1").encode(), 2, [(3, "bad_moment")]),
    "a moment without end": (between("b,A1,P1,x,infinity,1").encode(), 2, [(3, "bad_moment")]),
    "before Christ": (between("b,A1,P1,x,0044-03-15 BC,1").encode(), 2, [(3, "bad_moment")]),
    "the edge of time": (
        between("b,A1,P1,x,9999-12-31T23:59:59-12:00,1").encode(),
        2,
        [(3, "out_of_range")],
    ),
    "the future": (
        between("b,A1,P1,x,2026-11-22T12:10:01Z,1").encode(),
        2,
        [(3, "future_timestamp")],
    ),
    "late by 400 days": (between("b,A1,P1,x,2025-10-19,1").encode(), 3, []),
    "too late": (between("b,A1,P1,x,2025-10-17,1").encode(), 2, [(3, "too_old")]),
    "another body": (
        between("g1,A1,P1,y,2026-11-20T09:00:00Z,1").encode(),
        2,
        [(3, "id_conflict")],
    ),
    "an unknown account": (between("b,A9,,x,2026-11-20,1").encode(), 2, [(3, "unknown_account")]),
    "a formula": (between("b,A1,P1,=cmd|' /C calc'!A0,2026-11-20,1").encode(), 3, []),
    "one in a thousand": (
        csv(*map(good, range(500)), "b,A1,P1,x,never,1", *map(good, range(500, 999))).encode(),
        999,
        [(502, "bad_moment")],
    ),
}


def line(**over: Any) -> str:
    """A good object, or one that is a little off."""
    row = dict(zip(NAMES, ["n1", "A1", "P1", "x", "2026-11-20T09:00:00Z", 1], strict=True)) | over
    return json.dumps(row)


def raw(name: str, value: str) -> str:
    """A line with a value as it stands."""
    return line(**{name: "?"}).replace('"?"', value)


def among(bad: str, *, encoding: str = "utf-8") -> bytes:
    lines = [line(event_id="g1"), bad, line(event_id="g2")]
    return ("\n".join(lines) + "\n").encode(encoding, "surrogatepass")


# name -> line 2 of three, and why it is refused; None: it goes in
LINES: dict[str, tuple[str, str | None]] = {
    "a number for a text": (line(feature_key=7), None),
    "null": (line(feature_key=None), None),
    "nothing but a moment": ('{"occurred_at": "2026-11-20", "account_external_id": "A1"}', None),
    "no JSON": ("{'a': 1}", "bad_json"),
    "half an object": (line()[:-5], "bad_json"),
    "two objects": (line() + line(), "bad_json"),
    "a list": ("[1]", "bad_json"),
    "a text": ('"x"', "bad_json"),
    "an empty object": ("{}", "missing_value"),
    "NaN": (raw("count", "NaN"), "bad_json"),
    "infinity": (raw("count", "-Infinity"), "bad_json"),
    "1e400": (raw("count", "1e400"), "bad_json"),
    "5,000 digits": (raw("count", "9" * 5_000), "bad_json"),
    "4,000 digits": (raw("count", "9" * 4_000), "out_of_range"),
    "half a use": (line(count=0.5), "bad_number"),
    "a truth value": (line(count=True), "bad_number"),
    "a name twice": (line()[:-1] + ', "count": 2}', "bad_json"),
    "100,000 lists": ("[" * 100_000, "bad_json"),
    "a deep object": (raw("feature_key", "[" * 9 + "]" * 9), "too_deep"),
    "a list of numbers": (raw("feature_key", "[1]"), "bad_json"),
    "an object inside": (raw("feature_key", '{"a": 1}'), "bad_json"),
    "an unknown name": (line(colour="red"), "extra_cells"),
    "NUL": (raw("feature_key", '"\\u0000"'), "nul_character"),
    "a lone surrogate": (raw("feature_key", '"\\ud800"'), "bad_unicode"),
    "a lone surrogate as bytes": (raw("feature_key", '"\udfff"'), "bad_encoding"),
    "a field of 100,000": (line(feature_key="x" * 100_000), "field_too_large"),
    "a field of a megabyte": (line(feature_key=WIDE), "field_too_large"),
    "a text too long": (line(feature_key="x" * 201), "too_long"),
    "year 10000": (line(occurred_at="10000-01-01T00:00:00Z"), "bad_moment"),
    "the edge of time": (line(occurred_at="9999-12-31T23:59:59-12:00"), "out_of_range"),
    "the future": (line(occurred_at="2026-11-22T12:10:01Z"), "future_timestamp"),
    "another body": (line(event_id="g1", feature_key="y"), "id_conflict"),
    "an unknown account": (
        line(account_external_id="A9", person_external_id=None),
        "unknown_account",
    ),
}


def sent(folder: Path, data: bytes) -> tuple[tuple[int, ...], Expected]:
    """Counts, and line and code of each reject, read from the tables."""
    path = folder / "usage"
    path.write_bytes(data)
    report = import_file("usage", path)
    refused = [(at, code) for at, code in table(Reject, "line", "code", batch_id=report.batch)]
    return counts(report), refused


@pytest.fixture
def folder(acme: Sender) -> Path:
    return acme.folder


def test_the_whole_table_as_csv(folder: Path) -> None:
    wrong = {}
    for name, (data, accepted, refused) in FILES.items():
        UsageEvent.objects.all().delete()
        expected = ((accepted + len(refused), accepted, 0, len(refused)), refused)
        if (found := sent(folder, data)) != expected:
            wrong[name] = (found, expected)
    assert wrong == {}


def test_the_whole_table_as_ndjson(folder: Path) -> None:
    wrong = {}
    for name, (bad, code) in LINES.items():
        UsageEvent.objects.all().delete()
        refused = [(2, code)] if code else []
        expected = ((3, 3 - len(refused), 0, len(refused)), refused)
        if (found := sent(folder, among(bad))) != expected:
            wrong[name] = (found, expected)
    assert wrong == {}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_ndjson_in_other_encodings(folder: Path, encoding: str) -> None:
    data = "\n\n".join([line(event_id="é"), line(event_id="b")]).encode(encoding)
    assert sent(folder, data) == ((2, 2, 0, 0), [])


def test_the_same_rows_are_the_same_in_either_form(folder: Path) -> None:
    assert sent(folder, between(good(3)).encode())[0] == (3, 3, 0, 0)
    objects = [dict(zip(NAMES, good(i).split(","), strict=True)) for i in (1, 2, 3)]
    data = "\n".join(map(json.dumps, objects)).encode()
    assert sent(folder, data)[0] == (3, 0, 3, 0)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b'{"event": 1}', "usage has no column event"),
        (b"{\n{\n", "none of the first lines is a JSON object"),
        (b"", "The file is empty"),
        (b"\0\0", "NUL characters"),
        (HEADER.encode() + b",colour", "usage has no column colour"),
        ((HEADER + "," + NAMES[0]).encode(), "is there twice"),
        (b"event_id\n", "the column occurred_at is missing"),
    ],
)  # fmt: skip
def test_what_is_no_such_file_is_refused_as_a_whole(
    folder: Path, data: bytes, message: str
) -> None:
    with pytest.raises(FileError, match=message):
        sent(folder, data)
    assert not UsageEvent.objects.exists()


def test_a_mapping_reads_their_names_in_ndjson(acme: Sender) -> None:
    (acme.folder / "map.toml").write_text(
        'ignore = ["extra"]\n[columns]\noccurred_at = {from = "when"}\n'
        'account_external_id = {from = "company"}\n',
        encoding="utf-8",
    )
    path = acme.folder / "usage.ndjson"
    rows = [{"when": "2026-11-20", "company": "A1"}, {"when": "2026-11-19", "extra": 1}]
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    report = import_file("usage", path, mapping=acme.folder / "map.toml")
    assert (counts(report), [refusal.code for refusal in report.sample]) == (
        (2, 1, 0, 1),
        ["missing_value"],
    )


STARTS = st.sampled_from([b"", HEADER.encode() + b"\n", line().encode() + b"\n", b"{", b"\xff\xfe"])
PIECES = st.sampled_from(
    [b"\n", b"\r", b'"', b",", b"\0", b"{", b"}", b":", b"\xff", b"'", b"=", good(1).encode(),
     line().encode(), b'"occurred_at"', b"2026-11-20", b"\xed\xa0\x80"]
)  # fmt: skip
BYTES = st.tuples(STARTS, st.lists(PIECES | st.binary(max_size=6), max_size=12).map(b"".join)).map(
    b"".join
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(BYTES)
@example(HEADER.encode() + b'\n"' + b"\n" * 50)
@example(b"\xff\xfe{\x00")
def test_arbitrary_bytes_are_refused_or_counted(folder: Path, data: bytes) -> None:
    try:
        (received, accepted, duplicate, quarantined), refused = sent(folder, data)
    except FileError:
        return
    assert received == accepted + duplicate + quarantined
    assert len(refused) == quarantined
