"""Case 41: any bytes at all, for as long as one likes, through each door.

    BYTES_MINUTES=10 python3 run.py test -n0 -m faults tests/faults/test_bytes.py

One minute without BYTES_MINUTES. Prints how many examples each door was given, and the seed with
which BYTES_SEED makes the very same ones again.
"""

from __future__ import annotations

import gzip
import json
import os
import secrets
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from pytest_django import Settings

from metrics.ingest import import_file
from metrics.models import Batch, Reject
from metrics.sources.base import FileError
from metrics.sources.catalogue import SOURCES
from tests.api.calling import Caller, make_key
from tests.api.test_bad_input import NAMES, TYPES, VALUES
from tests.faults.test_workers import LATER
from tests.ingest.sending import Sender, counts

pytestmark = [LATER, pytest.mark.django_db]
MINUTES = float(os.environ.get("BYTES_MINUTES", "1"))
SEED = int(os.environ.get("BYTES_SEED", secrets.randbelow(10**9)))
ROUND = 200  # examples; then the database is as it was
NOW = timezone.now()

CELLS = st.sampled_from(
    ["", " ", "A1", "A2", "A9", "P1", "P9", "ann@acme.example", "acme.example", "x", "é", "\0", "İ",
     "\ud800", "'", '"', '""', "=1+1", "1", "-1", "9", "1.5", "1e400", "NaN", "Infinity", "nps",
     "true", "completed", "a;x", "9" * 5_000, "x" * 201, "10000-01-01", "infinity", "0001-01-01",
     "9999-12-31T23:59:59-12:00", "2026-02-29", NOW.date().isoformat(), NOW.isoformat(),
     f"{NOW:%Y-%m-%d %H:%M}", f"{NOW:%Y}-01-01T24:00:00Z"]
) | st.text(max_size=6)  # fmt: skip
PIECES = st.binary(max_size=4) | st.sampled_from(
    [b"\n", b"\r", b"\r\r\n", b'"', b'"""', b",", b";", b"\t", b"\0", b"\xff\xfe", b"\xef\xbb\xbf",
     b"\xed\xa0\x80", b"\x1a", b"\x85", b"\xe2\x80\xa8", b"{", b"}", b"[", b"\\u0000", b"\\ud800",
     b"1e999", b"null", b"\x1f\x8b"]
)  # fmt: skip
EDITS = st.lists(
    st.tuples(st.floats(0, 1), st.sampled_from(["put", "over", "cut", "twice"]), PIECES), max_size=5
)
ENCODINGS = st.sampled_from(
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32", "cp1252", "latin-1", "shift-jis"]
)


def edited(data: bytes, edits: list[tuple[float, str, bytes]]) -> bytes:
    """`data` with bytes put in, written over, cut off or there twice at some places."""
    for place, what, piece in edits:
        at = int(place * len(data))
        end = at + (0 if what in ("put", "twice") else len(piece))
        again = data[at : at + 40] if what == "twice" else piece
        data = data[:at] + (b"" if what == "cut" else again) + data[end:]
    return data


def encoded(text: str, encoding: str) -> bytes:
    """`surrogatepass` where there is such a thing: other encodings have no half characters."""
    return text.encode(encoding, "surrogatepass" if encoding.startswith("utf") else "replace")


@st.composite
def tables(draw: st.DrawFn) -> tuple[str, bytes]:
    """A source, and something like a CSV file of it."""
    source = draw(st.sampled_from(SOURCES))
    columns = [*draw(st.permutations(source.header))][: draw(st.integers(1, len(source.header)))]
    columns = draw(st.sampled_from([list(source.header), columns]))
    sign = draw(st.sampled_from([",", ",", ";", "\t", "|"]))
    end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    size = st.integers(max(0, len(columns) - 1), len(columns) + 1)
    rows = draw(
        st.lists(size.flatmap(lambda n: st.lists(CELLS, min_size=n, max_size=n)), max_size=5)
    )
    text = end.join(sign.join(row) for row in [columns, *rows])
    return source.name, edited(encoded(text, draw(ENCODINGS)), draw(EDITS))


@st.composite
def lines(draw: st.DrawFn) -> tuple[str, bytes]:
    """A source, and something like NDJSON of it."""
    source = draw(st.sampled_from(SOURCES))
    objects = st.dictionaries(st.sampled_from(source.header), CELLS | VALUES, max_size=8)
    rows = draw(st.lists(objects | VALUES, max_size=5))
    text = "\n".join(json.dumps(row, ensure_ascii=draw(st.booleans())) for row in rows)
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]))
    return source.name, edited(encoded(text, encoding), draw(EDITS))


