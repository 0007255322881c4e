"""Cases 19 to 28: beats, clocks, missed nights, finalisers, readers, deployments, leaks."""

from __future__ import annotations

import csv
import datetime as dt
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db.models import Count, Max

from accounts.models import Organisation
from metrics import nightly
from metrics.models import AccountCurrent, FlagChange, Run, RunChunk, Scorecard
from metrics.scoring.version import CODE_VERSION
from tests.faults.browser import Browser
from tests.faults.conftest import Theatre
from tests.faults.servers import until
from tests.faults.stage import Process, Stage, patience, snapshots
from tests.faults.test_broker import SLOW
from tests.faults.test_workers import LATER

Check = Callable[[], Run]
pytestmark = LATER
HOUR = 3600
CLOCK = """
import time_machine, datetime
_now = datetime.datetime.now(datetime.timezone.utc)
time_machine.travel(_now + datetime.timedelta(seconds={offset}), tick=True).start()
"""


def wrong_clock(stage: Stage, *, offset: int) -> Process:
    """A worker whose clock is so many seconds ahead."""
    folder = stage.folder / f"clock{offset}"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(CLOCK.format(offset=offset), "utf-8")
    return stage.worker(PYTHONPATH=str(folder))


def memory(worker: Process) -> int:
    """Resident memory in kB of a worker and of whom it lets work."""
    return sum(map(rss, [worker.child.pid, *worker.children()]))


