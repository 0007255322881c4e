"""Segment's own library for Python, pointed at this server over a real socket; slow senders too."""

from __future__ import annotations

import datetime as dt
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import time_machine
from django.test import RequestFactory
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer
from segment.analytics import Client

from accounts.models import Account, Person
from metrics.api.slow import deadline
from metrics.models import Batch, UsageEvent
from tests.api.calling import make_key, usage
from tests.ingest.sending import NOW, Sender, counts, table


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    """It ticks: threads wait for it."""
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_packed", [False, True])
def test_segments_library_sends_here_by_changing_its_host(
    live_server: LiveServer, tmp_path: Path, is_packed: bool
) -> None:
    Sender(tmp_path)("accounts", "A1,Acme,acme.example", "A2,Bolt")
    errors: list[object] = []
    client = Client(
        make_key()[1],
        host=live_server.url,
        gzip=is_packed,
        max_retries=1,
        on_error=lambda error, items: errors.append(error),
    )
    an_hour_ago = dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)
    client.group("P1", "A2", {"name": "Bolt & Co", "plan": "pro"})
    client.identify("P1", {"email": "kim@bolt.example", "name": "Kim", "title": "Planner"})
    client.track("P1", "Report opened", {"pages": 3}, timestamp=an_hour_ago)
    client.page("P1", "docs", "Guide")
    client.screen("P1", "app", "Home", context={"groupId": "A2"})
    client.alias("visitor-1", "P1")
    client.track(anonymous_id="visitor-2", event="Anonymous", context={"groupId": "A1"})
    for number in range(250):
        client.track("P1", "Counted", {"number": number})
    client.flush()
    client.shutdown()
    assert errors == []
    assert Account.objects.get(external_id="A2").name == "Bolt & Co"
    assert table(Person, "external_id", "email", "name", "persona") == [
        ("P1", "kim@bolt.example", "Kim", "Planner")
    ]
    assert sorted(set(usage())) == [
        ("A1", None, "Anonymous"),
        ("A2", "P1", "Counted"),
        ("A2", "P1", "Guide"),
        ("A2", "P1", "Home"),
        ("A2", "P1", "Report opened"),
    ]
    assert UsageEvent.objects.count() == 254
    at = UsageEvent.objects.get(feature__key="Report opened").occurred_at
    # its clock and ours are months apart: what is left is the way of the request
    assert abs(at - an_hour_ago) < dt.timedelta(seconds=30)
    pushed = Batch.objects.filter(write_key__isnull=False, source="usage")
    assert [counts(batch) for batch in pushed] == [(254, 254, 0, 0)]


@pytest.mark.django_db(transaction=True)
def test_segments_library_hears_of_a_key_that_is_not_in_force(live_server: LiveServer) -> None:
    errors: list[object] = []
    key, token = make_key()
    key.revoke()
    client = Client(token, host=live_server.url, on_error=lambda error, items: errors.append(error))
    client.track("P1", "x")
    client.flush()
    client.shutdown()
    assert len(errors) == 1
    assert "401" in str(errors[0])


def read_slowly(seconds: float) -> tuple[bytes, float]:
    """What comes of a sender that sends a byte now and then for `seconds`; how long it took."""
    ours, theirs = socket.socketpair()
    request = RequestFactory().post("/v1/batch")
    request.META["gunicorn.socket"] = ours
    began, read = time.monotonic(), b""

    def drip() -> None:
        with theirs, suppress(BrokenPipeError):
            while time.monotonic() < began + seconds:
                theirs.send(b".")
                time.sleep(0.02)

    thread = threading.Thread(target=drip)
    thread.start()
    with ours, deadline(request):
        while block := ours.recv(8):
            read += block
        took = time.monotonic() - began
    thread.join()
    return read, took


def test_a_sender_that_takes_for_ever_is_cut_off(settings: Settings) -> None:
    settings.HTTP_BODY_SECONDS = 0.3
    read, took = read_slowly(5)
    assert 1 < len(read) < 40
    assert 0.2 < took < 5  # before its sender ends by itself
    settings.HTTP_BODY_SECONDS = 5
    assert read_slowly(0.2)[1] > 0.15