@st.composite
def bodies(draw: st.DrawFn) -> tuple[str, bytes, bool]:
    """A call, something like its body, and whether it is said to be packed."""
    inside = st.dictionaries(NAMES, CELLS | VALUES, max_size=8)
    calls = draw(
        st.lists(st.builds(lambda kind, of: {"type": kind, **of}, TYPES, inside), max_size=4)
    )
    name = draw(st.sampled_from(["batch", "batch", "batch", "track", "identify", "group", "alias"]))
    body: Any = {"batch": calls} if name == "batch" else (calls or [{}])[0]
    data = json.dumps(body, ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass")
    if draw(st.integers(0, 9)) == 0:
        return name, edited(gzip.compress(data), draw(EDITS)), True
    return name, edited(data, draw(EDITS)), False


def refused() -> int:
    return Reject.objects.count()


def by_file(folder: Path, source: str, data: bytes) -> None:
    """Nothing but FileError, and then nothing of it is stored."""
    path, before = folder / source, refused()
    path.write_bytes(data)
    try:
        report = import_file(source, path)
    except FileError:
        assert refused() == before
        return
    received, accepted, duplicate, quarantined = counts(report)
    assert received == accepted + duplicate + quarantined
    batch = Batch.objects.get(pk=report.batch)
    kept = batch.rejects.exclude(state=Reject.State.REPLAYED).count()
    assert (batch.received, batch.quarantined) == (received, kept)


def by_call(caller: Caller, name: str, data: bytes, *, is_packed: bool) -> None:
    """Never an error of ours; what is answered 200 adds up."""
    before = refused()
    packed = {"HTTP_CONTENT_ENCODING": "gzip"} if is_packed else {}
    answer = caller.post(name, data, **packed)
    assert answer.status_code in (200, 400, 411, 413)
    said = json.loads(answer.content)
    if answer.status_code == 200:
        assert said["received"] == said["accepted"] + said["duplicate"] + said["quarantined"]
        assert refused() - before == said["quarantined"]
    else:
        assert refused() == before


def for_long(cases: st.SearchStrategy[Any], check: Callable[..., None], *, seconds: float) -> int:
    """Round after round, each with a seed of its own, until the time is over; how many examples."""
    until, rounds, examples = time.monotonic() + seconds, 0, 0
    while time.monotonic() < until:

        @seed(SEED + rounds)
        @settings(
            max_examples=ROUND, database=None, deadline=None, suppress_health_check=[*HealthCheck]
        )
        @given(cases)
        def once(case: tuple[Any, ...]) -> None:
            nonlocal examples
            examples += 1
            check(*case)

        with transaction.atomic():
            once()
            transaction.set_rollback(True)
        rounds += 1
    return examples


@pytest.fixture
def acme(tmp_path: Path, settings: Settings) -> Path:
    """Two accounts with people; no limit to how fast a key may send."""
    settings.HTTP_REQUESTS_PER_MINUTE = settings.HTTP_CALLS_PER_SECOND = 10**9
    send = Sender(tmp_path)
    send("accounts", "A1,Acme,acme.example", "A2,Bolt")
    send("people", "P1,A1,ann@acme.example,Ann", "P3,A2,,Cy")
    return tmp_path


@pytest.mark.parametrize("door", ["csv", "ndjson", "http"])
def test_case_41_any_bytes_for_minutes_are_refused_or_counted(
    acme: Path, capsys: pytest.CaptureFixture[str], door: str
) -> None:
    caller = Caller(make_key()[1])

    def send_file(source: str, data: bytes) -> None:
        by_file(acme, source, data)

    def send_call(name: str, data: bytes, is_packed: bool) -> None:
        by_call(caller, name, data, is_packed=is_packed)

    given_to = {"csv": (tables(), send_file), "ndjson": (lines(), send_file)}
    cases, check = given_to.get(door, (bodies(), send_call))
    with capsys.disabled():  # before it begins: whatever it finds can be found again
        sys.stdout.write(f"\n{door}, BYTES_SEED={SEED}: ")
        sys.stdout.flush()
    examples = for_long(cases, check, seconds=MINUTES * 60 / 3)
    assert examples >= ROUND
    with capsys.disabled():
        sys.stdout.write(f"{examples:,} examples\n")