def rss(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmRSS")))


def test_case_19_three_beats_make_one_run_a_day_and_one_word_of_each_flag(
    stage: Stage, complete: Check
) -> None:
    stage.worker(pool="2")
    for _ in range(3):
        stage.beat()
    complete()
    patience(20)
    days = Run.objects.values("business_day").annotate(runs=Count("pk"))
    assert {row["runs"] for row in days} == {1}
    words = FlagChange.objects.values("run_id", "account_id", "rule", "change").annotate(
        n=Count("pk")
    )
    assert {row["n"] for row in words} <= {1}


def missed_nights(stage: Stage) -> list[dt.date]:
    """Nobody was there for three days; then somebody is, and makes the nights of these days."""
    organisation = Organisation.current()
    today = organisation.day_of(nightly.database_now())
    first = today - dt.timedelta(days=3)
    Run.objects.all().delete()
    Run.objects.request(
        first,
        kind=Run.Kind.NIGHTLY,
        scorecard=Scorecard.objects.live(),
        data_cutoff=organisation.due_at(first),
        code_version=CODE_VERSION,
    )
    stage.worker()
    stage.beat()
    due = [day for day in nightly.days_between(first, today)
           if organisation.due_at(day) <= nightly.database_now()]  # fmt: skip
    until(lambda: Run.objects.count() == len(due), seconds=60, what=stage.story)
    stage.wait()
    return due


def test_case_20_nights_that_were_missed_are_made_in_order_each_as_of_its_own_day(
    stage: Stage,
) -> None:
    due, organisation = missed_nights(stage), Organisation.current()
    runs = list(Run.objects.order_by("finished_at"))
    assert [run.business_day for run in runs] == due
    assert [run.data_cutoff for run in runs] == [organisation.due_at(day) for day in due]
    assert {run.state for run in runs} == {"complete"}
    assert stage.verified()


def test_case_22_workers_with_wrong_clocks_do_nothing_twice_and_ask_for_no_day_to_come(
    stage: Stage, complete: Check
) -> None:
    wrong_clock(stage, offset=-HOUR)
    wrong_clock(stage, offset=72 * HOUR)
    stage.beat()
    run = complete()
    patience(5)
    assert Run.objects.aggregate(last=Max("business_day"))["last"] == run.business_day
    assert set(run.chunks.values_list("attempts", flat=True)) == {1}


@pytest.mark.parametrize("place", ["before_finalise", "mid_finalise"])
def test_case_23_a_night_whose_finaliser_is_killed_ten_times_is_published_once(
    stage: Stage, complete: Check, place: str
) -> None:
    killed = stage.worker(f"{place}:kill:1", pool="1")
    stage.beat()
    until(lambda: stage.night().publishing >= 10, seconds=240, what=stage.story)
    killed.kill()
    assert stage.night().state == "running"
    assert not Run.objects.published().exists()
    stage.worker()
    run = complete()
    assert Run.objects.published().count() == 1
    rows = AccountCurrent.objects.filter(run_id=run.pk)
    assert rows.count() == AccountCurrent.objects.count() == run.accounts


def test_a_night_that_can_never_be_published_is_given_up_and_does_not_hold_up_the_next(
    stage: Stage, theatre: Theatre
) -> None:
    stage.over["HEALTHSCORE_TICK_SECONDS"] = "0.4"
    worker = stage.worker("before_finalise:raise:1")
    stage.beat()

    def over() -> bool:
        Run.objects.update(publish_after=None)  # as if the half hour of pauses were over
        return stage.night().state == "failed"

    until(over, seconds=240, what=stage.story)
    run = stage.night()
    assert (run.state, run.publishing, run.is_published) == ("failed", Run.MAX_PUBLISHING, False)
    assert snapshots(run) == theatre.golden
    assert "could not be published and is given up" in worker.said()
    assert stage.verified()


def shown(port: int) -> Callable[[], tuple[str, tuple[tuple[str, str], ...]]]:
    """The day and the scores of the portfolio, as its file says."""
    ada = Browser(port)

    def ask() -> tuple[str, tuple[tuple[str, str], ...]]:
        answer = ada.get("/portfolio.csv")
        assert answer.status == 200
        rows = list(csv.DictReader(answer.body.lstrip("\ufeff").splitlines()))
        [day] = {row["day"] for row in rows}
        return day, tuple(sorted((row["external_id"], row["score"]) for row in rows))

    return ask


def test_case_24_whoever_reads_while_a_night_breaks_and_is_published_sees_one_night(
    stage: Stage, complete: Check
) -> None:
    before = Organisation.current().day_of(nightly.database_now()) - dt.timedelta(days=1)
    nightly.request_days([before], as_of_day=True, now=nightly.database_now())
    stage.night()
    Run.objects.filter(reason="the night").update(created_at=nightly.database_now())
    RunChunk.objects.filter(run__reason="the night").update(
        not_before=nightly.database_now() + dt.timedelta(hours=1)
    )
    stage.beat()
    first = stage.worker()
    until(lambda: Run.objects.published().exists(), seconds=240, what=stage.story)
    first.kill()
    ask = shown(stage.web())
    seen = {ask()}
    done = threading.Event()

    def poll() -> None:
        while not done.is_set():
            seen.add(ask())
            time.sleep(0.2)

    reader = threading.Thread(target=poll)
    reader.start()
    RunChunk.objects.filter(run__reason="the night").update(not_before=None)
    breaking = stage.worker("after_commit:kill_all:17")
    breaking.wait_for_end(seconds=240)
    run = None
    stage.worker(SLOW)
    stage.wait()
    run = stage.night()
    patience(1)
    done.set()
    reader.join()
    assert sorted(day for day, _ in seen) == [str(before), str(run.business_day)]
    assert stage.verified()


def test_case_25_weights_that_change_in_the_middle_do_not_touch_the_night(
    stage: Stage, complete: Check
) -> None:
    stage.worker(SLOW)
    stage.beat()
    stage.until_chunks(17)
    old = Scorecard.objects.live()
    draft = Scorecard.objects.start_draft(old, by=None)
    body = draft.body
    body["signals"]["S05"] = body["signals"].get("S05", 1.0) * 3
    draft.save_draft(body, edition=draft.edition)
    draft.refresh_from_db()
    draft.publish(edition=draft.edition, by=None, reason="in the middle of a night")
    assert stage.night().state == "running"
    run = complete()
    assert (run.scorecard, Scorecard.objects.live().version) == (old, old.version + 1)


def test_case_27_five_deployments_in_the_middle_of_a_night_leave_it_whole(
    stage: Stage, complete: Check
) -> None:
    stage.over["HEALTHSCORE_WORK_SECONDS"] = "3"
    stage.beat()
    for number in range(5):
        worker = stage.worker("mid_compute:sleep:1", pool="2")
        stage.until_chunks(1 + 3 * number)
        worker.child.send_signal(signal.SIGTERM)
        worker.wait_for_end(seconds=150)
    stage.worker()
    complete()


def test_case_28_a_worker_does_a_thousand_chunks_in_bounded_memory(
    stage: Stage, theatre: Theatre
) -> None:
    stage.over |= {"HEALTHSCORE_CHUNK_ACCOUNTS": "1", "HEALTHSCORE_WORK_SECONDS": "2"}
    worker = stage.worker(pool="1")
    stage.beat()
    stage.wait(seconds=300)
    run = stage.night()
    assert (run.state, run.is_published) == ("complete", True)
    assert snapshots(run) == theatre.golden_of(1)
    early = memory(worker)
    past = [run.business_day - dt.timedelta(days=back) for back in range(1, 9)]
    nightly.request_days(past, as_of_day=True, now=nightly.database_now())
    stage.wait(seconds=600)
    assert RunChunk.objects.filter(state="done").count() >= 1000
    assert memory(worker) < 1.2 * early
    assert stage.verified()
