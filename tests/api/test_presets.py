"""What the presets make of deliveries that follow one another, each signed as its sender does."""

from __future__ import annotations

import json
from typing import Any

import pytest

from metrics.models import Hook, Survey, Ticket, TrainingRecord
from metrics.sources.presets import BY_KEY
from tests.api.delivering import SECRET, STAMP, WHSEC, deliver, make_hook, signed
from tests.ingest.sending import Sender, at, table

pytestmark = pytest.mark.django_db
ANN = "ann@acme.example"


def hook_of(key: str) -> Hook:
    preset = BY_KEY[key]
    return make_hook(
        secret=WHSEC if preset.scheme == "standard" else SECRET,
        source=preset.source,
        mapping=preset.mapping,
        scheme=preset.scheme,
        signature_header=preset.signature_header,
        timestamp_header=preset.timestamp_header,
        delivery_header=preset.delivery_header,
    )


def deliver_all(key: str, *bodies: Any) -> list[tuple[int, int, int]]:
    """Accepted, duplicate and quarantined of each."""
    hook, found = hook_of(key), []
    own = {"x_signature": hook.signature_header, "x_stamp": hook.timestamp_header}
    for body in bodies:
        data = json.dumps(body).encode()
        proof = signed(STAMP, data)[hook.scheme]
        headers = {
            own.get(name, name).lower().replace("-", "_"): said for name, said in proof.items()
        }
        answer = deliver(hook, data, **headers)
        assert answer.status_code == 200
        said = json.loads(answer.content)
        found.append((said["accepted"], said["duplicate"], said["quarantined"]))
    return found


def sample(key: str) -> Any:
    return json.loads(BY_KEY[key].sample.replace("kim@acme.example", ANN))


def test_the_sample_of_every_preset_is_taken_in_as_its_sender_signs_it(acme: Sender) -> None:
    acme("accounts", "A-3,Crate")
    acme("people", "P-17,A1", "P-18,A1,lee@acme.example")
    taken = {key: deliver_all(key, sample(key)) for key in BY_KEY}
    assert taken == {key: [(2 if key == "own" else 1, 0, 0)] for key in BY_KEY}


def test_a_conversation_that_is_opened_again_is_closed_once_more(acme: Sender) -> None:
    again, admin = sample("intercom"), sample("intercom")
    again["data"]["item"]["statistics"] |= {"last_close_at": 1795177800, "count_reopens": 1}
    admin["data"]["item"]["source"]["author"]["type"] = "admin"
    ping = {"type": "notification_event", "topic": "ping", "data": {"item": {"type": "ping"}}}
    bare = sample("intercom")
    bare["data"]["item"] |= {"id": "148", "statistics": None}
    bodies = [ping, sample("intercom"), again, sample("intercom"), admin, bare]
    assert deliver_all("intercom", *bodies) == [
        (0, 0, 0), (1, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 0), (1, 0, 0),
    ]  # fmt: skip
    newest = table(Ticket, "external_id", "solved_at", "reopens", "channel", is_latest=True)
    assert newest == [
        ("147", at("2026-11-20T12:30:00"), 1, "chat"),
        ("148", at("2026-11-20T11:30:00"), 0, "chat"),
    ]


def test_words_come_after_the_points_and_what_a_survey_tool_leaves_out_is_left_out(
    acme: Sender,
) -> None:
    points, declined = sample("wootric"), sample("wootric")
    points["response"] |= {"text": None, "external_id": None}
    words = {**points, "event_name": "updated", "response": points["response"] | {"text": "Slow."}}
    declined["decline"] = declined.pop("response")
    left_out = [
        points | {"response": points["response"] | {"id": 2, "excluded_from_calculations": said}}
        for said in (True, "true")
    ]
    csat = points | {"survey_mode": "CSAT"}
    found = deliver_all("wootric", points, words, declined, *left_out, csat)
    assert found == [(1, 0, 0), (1, 0, 0), *[(0, 0, 0)] * 4]
    answers = table(
        Survey, "external_id", "person__external_id", "score", "comment", is_latest=True
    )
    assert answers == [("1128", "P1", 9, "Slow.")]


def test_other_events_of_delighted_are_left_out(acme: Sender) -> None:
    again = sample("delighted") | {"event_type": "survey_response.updated"}
    smile = sample("delighted")
    smile["event_data"] |= {"survey_type": "smileys", "score": 4}
    gone = {"event_type": "unsubscribe.created", "event_data": {"id": "1"}}
    found = deliver_all("delighted", sample("delighted"), again, smile, gone)
    assert found == [(1, 0, 0), (0, 1, 0), (0, 0, 0), (0, 0, 0)]
    assert table(Survey, "external_id", "answered_at") == [("5435", at("2026-11-20T09:00:00"))]


def test_a_course_is_begun_and_completed(acme: Sender) -> None:
    course = sample("thinkific")
    begun = [course | {"action": action} for action in ("created", "progress", "progress")]
    bought = course | {"resource": "order", "action": "created"}
    found = deliver_all("thinkific", *begun, course, bought)
    assert found == [(1, 0, 0), (1, 0, 0), (0, 1, 0), (1, 0, 0), (0, 0, 0)]
    done, enrolled = sample("skilljar"), sample("skilljar") | {"event_type": "COURSE_ENROLLMENT"}
    lesson = done | {"event_type": "LESSON_COMPLETION"}
    assert deliver_all("skilljar", enrolled, lesson, done) == [(1, 0, 0), (0, 0, 0), (1, 0, 0)]
    columns = ("external_id", "person__external_id", "status", "completed_at")
    assert table(TrainingRecord, *columns, is_latest=True) == [
        ("3", "P1", "completed", at("2026-11-20T09:00:00")),
        (
            "3456789hijklmno-abcdefg12345",
            "P1",
            "completed",
            at("2026-11-20T09:00:00.066475"),
        ),
    ]
