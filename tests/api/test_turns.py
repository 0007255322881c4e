"""Who waits for whom at the HTTP door, and who is sent away."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from metrics.api import doors
from metrics.api.answers import Refused
from metrics.api.turns import Turns
from metrics.models import UsageEvent
from tests.api.calling import Caller, track


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as found:
        yield found


def test_only_one_has_its_turn_and_the_others_follow(pool: ThreadPoolExecutor) -> None:
    turns = Turns(waiting=7, patience=60)
    inside: list[int] = []
    most = 0

    def work(number: int) -> int:
        nonlocal most
        with turns.take():
            inside.append(number)
            most = max(most, len(inside))
            threading.Event().wait(0.01)
            inside.remove(number)
        return number

    assert sorted(pool.map(work, range(8))) == list(range(8))
    assert most == 1


def test_who_finds_the_queue_full_is_sent_away_at_once(pool: ThreadPoolExecutor) -> None:
    turns = Turns(waiting=1, patience=60)
    with turns.take():
        waits = pool.submit(_pass, turns)
        while turns._places._value:  # type: ignore[attr-defined]  # until it stands in the queue
            threading.Event().wait(0.005)
        with pytest.raises(Refused) as refused, turns.take():
            pass
        assert (refused.value.status, refused.value.answer()["Retry-After"]) == (503, "2")
        assert not waits.done()
    assert waits.result(60) is True
    assert _pass(turns)  # the one that was sent away has not taken a place for good


def test_who_has_waited_in_vain_leaves_its_place_to_others() -> None:
    turns = Turns(waiting=1, patience=0.01)
    with turns.take():
        for _ in range(3):
            with pytest.raises(Refused), turns.take():
                pass
    assert _pass(turns)


def test_a_turn_ends_with_an_error_too() -> None:
    turns = Turns(waiting=0, patience=0.01)
    with pytest.raises(ZeroDivisionError), turns.take():
        raise ZeroDivisionError
    assert _pass(turns)


@pytest.mark.django_db
def test_a_call_that_is_sent_away_stores_nothing_and_says_when_to_come_again(
    call: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns = Turns(waiting=0, patience=60)
    monkeypatch.setattr(doors, "turns", turns)
    with turns.take():
        answer = call.post("track", track())
    assert (answer.status_code, "Retry-After" in answer) == (503, True)
    assert UsageEvent.objects.count() == 0
    assert call.post("track", track()).status_code == 200


def _pass(turns: Turns) -> bool:
    with turns.take():
        return True
