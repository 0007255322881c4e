"""What is behind the pages, for alarms: every reason once, and none where all is well."""

import datetime as dt
from copy import copy
from typing import Any

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.utils import timezone

from accounts.models import Account, Organisation
from healthscore import readiness
from metrics import disks
from metrics.models import Batch, ChangedDay, Heartbeat, Run, RunChunk, Upload
from metrics.models.heartbeats import PURGE, REPLAY, TICK
from metrics.views.runs.progress import progress_of
from tests.disks import fill
from tests.facts import live_scorecard, make_account

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _ticks(settings: object) -> None:
    settings.TICK_SECONDS = 60.0  # type: ignore[attr-defined]


def reasons(client: Client) -> list[str]:
    answer = client.get("/readyz")
    found: list[str] = answer.json()["reasons"]
    assert answer.status_code == (503 if found else 200)
    assert answer.json()["ready"] is not bool(found)
    return found


def all_is_well() -> None:
    Heartbeat.beat("host:1", queues="ingest,interactive,nightly", is_new=True)
    Heartbeat.beat(TICK)
    Heartbeat.beat(PURGE)


def age(name: str, *, seconds: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE metrics_heartbeat SET seen_at = now() - %s * interval '1 s' WHERE name = %s",
            [seconds, name],
        )


def make_night(day: dt.date, *, state: str, created: dt.datetime) -> Run:
    run = Run.objects.request(
        day, kind="nightly", scorecard=live_scorecard(), data_cutoff=created, code_version="test"
    )
    is_published = state == "complete"
    Run.objects.filter(pk=run.pk).update(state=state, created_at=created, is_published=is_published)
    return run


def test_a_new_installation_at_work_is_ready(client: Client) -> None:
    all_is_well()
    assert reasons(client) == []
    found = client.get("/readyz").json()
    assert found.pop("tick_age_s") < 60
    assert found == {
        "ready": True,
        "reasons": [],
        "database": "ok",
        "broker": "ok",
        "workers": 1,
        "last_complete_night": None,
        "oldest_waiting_s": None,
        "disk_percent": None,
    }


def test_nobody_at_work_is_said(client: Client) -> None:
    silent = "beat is silent, or nobody does its ticks"
    assert reasons(client) == ["no worker has shown a sign of life", silent]
    all_is_well()
    age("host:1", seconds=200)
    age(TICK, seconds=301)
    assert reasons(client) == ["no worker has shown a sign of life", silent]


def test_a_broker_that_is_away_is_said(client: Client, settings: object) -> None:
    all_is_well()
    settings.CELERY_BROKER_URL = "redis+socket:///nowhere.sock?virtual_host=0"  # type: ignore[attr-defined]
    assert reasons(client) == ["the broker does not answer"]


def test_customers_without_a_first_night_are_said_after_a_day(client: Client) -> None:
    all_is_well()
    account = make_account()
    Account.objects.update(known_at=timezone.now() - dt.timedelta(hours=23))
    assert reasons(client) == []
    Account.objects.update(known_at=timezone.now() - dt.timedelta(hours=25))
    assert reasons(client) == ["there are customers, and not one night"]
    account.delete()
    assert reasons(client) == []


def test_a_night_that_did_not_come_is_said(client: Client) -> None:
    all_is_well()
    today = Organisation.current().day_of(timezone.now())
    old = timezone.now() - dt.timedelta(days=4)
    make_night(today - dt.timedelta(days=3), state="complete", created=old)
    [reason] = reasons(client)
    assert reason.endswith("is not complete")
    make_night(today - dt.timedelta(days=1), state="complete", created=old)
    make_night(today, state="complete", created=timezone.now())
    assert reasons(client) == []


@pytest.mark.parametrize(
    ("run_at", "minutes", "is_late"),
    [
        (dt.time(3, 10), 359, False),
        (dt.time(3, 10), 361, True),
        (dt.time(20, 0), 359, False),  # on the next day by then
        (dt.time(20, 0), 361, True),
        (dt.time(23, 50), 15, False),
        (dt.time(23, 50), 361, True),
    ],
)
def test_a_night_is_late_six_hours_after_it_was_due_at_whatever_hour(
    run_at: dt.time, minutes: int, is_late: bool
) -> None:
    organisation = Organisation.current()
    organisation.run_at = run_at
    organisation.save()
    day = dt.date(2026, 11, 20)
    due = organisation.due_at(day)
    make_night(day - dt.timedelta(days=1), state="complete", created=due - dt.timedelta(days=1))
    make_night(day, state="running", created=due)
    found = readiness.Readiness()
    readiness._look_at_nights(found, due + dt.timedelta(minutes=minutes))
    assert found.reasons == (["the night of 2026-11-20 is not complete"] if is_late else [])


def test_rows_that_cannot_be_rewritten_are_said(client: Client) -> None:
    all_is_well()
    today = Organisation.current().day_of(timezone.now())
    make_night(today, state="complete", created=timezone.now())
    Run.objects.update(are_rows_stale=True, publishing=11)
    assert reasons(client) == []
    Run.objects.update(publishing=12)
    assert reasons(client) == ["the portfolio's rows cannot be rewritten"]
    Run.objects.update(are_rows_stale=False)
    assert reasons(client) == []


def test_old_rows_that_nobody_removes_are_said_after_days(client: Client) -> None:
    all_is_well()
    Heartbeat.objects.filter(name=PURGE).delete()
    today = Organisation.current().day_of(timezone.now())
    days = [today - dt.timedelta(days=back) for back in range(5)]
    for day in days:
        make_night(day, state="complete", created=timezone.now() - dt.timedelta(days=4))
    assert reasons(client) == ["old rows have not been removed for 4 days"]
    Heartbeat.beat(PURGE)
    assert reasons(client) == []
    age(PURGE, seconds=3 * 86_400 + 60)
    assert reasons(client) == ["old rows have not been removed for 3 days"]
    Heartbeat.forget()
    assert reasons(client) == ["old rows have not been removed for 3 days"]


