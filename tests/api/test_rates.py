"""How fast a key may send, with a broker and without."""

from __future__ import annotations

import datetime as dt
import json
import time
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import OperationalError
from pytest_django import Settings

from metrics import backlog, rollups
from metrics.api import doors, rates
from metrics.api.answers import Refused
from metrics.models import UsageEvent
from tests.api.calling import Caller, make_key, track
from tests.disks import fill

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock() -> None:
    """The buckets go by the broker's clock."""


@pytest.fixture(params=["broker", "no broker"])
def buckets(request: pytest.FixtureRequest, settings: Settings) -> str:
    """Three requests at once, then one in twenty seconds; none of them of a run before this one."""
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {"global_keyprefix": f"{uuid4()}:"}
    settings.HTTP_REQUESTS_PER_MINUTE = 3
    settings.HTTP_CALLS_PER_SECOND = 1_000
    if request.param == "no broker":
        settings.CELERY_BROKER_URL = "redis+socket:///nowhere/redis.sock?virtual_host=0"
    rates._broker.__init__()  # type: ignore[misc]  # a process that has just begun
    return str(request.param)


def test_who_sends_too_often_is_told_when_to_come_again(
    call: Caller, buckets: str, settings: Settings
) -> None:
    answers = [call.post("track", track()) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert 15 <= int(answers[3]["Retry-After"]) <= 25  # 20 s and up to a fifth
    assert UsageEvent.objects.count() == 3
    call.token = make_key("Other")[1]
    assert call.post("track", track()).status_code == 200


def test_calls_are_counted_too(call: Caller, buckets: str, settings: Settings) -> None:
    settings.HTTP_REQUESTS_PER_MINUTE = 1_000
    settings.HTTP_CALLS_PER_SECOND = 2  # 20 at once
    statuses = []
    for size in (15, 15, 4):
        body = {"batch": [track() for _ in range(size)]}
        statuses.append(call.post("batch", body).status_code)
    assert statuses == [200, 429, 200]
    assert UsageEvent.objects.count() == 19


def test_tokens_come_back_and_a_bucket_never_overflows(buckets: str) -> None:
    bucket = rates.Bucket(name="test", size=2, rate=50)
    key = time.time_ns()
    for _ in range(2):
        rates.take(key, bucket)
    with pytest.raises(Refused):
        rates.take(key, bucket)
    time.sleep(0.1)
    rates.take(key, bucket, 2)
    with pytest.raises(Refused) as refused:
        rates.take(key, bucket, 99)  # more than it holds: refused until it is full
    assert refused.value.status == 429


def test_a_broker_that_is_away_costs_no_time(call: Caller, settings: Settings) -> None:
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:9/0"
    rates._broker.__init__()  # type: ignore[misc]
    began = time.monotonic()
    for _ in range(5):
        assert call.post("track", track()).status_code == 200
    assert time.monotonic() - began < 3


def test_without_its_database_the_door_says_when_to_come_again(
    call: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*args: Any, **options: Any) -> None:
        raise OperationalError("the connection is closed")

    for place, name in ((doors, "take_in"), (doors.WriteKey.objects, "find")):
        with monkeypatch.context() as patch:
            patch.setattr(place, name, away)
            answer = call.post("track", track())
        assert answer.status_code == 503
        assert 5 <= int(answer["Retry-After"]) <= 6
        assert json.loads(answer.content)["success"] is False
    assert call.post("track", track()).status_code == 200


def test_a_disk_that_is_nearly_full_refuses_before_it_reads_and_leaves_pages_alone(
    call: Caller, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DISKS = ["/data"]
    fill(monkeypatch, {"/data": 95.0})
    with monkeypatch.context() as patch:
        patch.setattr(doors, "read_body", lambda *_: pytest.fail("the body was read"))
        answer = call.post("track", track())
    assert answer.status_code == 503
    assert 60 <= int(answer["Retry-After"]) <= 72
    assert UsageEvent.objects.count() == 0
    assert call.client.get("/log-in/").status_code == 200
    fill(monkeypatch, {"/data": 94.9})
    assert call.post("track", track()).status_code == 200


def test_a_long_list_of_changed_days_refuses_until_workers_have_followed(
    call: Caller, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.BACKLOG_ROWS = 2
    monkeypatch.setattr(backlog, "gauge", backlog.Gauge(fresh=0))
    now = dt.datetime.now(dt.UTC)
    days = [(now - dt.timedelta(days=ago)).isoformat() for ago in (3, 2, 1)]
    assert [call.post("track", track(timestamp=day)).status_code for day in days] == [200, 200, 503]
    with monkeypatch.context() as patch:
        patch.setattr(doors, "read_body", lambda *_: pytest.fail("the body was read"))
        answer = call.post("track", track())
    assert 60 <= int(answer["Retry-After"]) <= 72
    assert json.loads(answer.content)["error"] == (
        "The workers are far behind: nothing of it is stored, come again"
    )
    assert UsageEvent.objects.count() == 2
    rollups.gather()
    assert call.post("track", track()).status_code == 200


@pytest.mark.parametrize(("fresh", "times"), [(3600, 1), (0, 3)])
def test_the_list_is_not_counted_for_every_request(
    monkeypatch: pytest.MonkeyPatch, fresh: float, times: int
) -> None:
    counted: list[int] = []
    monkeypatch.setattr(backlog, "rows", lambda: counted.append(1) or 0)
    gauge = backlog.Gauge(fresh=fresh)
    assert [gauge.is_full() for _ in range(3)] == [False] * 3
    assert len(counted) == times


def test_jitter_stays_within_a_fifth() -> None:
    with time_machine.travel(dt.datetime(2026, 11, 22, tzinfo=dt.UTC)):
        found = {int(Refused(429, "x", retry_after=10).answer()["Retry-After"]) for _ in range(200)}
    assert found <= {11, 12}
