"""Cases 8 to 12: the broker dies, freezes, is full, forgets everything."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from celery import Celery
from django.db.models.functions import Now

from metrics import nightly
from metrics.models import Batch, Heartbeat, Run, Scorecard, Upload
from metrics.models.heartbeats import CHORES, TICK
from tests.faults.browser import Browser
from tests.faults.servers import until
from tests.faults.stage import QUEUES, Stage, patience
from tests.faults.test_workers import LATER
from tests.views.uploading import fields_of

Check = Callable[[], Run]
pytestmark = LATER
SLOW = "mid_compute:sleep:0.3"
SOON = {"HEALTHSCORE_WORK_SECONDS": "1"}  # so that chunks wait for messages
FILE = "external_id,name\nfault-1,One\nfault-2,Two\nfault-3,Three\n"


def ticks_after_now(stage: Stage, *, seconds: float = 40) -> None:
    """A message that is sent from now on arrives and is done."""
    moment = nightly.database_now()
    until(
        lambda: Heartbeat.objects.filter(name=TICK, seen_at__gt=moment).exists(),
        seconds=seconds,
        what=stage.story,
    )


def test_case_09_a_worker_hears_again_after_each_of_five_deaths_of_the_broker(
    stage: Stage, complete: Check
) -> None:
    stage.worker()
    stage.beat()
    complete()
    for _ in range(5):
        stage.broker.kill()
        patience(0.5)
        stage.broker.start()
        ticks_after_now(stage)


def test_case_10_a_broker_frozen_for_a_minute_holds_up_no_page_and_work_goes_on_after_it(
    stage: Stage, complete: Check
) -> None:
    stage.worker()
    stage.beat()
    complete()
    ada = Browser(stage.web())
    assert ada.get("/").status == 200
    stage.broker.freeze()
    for _ in range(12):
        assert (page := ada.get("/runs/")).status == 200
        assert page.seconds < 2
        patience(5)
    answer = ada.post("/runs/now/")
    assert (answer.status, answer.seconds < 2) == (302, True)
    stage.broker.thaw()
    ticks_after_now(stage, seconds=60)
    stage.wait()
    assert stage.verified()


def test_case_11_what_is_asked_for_without_a_broker_is_answered_at_once_and_done_once_later(
    stage: Stage, complete: Check
) -> None:
    worker, beat = stage.worker(), stage.beat()
    complete()
    ada = Browser(stage.web())
    for page in ("/imports/", "/runs/", "/scorecard/"):
        assert ada.get(page).status == 200  # what is imported with the first one is no one's fault
    worker.kill()
    beat.kill()
    stage.broker.kill()
    sent = ada.send("/imports/new/accounts/upload/", "crm.csv", FILE)
    assert (sent.status, sent.seconds < 2) == (302, True)
    upload = Upload.objects.get()
    form = fields_of(ada.get(f"/imports/files/{upload.pk}/").body) | {"do": "check"}
    asked = ada.post(f"/imports/files/{upload.pk}/columns/", **form)
    weights = Scorecard.objects.live()
    again = ada.post("/scorecard/recalculate/", version=str(weights.version))
    now = ada.post("/runs/now/")
    assert [answer.status for answer in (asked, now)] == [302, 302], asked.body
    assert max(answer.seconds for answer in (asked, again, now)) < 2
    assert Upload.objects.waiting().count() == 1
    assert Run.objects.open().exists()
    stage.broker.start()
    stage.worker()
    stage.beat()
    until(lambda: Upload.objects.get().state == "checked", seconds=60, what=stage.story)
    assert ada.post(f"/imports/files/{upload.pk}/apply/").status == 302
    until(lambda: Upload.objects.get().state == "applied", seconds=60, what=stage.story)
    [batch] = Batch.objects.filter(upload=upload)
    assert (batch.received, batch.accepted) == (3, 3)
    stage.wait()
    assert stage.verified()


def test_case_12_a_full_broker_stops_no_reading_is_told_and_loses_nothing(
    stage: Stage, complete: Check
) -> None:
    stage.worker()
    stage.beat()
    complete()
    ada = Browser(stage.web())
    stage.broker.client().config_set("maxmemory", "1mb")
    assert ada.get("/").status == 200
    answer = ada.post("/runs/now/")
    assert (answer.status, answer.seconds < 2) == (302, True)
    assert Run.objects.open().exists()
    Heartbeat.objects.filter(name=TICK).update(seen_at=Now())
    silent = lambda: "beat is silent" in ada.get("/readyz").body  # noqa: E731
    until(silent, seconds=40, what="an alarm")
    assert ada.get("/readyz").status == 503
    stage.broker.client().config_set("maxmemory", "0")
    stage.worker()  # the other one has ended where it could not confirm a message: restarted
    stage.wait()
    ticks_after_now(stage)
    assert stage.verified()


def test_a_worker_that_hears_nothing_ends_itself_and_all_of_its_children(
    stage: Stage, complete: Check
) -> None:
    stage.over["HEALTHSCORE_DEAF_SECONDS"] = "4"
    worker = stage.worker(pool="2")
    stage.beat()
    complete()
    assert Heartbeat.objects.exclude(name__in=CHORES).count() == 1
    children = worker.children()
    with Celery(broker=stage.broker.url) as app:
        for queue in QUEUES.split(","):
            app.control.cancel_consumer(queue)
    assert worker.wait_for_end(seconds=60) == 1
    assert "deaf" in worker.said()
    until(lambda: not any(map(alive, children)), seconds=10, what="children are left")


def alive(pid: int) -> bool:
    return Path(f"/proc/{pid}/cmdline").exists()


def test_the_web_lives_without_a_broker_and_says_that_not_all_is_well(stage: Stage) -> None:
    ada = Browser(stage.web())
    stage.broker.kill()
    assert ada.get("/healthz").status == 200
    answer = ada.get("/readyz")
    assert answer.status == 503
    assert "the broker does not answer" in answer.body
