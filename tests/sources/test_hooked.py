"""Bodies of webhooks: the presets to the letter, and what is wrong with a mapping."""

from __future__ import annotations

import datetime as dt
import json
import re
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from metrics.sources import hooked
from metrics.sources.base import FileError, Rules
from metrics.sources.catalogue import BY_NAME
from metrics.sources.hooked import MAX_ROWS, TooManyRows, read_hook_mapping
from metrics.sources.presets import BY_KEY, PRESETS
from metrics.sources.records import UNREAD

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
RULES = Rules(zone=dt.UTC, now=NOW, oldest=NOW - dt.timedelta(days=400))
GOLDEN: dict[str, list[dict[str, str]]] = {
    "zendesk": [
        {
            "external_id": "35436",
            "account_external_id": "A-3",
            "opened_at": "2026-11-20T09:00:00Z",
            "solved_at": "2026-11-20T11:30:00Z",
            "channel": "Mail",
            "person_email": "kim@acme.example",
        }
    ],
    "intercom": [
        {
            "external_id": "147",
            "opened_at": "2026-11-20T09:00:00+00:00",
            "first_answer_at": "2026-11-20T09:10:00+00:00",
            "solved_at": "2026-11-20T11:30:00+00:00",
            "reopens": "0",
            "channel": "chat",
            "person_email": "kim@acme.example",
        }
    ],
    "delighted": [
        {
            "external_id": "5435",
            "kind": "nps",
            "answered_at": "2026-11-20T09:00:00+00:00",
            "score": "9",
            "comment": "Fast and clear.",
            "person_email": "kim@acme.example",
        }
    ],
    "wootric": [
        {
            "external_id": "1128",
            "person_external_id": "P-17",
            "kind": "nps",
            "answered_at": "2026-11-20T09:00:00.558-07:00",
            "score": "9",
            "comment": "Fast and clear.",
            "person_email": "kim@acme.example",
        }
    ],
    "thinkific": [
        {
            "external_id": "3",
            "course": "First steps",
            "status": "completed",
            "completed_at": "2026-11-20T09:00:00.000Z",
            "person_email": "kim@acme.example",
        }
    ],
    "skilljar": [
        {
            "external_id": "3456789hijklmno-abcdefg12345",
            "course": "First steps",
            "status": "completed",
            "completed_at": "2026-11-20T09:00:00.066475+00:00",
            "person_email": "kim@acme.example",
        }
    ],
    "typeform": [
        {
            "external_id": "a3a12ec67a1365927098a606107fac15",
            "person_external_id": "P-17",
            "kind": "nps",
            "sent_at": "2026-11-20T09:00:00Z",
            "answered_at": "2026-11-20T09:02:00Z",
            "score": "9",
            "comment": "Fast and clear.",
        }
    ],
    "own": [
        {
            "external_id": "T-1",
            "course": "First steps",
            "status": "completed",
            "completed_at": "2026-11-20T09:00:00Z",
            "score": "85",
            "person_email": "kim@acme.example",
        },
        {
            "external_id": "T-2",
            "course": "First steps",
            "status": "in_progress",
            "person_email": "lee@acme.example",
        },
    ],
}


def shape(key: str, body: Any) -> Any:
    preset = BY_KEY[key]
    return read_hook_mapping(preset.mapping, source=BY_NAME[preset.source]).shape(body, rules=RULES)


def test_every_preset_makes_of_its_sample_what_stands_here() -> None:
    made = {
        key: [row.raw() for row in shape(key, json.loads(preset.sample)).rows]
        for key, preset in BY_KEY.items()
    }
    assert made == GOLDEN


def test_the_page_tells_of_every_preset_what_its_form_does() -> None:
    page = (Path(__file__).parents[2] / "docs" / "http.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([^|]+) \| (tickets|surveys|training) \| (.+) \|$", page, re.MULTILINE)
    assert rows == [(preset.title, preset.source, preset.about) for preset in PRESETS]


def test_an_open_ticket_is_not_solved() -> None:
    body = json.loads(BY_KEY["zendesk"].sample) | {"status": "Open"}
    (row,) = shape("zendesk", body).rows
    assert "solved_at" not in row.raw()
    assert row.raw()["severity"] == "High"  # as it came: one that is changed later would conflict


def test_other_events_are_left_out() -> None:
    found = shape("typeform", {"event_type": "form_response_partial"})
    assert (found.rows, found.refused, found.skipped) == ([], [], 1)


def test_rows_that_are_no_list_and_words_without_translation_are_refused() -> None:
    assert [one.code for one in shape("own", {"records": 7}).refused] == ["bad_json"]
    (refusal,) = shape("own", {"records": [{"state": "lost"}]}).refused
    assert (refusal.line, refusal.code, refusal.column) == (1, "unmapped_value", "status")