def test_beats_from_before_a_clock_was_set_back_are_no_signs_of_life(client: Client) -> None:
    all_is_well()
    age(TICK, seconds=-3600)
    assert not Heartbeat.is_fresh(TICK, seconds=30)
    Heartbeat.beat(TICK)
    assert Heartbeat.is_fresh(TICK, seconds=30)
    age("host:1", seconds=-3600)
    assert reasons(client) == ["no worker has shown a sign of life"]


def test_a_night_that_waits_too_long_for_an_import_or_a_lock_is_said(client: Client) -> None:
    all_is_well()
    today = Organisation.current().day_of(timezone.now())
    make_night(today, state="complete", created=timezone.now())
    old = timezone.now() - dt.timedelta(minutes=31)
    run = make_night(today + dt.timedelta(days=1), state="running", created=old)
    # one of its workers was killed
    RunChunk.objects.filter(run=run).update(fence=10, attempts=1)
    assert reasons(client) == []
    RunChunk.objects.filter(run=run).update(fence=11)
    said = f"the night of {run.business_day} waits for an import or a lock, 31 minutes old"
    assert reasons(client) == [said]
    progress = progress_of(run)
    assert progress is not None
    assert progress.is_held_up
    html = render_to_string("metrics/runs/progress.html", {"progress": progress})
    assert "Waiting for an import or a lock for more than half an hour" in html
    Run.objects.filter(pk=run.pk).update(created_at=old + dt.timedelta(minutes=2))
    assert reasons(client) == []


def test_work_that_nobody_takes_is_said(client: Client) -> None:
    all_is_well()
    asked = timezone.now() - dt.timedelta(minutes=16)
    upload = Upload.objects.create(source="usage", state="checking", asked_at=asked)
    assert reasons(client) == ["work waits for 16 minutes"]
    Upload.objects.filter(pk=upload.pk).update(claimed_at=timezone.now())
    assert reasons(client) == []


@pytest.mark.parametrize("state", Batch.STORED)
def test_an_undo_that_nobody_takes_is_said(client: Client, state: str) -> None:
    all_is_well()
    asked = timezone.now() - dt.timedelta(minutes=16)
    Batch.objects.create(source="usage", state=state, undo_asked_at=asked, finished_at=asked)
    assert Batch.objects.to_undo().count() == 1
    assert reasons(client) == ["work waits for 16 minutes"]


def test_a_chunk_that_nobody_takes_up_from_a_worker_that_ended_is_said(client: Client) -> None:
    all_is_well()
    today = Organisation.current().day_of(timezone.now())
    make_night(today, state="complete", created=timezone.now())
    run = make_night(today + dt.timedelta(days=1), state="running", created=timezone.now())
    ended = timezone.now() - dt.timedelta(minutes=17)
    RunChunk.objects.filter(run=run).update(state="leased", lease_until=ended)
    assert reasons(client) == ["work waits for 17 minutes"]
    RunChunk.objects.update(lease_until=timezone.now() + dt.timedelta(minutes=1))
    assert reasons(client) == []


def test_a_queue_that_nobody_hears_is_said(client: Client) -> None:
    all_is_well()
    Heartbeat.beat("host:1", queues="interactive")
    Heartbeat.beat("host:2", queues="nightly")
    assert reasons(client) == ["no worker hears the queue ingest"]
    Heartbeat.beat("host:3", queues="ingest")
    assert reasons(client) == []
    age("host:2", seconds=200)
    assert reasons(client) == ["no worker hears the queue nightly"]


@pytest.mark.parametrize(
    ("used", "said"),
    [(79.9, []), (80.0, ["a disk is 80 % full"]), (96.0, ["a disk is 96 % full"])],
)
def test_a_disk_that_fills_up_is_said(
    client: Client,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    used: float,
    said: list[str],
) -> None:
    all_is_well()
    settings.DISKS = ["/data", "/log"]
    fill(monkeypatch, {"/data": 10.0, "/log": used})
    assert reasons(client) == said
    assert client.get("/readyz").json()["disk_percent"] == round(used)


def test_a_disk_that_cannot_be_seen_is_said_and_stops_nobody(client: Client, settings: Any) -> None:
    all_is_well()
    settings.DISKS = ["/nowhere"]
    assert reasons(client) == ["a disk that is to be watched cannot be seen"]
    assert not disks.is_nearly_full()


def test_what_root_alone_may_use_counts_as_df_counts_it(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DISKS = ["/data"]
    fill(monkeypatch, {"/data": 50.0}, of_root=40)
    assert disks.percent_used() == 50.0


def test_a_list_of_changed_days_that_grows_is_said_before_it_is_full(
    client: Client, settings: Any
) -> None:
    all_is_well()
    settings.BACKLOG_ROWS = 10
    day = ChangedDay(account_id=1, day=dt.date(2026, 11, 20))
    ChangedDay.objects.bulk_create([copy(day) for _ in range(7)])
    assert reasons(client) == []
    day.save()
    assert reasons(client) == ["the list of changed days is long"]


def test_signs_of_life_of_long_ago_are_forgotten_and_chores_stay_due() -> None:
    all_is_well()
    Heartbeat.beat(REPLAY)
    for name in ("host:1", PURGE, REPLAY):
        age(name, seconds=90_000)
    Heartbeat.forget()
    assert set(Heartbeat.objects.values_list("name", flat=True)) == {TICK, PURGE, REPLAY}
