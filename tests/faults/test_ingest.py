"""Cases 13 and 15 at the doors for facts: what was answered is there, once, whatever dies."""

from __future__ import annotations

import datetime as dt
import http.client
import json
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from django.db import connections
from django.db.models import F, Sum
from django.utils import timezone

from accounts.models import Person, Role, User
from metrics.ingest import parts
from metrics.models import Batch, Run, Upload, UsageEvent, WriteKey
from tests.faults.servers import until
from tests.faults.stage import Stage, patience
from tests.faults.test_database import FEATURE, import_usage, in_order, stored
from tests.faults.test_workers import LATER

Check = Callable[[], Run]
pytestmark = LATER
CLIENTS, CALLS = 3, 20
BACK = 10.0  # seconds after which nobody is refused any more
ROWS = 160_000
CUT = 100_000  # rows of which so many are on their way when the connection is cut
KEPT = 80_000  # and so many are committed
COLUMNS = "event_id,account_external_id,person_external_id,feature_key,occurred_at,count"


def who() -> list[tuple[str, str]]:
    """Account and person of those who use something."""
    people = Person.objects.exclude(persona__in=Person.NOT_PEOPLE).order_by("pk")
    return list(people.values_list("account__external_id", "external_id")[:20])


class Client(threading.Thread):
    """Sends batches all the time, each again until it is answered 200, as client libraries do. By
    its moment each call is known in the tables.
    """

    def __init__(self, port: int, key: str, number: int) -> None:
        super().__init__(daemon=True)
        self.port, self.key, self.people = port, key, who()
        self.first = timezone.now() - dt.timedelta(days=1, hours=number)
        self.acknowledged: list[dt.datetime] = []
        self.answers: list[tuple[float, int, str]] = []  # when, its status and kind of content
        self.done = threading.Event()

    def run(self) -> None:
        while not self.done.is_set():
            first = len(self.acknowledged)
            moments = [
                self.first + dt.timedelta(milliseconds=number)
                for number in range(first, first + CALLS)
            ]
            while self._post(moments) != 200:
                time.sleep(0.1)
            self.acknowledged += moments

    def _post(self, moments: list[dt.datetime]) -> int:
        body = json.dumps({"writeKey": self.key, "batch": [*map(self._call, moments)]})
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as line:
            line.request("POST", "/v1/batch", body, {"Content-Type": "application/json"})
            answer = line.getresponse()
        kind = answer.headers["Content-Type"]
        self.answers.append((time.monotonic(), answer.status, kind))
        return answer.status

    def _call(self, at: dt.datetime) -> dict[str, Any]:
        account, person = self.people[at.microsecond % len(self.people)]
        return {
            "type": "track",
            "messageId": at.isoformat(),
            "userId": person,
            "event": FEATURE,
            "timestamp": at.isoformat(),
            "context": {"groupId": account},
        }


def test_case_13_what_a_batch_was_answered_for_is_there_once_when_a_backend_is_killed(
    stage: Stage, complete: Check
) -> None:
    stage.over |= {"HTTP_REQUESTS_PER_MINUTE": "1000000", "HTTP_CALLS_PER_SECOND": "1000000"}
    stage.worker()
    stage.beat()
    complete()
    ada = User.objects.create_user("sender@example.com", name="Ada", role=Role.ADMIN)
    key, port = WriteKey.objects.make("fault", by=ada)[1], stage.web()
    clients = [Client(port, key, number) for number in range(CLIENTS)]
    for client in clients:
        client.start()

    killed: list[float] = []

    def kill() -> bool:
        now = time.monotonic()
        if found := stage.cluster.kill_backend(stage.name, role="web"):
            killed.append(now)
        return found

    for _ in range(2):
        patience(3)
        until(kill, seconds=10, what="no web process has a connection")
        patience(BACK + 2)
    connections["default"].close()
    for client in clients:
        client.done.set()
    for client in clients:
        client.join(BACK)
        assert not client.is_alive()

    answers = [answer for client in clients for answer in client.answers]
    assert {status for _, status, _ in answers} == {200, 503}  # and nobody was hung up on
    assert {kind for *_, kind in answers} == {"application/json"}
    refused = [at for at, status, _ in answers if status == 503]
    for first, last in zip(killed, [killed[1], time.monotonic()], strict=True):
        late = [at - first for at in refused if first < at < last]
        assert late
        assert max(late) < BACK
    sent = Counter(moment for client in clients for moment in client.acknowledged)
    facts = UsageEvent.objects.filter(feature__key=FEATURE)
    assert Counter(facts.values_list("occurred_at", flat=True)) == sent
    kept = Batch.objects.filter(write_key__name="fault")
    assert kept.aggregate(rows=Sum("accepted"))["rows"] == len(sent)
    law = F("accepted") + F("duplicate") + F("quarantined")
    assert not kept.exclude(state="finished", received=law, quarantined=0).exists()
    assert stage.verified()