def test_a_refused_row_is_kept_itself_and_not_all_that_came_with_it() -> None:
    body = {"records": [{"id": {"a": 1}}, {"id": ["b", {}]}]}
    kept = [(one.line, one.raw) for one in shape("own", body).refused]
    assert kept == [(1, {UNREAD: '{"id": {"a": 1}}'}), (2, {UNREAD: '{"id": ["b", {}]}'})]


def test_more_rows_than_are_taken_are_not_read_at_all() -> None:
    assert len(shape("own", {"records": [1] * MAX_ROWS}).refused) == MAX_ROWS
    with pytest.raises(TooManyRows, match=r"1,001 rows, at most 1,000 come in one delivery"):
        shape("own", {"records": [1] * (MAX_ROWS + 1)})


def test_what_a_path_doubles_again_and_again_is_told_without_being_written_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hooked, "MAX_COPIES", 1 << 18)  # less is allowed, and is enough to tell
    doubled = "|".join(["[@, @]"] * 18)
    mapping = read_hook_mapping(f"{TICKET}topic = {doubled}", source=BY_NAME["tickets"])
    tracemalloc.start()
    (refusal,) = mapping.shape({"id": "1", "at": "2"}, rules=RULES).refused
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (
        refusal.message
        == "[" * 18
        + '{"id": "1", "at": "2"}, {"id": "1", "at": "'[:42]
        + " is neither a text nor a number"
    )
    assert most < 500_000


TICKET = "external_id = id\nopened_at = at\n"
MISTAKES = {
    "": "external_id, opened_at",
    "external_id": "Line 1: write column = path",
    "external_id =": "Line 1: write column = path",
    f"{TICKET}\n# x\nid = id": "Line 5: tickets has no column id; it has external_id",
    f"{TICKET}opened_at = x": "Line 3: opened_at is there twice",
    f"{TICKET}topic = a..b": "Line 3: a..b is no path",
    f"{TICKET}topic = {'[' * 400}": "Line 3: ",
    f"{TICKET}topic = {'a' * 501}": "Line 3: a path of more than 500 characters",
    f"{TICKET}topic = {{ from = 7 }}": "Line 3: columns.topic.from must be a text",
    f"{TICKET}topic = {{ from = ": "Line 3: no table",
    f"{TICKET}topic = {{ lookup = 'x', key = 'a', take = 'b' }}": "Line 3: columns.topic: there",
    f"{TICKET}timezone = Mars": "Line 3: timezone: 'Mars' is not a known time zone",
    f"{TICKET}rows = ]": "Line 3: ] is no path",
    f"{TICKET}only = nothing(": "Line 3: nothing( is no path",
    f"{TICKET}topic = &id": "Line 3: & stands only in map, max_by, min_by, sort_by",
    f"{TICKET}topic = to_array(&id)": "Line 3: & stands only in",
    f"{TICKET}rows = {'|'.join(['[@, @][]'] * 10)}": "Line 3: [@, @][]",
    f"{TICKET}csat = {{ from = 'a', times = inf }}": "Line 3: columns.csat: a number beyond",
    f"{TICKET}csat = {{ from = 'a', times = {'9' * 5_000} }}": "Line 3: no table",
    f"{TICKET}csat = {{ value = 0x{'f' * 4_000} }}": "Line 3: columns.csat: a number beyond",
    f"{TICKET}topic = {{ from = 'a', map = {{ b = [1] }} }}": "Line 3: columns.topic: a list or",
}


@pytest.mark.parametrize("text", MISTAKES)
def test_a_mistake_names_its_line_and_reason(text: str) -> None:
    with pytest.raises(FileError, match=f"^{re.escape(MISTAKES[text])}"):
        read_hook_mapping(text, source=BY_NAME["tickets"])


def test_functions_that_take_an_expression_may_have_one() -> None:
    text = f"{TICKET}topic = max_by(tags, &n).name"
    body = {
        "id": "1",
        "at": "2026-11-20T09:00:00Z",
        "tags": [{"n": 1, "name": "a"}, {"n": 2, "name": "b"}],
    }
    (row,) = read_hook_mapping(text, source=BY_NAME["tickets"]).shape(body, rules=RULES).rows
    assert row.raw()["topic"] == "b"


def test_functions_that_do_not_fit_and_zones_of_the_mapping() -> None:
    text = "external_id = id\nopened_at = at\ntopic = join(',', tags)\ntimezone = Europe/Paris"
    mapping = read_hook_mapping(text, source=BY_NAME["tickets"])
    body = {"id": "1", "at": "2026-11-20T09:00:00", "tags": ["a", "b"]}
    (row,) = mapping.shape(body, rules=RULES).rows
    assert row.raw()["opened_at"] == "2026-11-20T08:00:00+00:00"
    (refusal,) = mapping.shape(body | {"tags": [1]}, rules=RULES).refused
    assert (refusal.code, refusal.column) == ("bad_json", "join(',', tags)")
