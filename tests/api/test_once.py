"""Requests that come again with their Idempotency-Key, and who takes one for another."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.http import HttpResponse

from metrics import ingest, nightly
from metrics.api import doors
from metrics.ingest import push
from metrics.models import Batch, KeptReply, UsageEvent, WriteKey
from metrics.models.replies import KEPT_REPLIES
from tests.api.calling import Caller, make_key, track
from tests.api.test_parallel import Processes
from tests.at_once import at_once
from tests.ingest.sending import Sender

KEY = "7d0f2a60-order-17"


def send(call: Caller, *calls: Any, key: str = KEY, name: str = "batch") -> HttpResponse:
    body = {"batch": list(calls)} if name == "batch" else calls[0]
    return call.post(name, body, HTTP_IDEMPOTENCY_KEY=key)


def said(answer: HttpResponse) -> tuple[int, Any, str | None]:
    return answer.status_code, json.loads(answer.content), answer.get("Idempotent-Replayed")


def counts(accepted: int, *, duplicate: int = 0) -> dict[str, Any]:
    received = {"received": accepted + duplicate, "accepted": accepted}
    return {"success": True, **received, "duplicate": duplicate, "quarantined": 0}


def test_the_same_request_is_answered_as_before_and_stored_once(call: Caller) -> None:
    calls = [track(), track()]
    assert said(send(call, *calls)) == (200, counts(2), None)
    assert said(send(call, *calls)) == (200, counts(2), "true")
    assert said(send(call, *calls, key="another")) == (200, counts(0, duplicate=2), None)
    assert UsageEvent.objects.count() == 2
    assert sum(Batch.objects.filter(source="usage").values_list("received", flat=True)) == 4


def test_without_a_message_id_and_a_timestamp_the_key_alone_keeps_it_from_counting_twice(
    call: Caller,
) -> None:
    one = track(messageId=None, timestamp=None)
    first, second = (send(call, one, name="track") for _ in range(2))
    assert said(first) == (200, counts(1), None)
    assert said(second) == (200, counts(1), "true")
    assert UsageEvent.objects.count() == 1


@pytest.mark.parametrize("name", ["batch", "track"])
def test_one_key_for_two_requests_is_a_mistake_that_is_told(call: Caller, name: str) -> None:
    send(call, track(), name=name)
    status, body, _ = said(send(call, track(), name=name))
    assert (status, body["error"][:20]) == (422, "idempotency_mismatch")
    assert UsageEvent.objects.count() == 1


def test_the_same_body_to_another_address_is_another_request(call: Caller) -> None:
    one = track(name="Reports")
    assert send(call, one, name="page").status_code == 200
    assert send(call, one, name="screen").status_code == 422


def test_keys_of_two_senders_have_nothing_to_do_with_one_another(call: Caller) -> None:
    other = Caller(make_key("Mobile app")[1])
    assert said(send(call, track())) == (200, counts(1), None)
    assert said(send(other, track())) == (200, counts(1), None)


# a month of scores that another test left may be old by now, and none goes within a transaction
@pytest.mark.django_db(transaction=True)
def test_after_two_days_a_key_is_forgotten_and_its_row_goes_with_the_next_purge(
    call: Caller,
) -> None:
    one = track()
    send(call, one)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE metrics_keptreply SET kept_at = now() - interval '48 hours 1 second'"
        )
    assert said(send(call, one)) == (200, counts(0, duplicate=1), None)
    assert said(send(call, one)) == (200, counts(0, duplicate=1), "true")
    ends = KeptReply.objects.get().kept_at + KEPT_REPLIES
    assert nightly.purge(ends)["replies"] == 0
    assert nightly.purge(ends + dt.timedelta(seconds=1))["replies"] == 1


def test_what_was_refused_is_tried_anew(call: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    assert call.post("batch", b"{", HTTP_IDEMPOTENCY_KEY=KEY).status_code == 400
    with monkeypatch.context() as away:
        away.setattr(push, "fetch", _away)
        assert send(call, track()).status_code == 503
    assert KeptReply.objects.count() == 0
    assert said(send(call, track())) == (200, counts(1), None)


def _away(*_: Any) -> Any:
    raise OperationalError("the connection is lost")


@pytest.mark.parametrize("key", ["", "x" * 256, "Schlüssel", "a\tb", "a\x7f"])
def test_a_key_that_is_none_is_refused(call: Caller, key: str) -> None:
    status, body, _ = said(send(call, track(), key=key))
    assert (status, body["error"]) == (
        400,
        "Idempotency-Key is 1 to 255 printable characters of ASCII",
    )
    assert send(call, track(), key="x" * 255).status_code == 200
    assert UsageEvent.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_ten_at_once_store_it_once_and_those_that_come_too_early_are_told_so(
    acme: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doors, "turns", Processes())
    token = make_key()[1]
    calls = [track(messageId=None, event=f"e{i}") for i in range(200)]
    answers = [said(answer) for answer in at_once(*[lambda: send(Caller(token), *calls)] * 10)]
    early = [answer for answer in answers if answer[0] == 409]
    assert sum(answer == (200, counts(200), None) for answer in answers) == 1
    assert sum(answer == (200, counts(200), "true") for answer in answers) == 9 - len(early)
    assert UsageEvent.objects.count() == 200


@pytest.mark.django_db(transaction=True)
def test_who_comes_while_the_first_is_being_stored_is_told_when_to_come_again(
    acme: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doors, "turns", Processes())
    token = make_key()[1]
    one, seen = track(), list[HttpResponse]()
    grow = push._Request._grow

    def meanwhile(self: Any, *given: Any) -> None:
        seen.extend(at_once(lambda: send(Caller(token), one)))
        grow(self, *given)

    with monkeypatch.context() as slow:
        slow.setattr(push._Request, "_grow", meanwhile)
        assert send(Caller(token), one).status_code == 200
    (early,) = seen
    assert (early.status_code, int(early["Retry-After"]) in (1, 2)) == (409, True)
    assert said(send(Caller(token), one)) == (200, counts(1), "true")


@pytest.mark.django_db(transaction=True)
def test_what_was_undone_may_be_sent_again_with_its_key(acme: Sender) -> None:
    token = make_key()[1]
    one = track()
    send(Caller(token), one)
    other = Caller(make_key("Mobile app")[1])
    send(other, track())
    mine = WriteKey.objects.get(name="Web app")
    ingest.undo_batch(Batch.objects.get(source="usage", write_key=mine).pk)
    assert list(KeptReply.objects.values_list("write_key__name", flat=True)) == ["Mobile app"]
    assert said(send(Caller(token), one)) == (200, counts(1), None)


def test_nothing_more_is_asked_where_there_is_no_key(call: Caller) -> None:
    with connection.execute_wrapper(_no_replies):
        assert call.batch(track())["accepted"] == 1


def _no_replies(execute: Any, sql: str, *rest: Any) -> Any:
    assert "keptreply" not in str(sql)
    return execute(sql, *rest)
