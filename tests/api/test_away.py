"""What senders hear while something is in their way: come again, and never an error of ours."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import OperationalError, connection, connections, transaction
from pytest_django import Settings

from metrics.api import doors, rates
from metrics.api.turns import turns
from metrics.ingest import batches, once, push, uploads
from metrics.models import UsageEvent, WriteKey
from tests.api.calling import Caller, make_key, track
from tests.ingest.sending import Sender

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def file_of(source: str) -> Iterator[None]:
    """One is being written in another session."""
    is_in, end = threading.Event(), threading.Event()

    def write() -> None:
        try:
            with transaction.atomic():
                batches.enter(source, 1)
                is_in.set()
                end.wait(30)
        finally:
            connections.close_all()

    thread = threading.Thread(target=write)
    thread.start()
    assert is_in.wait(10)
    try:
        yield
    finally:
        end.set()
        thread.join()


def said(answer: Any) -> tuple[int, str, bool]:
    return answer.status_code, json.loads(answer.content)["error"], "Retry-After" in answer


def test_people_beside_a_file_are_told_at_once_to_come_again_and_usage_is_taken_in(
    call: Caller, acme: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[bool] = []
    enter = batches.enter_pushed

    def counted(*, alone: bool, source: str) -> None:
        tries.append(alone)
        enter(alone=alone, source=source)

    monkeypatch.setattr(batches, "enter_pushed", counted)
    with file_of("tickets"):
        answer = call.post("identify", {"userId": "P1", "traits": {"name": "Q"}})
        assert said(answer) == (503, "Nothing of it is stored: come again", True)
        assert tries == [True]  # whoever tries on holds up all others of its process
        assert call.post("track", track()).status_code == 200
    assert call.post("identify", {"userId": "P1", "traits": {"name": "Q"}}).status_code == 200


def test_a_database_that_takes_only_reads_is_away(
    call: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_in = push.take_in

    def reading(*given: Any, **named: Any) -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SET default_transaction_read_only = on")
        try:
            return take_in(*given, **named)
        finally:
            connection.close()

    with monkeypatch.context() as replica:
        replica.setattr(doors, "take_in", reading)
        answer = call.post("track", track())
    assert said(answer) == (503, "It may not be stored: send it again as it was", True)
    assert call.post("track", track()).status_code == 200


def test_a_commit_whose_answer_was_lost_is_not_denied(
    call: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_in = push.take_in

    def cut(*given: Any, **named: Any) -> Any:
        take_in(*given, **named)
        raise OperationalError("server closed the connection unexpectedly")

    with monkeypatch.context() as line:
        line.setattr(doors, "take_in", cut)
        answer = call.post("track", body := track())
    assert said(answer) == (503, "It may not be stored: send it again as it was", True)
    assert b'"duplicate": 1' in call.post("track", body).content
    assert UsageEvent.objects.count() == 1


def test_a_key_that_is_revoked_while_its_body_comes_stores_nothing(
    call: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = doors.read_body

    def slow(*given: Any) -> bytes:
        WriteKey.objects.get().revoke()
        return read(*given)

    monkeypatch.setattr(doors, "read_body", slow)
    assert call.post("track", track()).status_code == 401
    assert not UsageEvent.objects.exists()


def test_whoever_has_no_key_waits_for_no_turn_and_takes_none(
    acme: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, token = make_key()
    taken: list[int] = []
    monkeypatch.setattr(turns, "take", lambda: taken.append(1))
    nobody, cut = Caller(""), token[:-1] + ("A" if token[-1] != "A" else "B")
    for body in ({}, {"writeKey": ""}, {"writeKey": cut}, {"writeKey": "\u20ac"}, [1]):
        assert nobody.post("batch", body).status_code == 401
    assert taken == []
    monkeypatch.undo()
    # where it stands does count once the body is read
    hidden = track(properties={"writeKey": token})
    assert nobody.post("track", hidden).status_code == 401
    assert nobody.post("track", hidden | {"writeKey": token}).status_code == 200


def test_what_was_sent_beyond_a_small_limit_is_not_forgotten_before_it_is_worked_off(
    acme: Sender, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    # One of its own: another test's broker may have been away a moment ago.
    monkeypatch.setattr(rates, "PATIENCE", 10.0)
    monkeypatch.setattr(rates, "_broker", rates._Broker())
    settings.HTTP_CALLS_PER_SECOND = 10
    key, token = make_key()
    sender = Caller(token)
    sender.batch(*[track() for _ in range(1_000)])
    answer = sender.post("track", track())
    assert answer.status_code == 429
    (name,) = rates._broker._connected().keys(f"*rate:calls:{key.pk}")
    assert rates._broker._connected().ttl(name) >= 95  # seconds, at 10 a second


def test_no_two_kinds_of_locks_share_their_numbers() -> None:
    kinds = [batches.DOOR, batches.ALIVE, uploads.UPLOADS, once.IN_FLIGHT]
    assert len(set(kinds)) == len(kinds)
