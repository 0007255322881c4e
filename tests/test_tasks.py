"""Celery as a wake-up call: a real worker and broker, and what happens without them."""

import ast
import datetime as dt
import io
import json
import time
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from celery.contrib.testing.worker import start_worker
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Organisation, User
from healthscore.celery import app
from metrics import nightly, tasks
from metrics.ingest.batches import DOOR
from metrics.models import Alias, Batch, Expectation, Heartbeat, Reject, Run, RunChunk
from metrics.models.heartbeats import PURGE, TICK
from tests.at_once import at_once
from tests.facts import at, live_scorecard, make_account
from tests.nightly.test_night import make_lively_account, request

SECONDS = 20
QUEUES = ["interactive", "nightly", "ingest"]
OURS = ("accounts", "healthscore", "metrics")
SENDS = {"delay", "delay_on_commit", "apply_async", "send_task"}


@pytest.fixture(autouse=True)
def _all_queues() -> None:
    """What is counted and purged is in all of them, whichever test comes first."""
    app.amqp.queues.select(QUEUES)


def wait_for(run: Run) -> Run:
    until = time.monotonic() + SECONDS
    while run.state in Run.OPEN_STATES and time.monotonic() < until:
        time.sleep(0.05)
        run.refresh_from_db()
    return run


@pytest.mark.django_db(transaction=True)
def test_a_real_worker_does_the_night_that_a_message_wakes_it_for() -> None:
    live_scorecard()
    make_lively_account()
    app.control.purge()
    with start_worker(app, pool="solo", perform_ping_check=False, queues=QUEUES):
        with transaction.atomic():
            run = request()
            tasks.wake_workers()
        assert wait_for(run).state == "complete"
        out = io.StringIO()
        call_command("recalculate", "--day", str(run.business_day), stdout=out)
    line = json.loads(out.getvalue())
    assert (line["state"], line["run"] > run.pk) == ("complete", True)


@pytest.mark.django_db(transaction=True)
def test_nothing_is_sent_for_a_request_that_was_rolled_back() -> None:
    live_scorecard()
    app.control.purge()
    with transaction.atomic():
        request()
        tasks.wake_workers()
        transaction.set_rollback(True)
    assert Run.objects.count() == 0
    assert app.control.purge() == 0


