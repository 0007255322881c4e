"""The whole table of bad input over HTTP: 4xx for the request, or a reject for the call; never a
500, and the counts always add up.
"""

from __future__ import annotations

import gzip
import json
import zlib
from typing import Any

import pytest
from django.db import DataError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metrics.api.body import MAX_BODY
from metrics.api.doors import MAX_CALLS
from metrics.models import Batch, UsageEvent
from metrics.sources.segment import MAX_EVENT
from tests.api.calling import AT, Caller, track

pytestmark = pytest.mark.django_db


def raw(inside: str) -> bytes:
    """A track call with something in its properties."""
    return f'{{"userId":"P1","event":"x","timestamp":"{AT}","properties":{{{inside}}}}}'.encode()


def deep(levels: int) -> Any:
    """A list in a list in a list."""
    found: Any = 1
    for _ in range(levels):
        found = [found]
    return found


# body -> status of the answer
UNREADABLE: dict[str, tuple[bytes, int]] = {
    "empty": (b"", 411),
    "no JSON": (b"track", 400),
    "half of it": (b'{"userId": "P1"', 400),
    "two values": (b"{} {}", 400),
    "a list": (b"[]", 400),
    "a number": (b"7", 400),
    "null": (b"null", 400),
    "NaN": (raw('"a": NaN'), 400),
    "infinity": (raw('"a": -Infinity'), 400),
    "1e400": (raw('"a": 1e400'), 400),
    "an integer of 5,000 digits": (raw('"a": ' + "9" * 5_000), 400),
    "a name twice": (b'{"userId":"P1","userId":"P2","event":"x"}', 400),
    "a name twice deep inside": (raw('"a": {"b": 1, "b": 1}'), 400),
    "100,000 lists": (b"[" * 100_000, 413),
    "100,000 lists in a batch": (b'{"batch":' + b"[" * 100_000, 400),
    "no UTF-8": (raw('"a": "').replace(b'"}', b'\xff\xfe"}'), 400),
    "cp1252": (raw('"a": "caf"').replace(b"caf", b"caf\xe9"), 400),
    "UTF-16": (json.dumps(track()).encode("utf-16"), 400),
    "a byte-order mark": (b"\xef\xbb\xbf" + raw(""), 400),
    "a NUL byte": (raw('"a": "\0"'), 400),
    "a call too large": (raw(f'"a": "{"x" * MAX_EVENT}"'), 413),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_is_refused_as_a_whole(call: Caller, name: str) -> None:
    body, status = UNREADABLE[name]
    answer = call.post("batch" if "batch" in name else "track", body)
    assert answer.status_code == status
    assert json.loads(answer.content)["success"] is False
    assert not UsageEvent.objects.exists()


LONG = "x" * 240 + "@acme.example"
# what of a good call is different -> the code of the reject
REFUSED: dict[str, tuple[Any, str]] = {
    "no object": (7, "bad_call"),
    "a list": ([], "bad_call"),
    "no type": (track(type=None), "bad_call"),
    "an unknown type": (track(type="purchase"), "bad_call"),
    "no person": (track(userId=None), "missing_value"),
    "an empty person": (track(userId=""), "missing_value"),
    "a person that is an object": (track(userId={}), "bad_call"),
    "no event": (track(event=None), "missing_value"),
    "an event that is a list": (track(event=[]), "bad_call"),
    "an event too long": (track(event="x" * 201), "too_long"),
    "an id too long": (track(messageId="x" * 201), "too_long"),
    "properties that are a text": (track(properties="x"), "bad_call"),
    "a context that is a list": (track(context=[1]), "bad_call"),
    "too many properties": (
        track(properties=dict.fromkeys(map(str, range(65)))),
        "too_many_properties",
    ),
    "a text too long": (track(properties={"a": "x" * 10_001}), "too_long"),
    "too deep": (track(properties={"a": deep(7)}), "too_deep"),
    "far too deep": (track(properties={"a": deep(300)}), "too_deep"),
    "too large": (track(properties={str(i): "x" * 9_000 for i in range(4)}), "call_too_large"),
    "NUL in an id": (track(userId="P\0"), "nul_character"),
    "NUL in an event": (track(event="\0"), "nul_character"),
    "half of a surrogate pair": (track(event="\ud800"), "bad_unicode"),
    "half of a pair in an id": (track(messageId="\udfff"), "bad_unicode"),
    "no time zone": (track(timestamp="2026-11-20T09:00:00"), "timezone_missing"),
    "no moment": (track(timestamp="yesterday"), "bad_moment"),
    "a moment that is a list": (track(timestamp=[1]), "bad_moment"),
    "year 10000": (track(timestamp="10000-01-01T00:00:00Z"), "bad_moment"),
    "infinity": (track(timestamp="infinity"), "bad_moment"),
    "before Christ": (track(timestamp="0044-03-15 BC"), "bad_moment"),
    "the edge of time": (track(timestamp="9999-12-31T23:59:59-12:00"), "out_of_range"),
    "the other edge": (track(timestamp="0001-01-01T00:00:00+12:00"), "out_of_range"),
    "a number beyond time": (track(timestamp=1e300), "out_of_range"),
    "an integer beyond floats": (track(timestamp=10**400), "out_of_range"),
    "the first second": (track(timestamp=-62135596800, sentAt=253402300799000), "out_of_range"),
    "the last second": (track(timestamp=253402300799000, sentAt=-62135596800), "out_of_range"),
    "a birthday beyond floats": (
        {"type": "identify", "userId": "P1", "traits": {"createdAt": 10**400}},
        "out_of_range",
    ),
    "the future": (
        track(originalTimestamp="2026-11-22T13:00:00Z", sentAt="2026-11-22T12:00:00Z"),
        "future_timestamp",
    ),
    "too old": (track(timestamp="2020-01-01T00:00:00Z"), "too_old"),
    "somebody inactive": (track(context={"active": False}), "not_active"),
    "an unknown account": (
        track(userId=None, anonymousId="v", properties={"groupId": "A9"}),
        "unknown_account",
    ),
    "an unknown person": (track(userId="P9"), "unknown_person"),
    "no address": ({"type": "identify", "userId": "P1", "traits": {"email": "x"}}, "bad_email"),
    "a visitor's long address": (
        track(userId=None, anonymousId="v", context={"traits": {"email": LONG}}),
        "too_long",
    ),
    "an unknown long domain": (
        {"type": "identify", "userId": "P9", "traits": {"email": f"x@{'d' * 200}.example"}},
        "too_long",
    ),
    "an address too long for an id": (
        {"type": "identify", "anonymousId": "v", "traits": {"email": LONG}},
        "too_long",
    ),
    "an address longer in lower case": (
        {"type": "identify", "anonymousId": "v", "traits": {"email": "İ" * 150 + "@acme.example"}},
        "too_long",
    ),
    "a bad birthday": (
        {"type": "identify", "userId": "P1", "traits": {"createdAt": "x"}},
        "bad_moment",
    ),
    "a moment without a zone": (
        {"type": "identify", "userId": "P1", "traits": {"createdAt": "2026-01-01"}},
        "timezone_missing",
    ),
    "an identify of nobody": ({"type": "identify", "traits": {"name": "x"}}, "missing_value"),
    "another account": (
        {"type": "identify", "userId": "P1", "context": {"groupId": "A2"}},
        "id_conflict",
    ),
    "a group without id": ({"type": "group", "userId": "P1"}, "missing_value"),
    "a group without name": (
        {"type": "group", "groupId": "A9", "traits": {"plan": "x"}},
        "missing_value",
    ),
    "a bad domain": ({"type": "group", "groupId": "A1", "traits": {"domain": "x y"}}, "bad_domain"),
    "seats that are text": (
        {"type": "group", "groupId": "A1", "traits": {"seats": "many"}},
        "bad_number",
    ),
    "too many seats": (
        {"type": "group", "groupId": "A1", "traits": {"seats": 10**300}},
        "out_of_range",
    ),
}


def test_one_bad_call_among_good_ones_is_refused_alone(call: Caller) -> None:
    """All at once: each stands between two good calls."""
    calls, expected = [], []
    for bad, code in REFUSED.values():
        calls += [track(), bad]
        expected.append((len(calls), code))
    calls.append(track())
    found = call.codes(*calls)
    names = list(REFUSED)
    wrong = {
        names[want[0] // 2 - 1]: (want, got)
        for want, got in zip(expected, found, strict=False)
        if want != got
    }
    assert (wrong, len(found)) == ({}, len(expected))
    assert UsageEvent.objects.count() == len(REFUSED) + 1


@pytest.mark.parametrize("sent", [10**400, -(10**400), 253402300799000, -62135596800])
def test_a_moment_of_sending_beyond_time_is_not_believed(call: Caller, sent: int) -> None:
    assert call.batch(track(), track(sentAt=sent), sentAt=sent)["accepted"] == 2


def test_what_the_database_does_not_take_is_refused_without_its_text(
    call: Caller, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*args: object, **over: object) -> None:
        raise DataError("value too long: secret@acme.example")

    monkeypatch.setattr("metrics.api.doors.take_in", fail)
    answer = call.post("track", track())
    assert (answer.status_code, answer.json()["success"]) == (400, False)
    assert "secret" not in answer.content.decode() + caplog.text


def test_one_bad_call_in_a_thousand(call: Caller) -> None:
    calls = [track() for _ in range(MAX_CALLS - 1)]
    calls.insert(400, track(timestamp="never"))
    assert call.codes(*calls) == [(401, "bad_moment")]
    assert UsageEvent.objects.count() == 999


def test_a_batch_is_a_list_of_a_thousand_calls_at_most(call: Caller) -> None:
    for body in ({}, {"batch": None}, {"batch": {}}, {"batch": "x"}):
        assert call.post("batch", body).status_code == 400
    assert call.post("batch", {"batch": [1] * (MAX_CALLS + 1)}).status_code == 413
    assert call.batch() == {"received": 0, "accepted": 0, "duplicate": 0, "quarantined": 0}
    assert not Batch.objects.filter(write_key__isnull=False).exists()


def test_the_length_is_said_and_kept(call: Caller) -> None:
    body = json.dumps(track()).encode()
    answers = {
        "long": call.post("track", b" " * (MAX_BODY + 1)).status_code,
        "said to be long": call.post("track", body, CONTENT_LENGTH=str(MAX_BODY + 1)).status_code,
        "absurd": call.post("track", body, CONTENT_LENGTH="9" * 5_000).status_code,
        "no number": call.post("track", body, CONTENT_LENGTH="-1").status_code,
        "chunked": call.post("track", body, HTTP_TRANSFER_ENCODING="chunked").status_code,
        "none": call.post("track", body, CONTENT_LENGTH="").status_code,
    }
    assert answers == {
        "long": 413,
        "said to be long": 413,
        "absurd": 413,
        "no number": 400,
        "chunked": 411,
        "none": 411,
    }


def test_gzip_is_unpacked_and_a_bomb_is_not(call: Caller) -> None:
    body = json.dumps({"batch": [track()]}).encode()
    packed, bomb = gzip.compress(body), gzip.compress(b" " * (200 * MAX_BODY))
    assert len(bomb) < MAX_BODY
    cases = {
        "packed": (packed, "gzip", 200),
        "in capitals": (packed, "GZIP", 200),
        "a bomb": (bomb, "gzip", 413),
        "cut": (packed[:-9], "gzip", 400),
        "with something behind it": (packed + b"x", "gzip", 400),
        "not packed": (body, "gzip", 400),
        "packed otherwise": (zlib.compress(body), "gzip", 400),
        "nothing": (gzip.compress(b""), "gzip", 400),
        "another encoding": (packed, "br", 415),
        "two": (gzip.compress(packed), "gzip, gzip", 415),
    }
    found = {
        name: call.post("batch", data, HTTP_CONTENT_ENCODING=encoding).status_code
        for name, (data, encoding, _) in cases.items()
    }
    assert found == {name: status for name, (_, _, status) in cases.items()}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=400) | st.text(max_size=100).map(str.encode))
def test_arbitrary_bytes_are_never_an_error_of_ours(call: Caller, body: bytes) -> None:
    for name in ("batch", "track"):
        assert call.post(name, body).status_code in (200, 400, 411)
    assert call.post("batch", body, HTTP_CONTENT_ENCODING="gzip").status_code in (400, 411)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from(["P1", "A1", AT, "\0", "\ud800", "1e999"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
NAMES = st.sampled_from(
    ["type", "userId", "anonymousId", "groupId", "previousId", "messageId", "event", "name",
     "timestamp", "originalTimestamp", "sentAt", "properties", "traits", "context"]
)  # fmt: skip
TYPES = st.sampled_from(["track", "page", "screen", "identify", "group", "alias", "x"])


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(TYPES, st.dictionaries(NAMES, VALUES, max_size=8)).map(
            lambda pair: {"type": pair[0], **pair[1]}
        )
        | VALUES,
        max_size=4,
    )
)
def test_arbitrary_calls_are_counted_one_by_one(call: Caller, calls: list[Any]) -> None:
    call.codes(*calls)  # holds the law of counts against the tables
