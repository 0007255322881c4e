"""Many senders at once: rows once, counts that add up, nobody who loses."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from django.db import connection, transaction

from accounts.models import Account, Person
from metrics.api import doors
from metrics.api.turns import Turns
from metrics.ingest import batches
from metrics.ingest.retries import again
from metrics.models import Batch, Reject, UsageEvent
from tests.api.calling import Caller, make_key, track
from tests.at_once import at_once
from tests.ingest.sending import Sender, table

pytestmark = pytest.mark.django_db(transaction=True)


class Processes(threading.local):
    """Each thread is a web process of its own: their turns keep nobody else waiting."""

    def __init__(self) -> None:
        self.take = Turns(waiting=0, patience=0).take


@pytest.fixture(autouse=True)
def processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doors, "turns", Processes())


def test_the_same_batch_ten_times_at_once_is_stored_once(acme: Sender) -> None:
    token = make_key()[1]
    calls = [track(event=f"e{i % 7}") for i in range(200)]
    answers = at_once(*[lambda: Caller(token).batch(*calls)] * 10)
    assert sum(answer["accepted"] for answer in answers) == 200
    assert sum(answer["duplicate"] for answer in answers) == 1_800
    assert UsageEvent.objects.count() == 200
    stored = table(Batch, "received", "accepted", "duplicate", source="usage")
    assert [sum(column) for column in zip(*stored, strict=True)] == [2_000, 200, 1_800]


def test_new_customers_from_ten_senders_at_once_are_made_once(acme: Sender) -> None:
    token = make_key()[1]
    calls = [
        call
        for i in range(10)
        for call in (
            track(userId=f"N{i}", event=f"new {i}"),
            {"type": "group", "groupId": f"G{i}", "userId": f"N{i}", "traits": {"name": f"G{i}"}},
        )
    ]
    at_once(*[lambda: Caller(token).batch(*calls)] * 6)
    assert Account.objects.filter(external_id__startswith="G").count() == 10
    assert Person.objects.filter(external_id__startswith="N").count() == 10
    assert UsageEvent.objects.count() == 10
    assert not Reject.objects.filter(state="open").exists()


def test_two_that_wait_for_one_another_are_both_stored(acme: Sender) -> None:
    first, second = Account.objects.order_by("pk")
    met = threading.Barrier(2)
    tries: list[str] = []

    def rename(name: str, *order: int) -> None:
        with transaction.atomic():
            tries.append(name)
            for number, pk in enumerate(order):
                Account.objects.filter(pk=pk).update(industry=name, segment=name)
                if number == 0 and len(tries) <= 2:
                    met.wait(10)

    at_once(
        lambda: again(lambda: rename("a", first.pk, second.pk)),
        lambda: again(lambda: rename("b", second.pk, first.pk)),
    )
    assert len(tries) == 3
    ((industry, segment), other) = table(Account, "industry", "segment")
    assert other == (industry, segment)


def test_while_a_file_of_accounts_is_on_its_way_senders_are_told_to_come_again(
    acme: Sender, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(batches, "PUSH_WAITS", "200ms")
    monkeypatch.setattr("metrics.ingest.retries.time.sleep", lambda seconds: None)
    token = make_key()[1]
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s, 0)", [batches.DOOR])
        answer = Caller(token).post("batch", {"batch": [track()]})
        assert (answer.status_code, UsageEvent.objects.count()) == (503, 0)
        assert int(answer["Retry-After"]) >= 5
    finally:
        other.close()
    connection.close()
    assert Caller(token).batch(track(), track())["accepted"] == 2