def test_messages_are_sent_at_one_place_that_survives_a_broker_that_is_down() -> None:
    root = Path(tasks.__file__).parents[1]
    found = []
    for path in chain(*((root / name).rglob("*.py") for name in OURS)):
        functions = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for one in (f for f in functions if isinstance(f, ast.FunctionDef)):
            called = [ast.unparse(c.func) for c in ast.walk(one) if isinstance(c, ast.Call)]
            sends = [name for name in called if name.rpartition(".")[2] in SENDS]
            found += [(path.relative_to(root).as_posix(), one.name) for _ in sends]

    assert found == [("metrics/tasks.py", "_send")]


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_down_neither_blocks_nor_loses_a_request(
    settings: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    live_scorecard()
    make_lively_account()
    # pools of connections outlive a test: this one gets its own
    monkeypatch.setattr(app, "_pool", None)
    monkeypatch.setattr(app.amqp, "_producer_pool", None)
    settings.CELERY_BROKER_URL = "redis+socket:///nowhere.sock?virtual_host=0"
    began = time.monotonic()
    with transaction.atomic():
        run = request()
        tasks.wake_workers()
    assert time.monotonic() - began < 2
    assert "no worker was woken" in caplog.text
    out = io.StringIO()
    call_command("recalculate", "--day", str(run.business_day), stdout=out)
    assert json.loads(out.getvalue())["state"] == "complete"


@pytest.mark.django_db(transaction=True)
def test_a_tick_puts_missing_nights_into_the_ledger_and_wakes_a_worker() -> None:
    live_scorecard()
    make_account(known_at=at(Organisation.current().day_of(timezone.now()), 0))
    Heartbeat.beat(PURGE)
    app.control.purge()
    tasks.tick()
    assert Run.objects.open().count() == 1
    assert app.control.purge() == 1
    tasks.work_runs()
    assert list(Run.objects.values_list("state", "is_published")) == [("complete", True)]
    app.control.purge()  # it called for others
    tasks.tick()
    assert app.control.purge() == 0


@pytest.mark.django_db(transaction=True)
def test_a_row_that_cannot_be_taken_in_keeps_no_night_from_coming(
    caplog: pytest.LogCaptureFixture,
) -> None:
    live_scorecard()
    account = make_account(known_at=at(Organisation.current().day_of(timezone.now()), 0))
    batch = Batch.objects.create(source="usage", state="finished", received=1, quarantined=1)
    about = {"line": 2, "code": "unknown_account", "waits_for_account": "old-1"}
    Reject.objects.create(batch=batch, raw=5, **about)
    ada = User.objects.create_user("ada@example.com")
    Alias.objects.match("old-1", account, by=ada)
    app.control.purge()
    tasks.tick()
    assert "a step before the nights failed" in caplog.text
    assert Run.objects.open().count() == 1
    app.control.purge()


@pytest.mark.django_db(transaction=True)
def test_once_a_day_a_tick_asks_for_what_is_old_to_go() -> None:
    app.control.purge()
    tasks.tick()
    assert app.control.purge() == 1
    tasks.purge()
    tasks.tick()
    assert app.control.purge() == 0


@pytest.mark.django_db(transaction=True)
def test_ticks_that_piled_up_are_one(settings: Any) -> None:
    live_scorecard()
    Heartbeat.beat(PURGE)
    settings.TICK_SECONDS = 60.0
    tasks.tick()
    make_account(known_at=at(Organisation.current().day_of(timezone.now()), 0))
    tasks.tick()
    assert Run.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_tick_does_not_stand_behind_a_large_file() -> None:
    live_scorecard()
    account = make_account(known_at=at(Organisation.current().day_of(timezone.now()), 0))
    ada = User.objects.create_user("ada@example.com")
    Alias.objects.match("old-1", account, by=ada)
    Expectation.objects.agree("usage", every=1, grace=0, is_paused=False, by=ada)
    app.control.purge()
    file = connection.copy()
    # as an import of another process holds the door, of whatever source
    try:
        with file.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s, 0)", [DOOR])
        began = time.monotonic()
        tasks.tick()
        assert time.monotonic() - began < 10
        assert Run.objects.open().count() == 1
        assert Alias.objects.get().taken_in_at is None
        assert Expectation.objects.get().looked_at is None
    finally:
        file.close()
    tasks.tick()
    assert Alias.objects.get().taken_in_at is not None
    assert Expectation.objects.get().looked_at is not None


@pytest.mark.django_db(transaction=True)
def test_what_two_beats_ask_for_at_the_same_time_is_done_once() -> None:
    live_scorecard()
    make_lively_account()
    today = Organisation.current().day_of(timezone.now())
    first = Run.objects.request(
        today - dt.timedelta(days=3),
        kind=Run.Kind.NIGHTLY,
        scorecard=live_scorecard(),
        data_cutoff=timezone.now() - dt.timedelta(days=3),
        code_version="test",
    )
    app.control.purge()
    at_once(tasks.tick, tasks.tick, tasks.tick, tasks.purge, tasks.purge)
    days = list(Run.objects.order_by("business_day").values_list("business_day", "kind"))
    assert len(days) == len(set(days)) >= 3
    assert Run.objects.values("business_day", "kind", "revision").distinct().count() == len(days)
    assert days[0] == (first.business_day, "nightly")
    at_once(*[partial(nightly.work, f"w{i}", seconds=SECONDS) for i in range(2)])
    nightly.work("last", seconds=SECONDS)
    published = Run.objects.filter(is_published=True, state="complete")
    assert sorted(published.values_list("business_day", flat=True)) == [day for day, _ in days]
    assert not RunChunk.objects.exclude(state="done").exists()
    assert not RunChunk.objects.filter(attempts__gt=1).exists()
    assert Heartbeat.objects.filter(name__in=[PURGE, TICK]).count() == 2