def large(stage: Stage) -> Path:
    """A file that is committed in parts; by its second each row is known in the tables."""
    people, start = who(), dt.datetime.combine(timezone.now(), dt.time(), dt.UTC)
    start -= dt.timedelta(days=30)
    path = stage.folder / "large.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write(COLUMNS + "\n")
        for number in range(ROWS):
            at = (start + dt.timedelta(seconds=number)).isoformat()
            who_did = ",".join(people[number % len(people)])
            file.write(f"{number:0>60},{who_did},{FEATURE},{at},1\n")
    assert path.stat().st_size > parts.LARGE
    return path


def cut_at_row(stage: Stage) -> None:
    """Cuts all sessions of the database while the rows up to CUT are in COPY."""
    usage = Batch.objects.filter(digest__gt="")
    until(lambda: usage.filter(received=KEPT).exists(), seconds=240, what=stage.story)
    # the place sleeps when the client has written all; the last of it may still be on the line
    copied = "SELECT max(tuples_processed) FROM pg_stat_progress_copy"
    half = (CUT - KEPT) / 2
    until(lambda: float(str(stage.cluster.ask(copied) or 0)) > half, seconds=60, what=stage.story)
    patience(0.5)
    connections["default"].close()
    assert stage.cluster.terminate(stage.name)
    assert usage.get().received == stored() == KEPT


def all_is_there_once() -> None:
    facts = UsageEvent.objects.filter(feature__key=FEATURE)
    assert facts.count() == facts.values("occurred_at").distinct().count() == ROWS
    batch = Batch.objects.get(digest__gt="")
    counts = (batch.received, batch.accepted, batch.duplicate, batch.quarantined)
    assert (batch.state, *counts) == ("finished", ROWS, ROWS, 0, 0)


def how_it_stands() -> str:
    """The upload and its batch."""
    uploads = Upload.objects.values("state", "error", "claimed_at")
    batches = Batch.objects.filter(digest__gt="").values("state", "error", "received")
    return f"{[*uploads]} {[*batches]}"


SLOWLY = "ingest_mid_copy@stage_usage:sleep:2"


def test_case_15_an_import_that_is_cut_at_row_100_000_goes_on_after_what_was_committed(
    stage: Stage, complete: Check
) -> None:
    stage.worker()
    stage.beat()
    complete()
    path = large(stage)
    broken = import_usage(stage, path, SLOWLY)
    cut_at_row(stage)
    assert broken.wait_for_end(seconds=60) != 0
    in_order(import_usage(stage, path))
    all_is_there_once()
    assert stage.verified()


def test_case_15_an_upload_that_is_cut_at_row_100_000_is_tried_again_by_itself(
    stage: Stage, complete: Check
) -> None:
    stage.worker(SLOWLY)
    stage.beat()
    complete()
    columns = {name: {"from": name} for name in COLUMNS.split(",")}
    data = large(stage).read_bytes()
    upload = Upload.objects.receive(
        "usage", [data], file_name="large.csv", mapping={"columns": columns}
    )
    Upload.objects.filter(pk=upload.pk).update(state="applying", asked_at=timezone.now())
    cut_at_row(stage)
    until(lambda: Upload.objects.get().state == "applied", seconds=60, what=how_it_stands)
    all_is_there_once()
    assert stage.verified()
