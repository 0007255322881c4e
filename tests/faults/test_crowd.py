"""Two hundred requests at once, and more threads in a process than it may have connections."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection

import psycopg

from accounts.models import Person
from healthscore.databases import POOL
from metrics.models import UsageEvent
from tests.api.calling import make_key
from tests.at_once import at_once
from tests.faults.browser import Answer, Browser
from tests.faults.stage import Stage, patience
from tests.faults.test_workers import LATER

pytestmark = LATER
MOST = POOL["max_size"]
PAGES = ("/", "/?q=a", "/day/", "/runs/", "/scorecard/")
WATCHED = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'healthscore-web'"


@contextmanager
def watched(stage: Stage) -> Iterator[list[int]]:
    """How many connections the web has, again and again."""
    found: list[int] = []
    is_over = threading.Event()

    def watch() -> None:
        with psycopg.connect(stage.url, autocommit=True) as connection:
            while not is_over.wait(0.02):
                row = connection.execute(WATCHED).fetchone()
                found.append(row[0] if row else -1)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield found
    finally:
        is_over.set()
        thread.join()


def push(port: int, token: str, person: str, number: int) -> tuple[int, int, bool]:
    """Status, calls that were accepted, and whether it says when to come again."""
    call = {"type": "track", "userId": person, "event": "crowd"}
    calls = [call | {"messageId": f"{number}-{i}"} for i in range(20)]
    basic = base64.b64encode(f"{token}:".encode()).decode()
    headers = {"Authorization": f"Basic {basic}", "Content-Type": "application/json"}
    line = HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        line.request("POST", "/v1/batch", body=json.dumps({"batch": calls}), headers=headers)
        answer = line.getresponse()
        said = json.loads(answer.read())
        return answer.status, said.get("accepted", 0), answer.headers["Retry-After"] is not None
    finally:
        line.close()


def test_two_hundred_requests_at_once_share_the_connections_of_a_process(stage: Stage) -> None:
    port = stage.web(threads=16)
    ada = Browser(port)
    token = make_key()[1]
    person = Person.objects.exclude(persona__in=Person.NOT_PEOPLE).earliest("pk").external_id
    pages: list[Answer] = []
    pushed: list[tuple[int, int, bool]] = []
    with watched(stage) as connections:
        at_once(
            *[lambda path=path: pages.append(ada.get(path)) for path in PAGES * 20],
            *[lambda n=n: pushed.append(push(port, token, person, n)) for n in range(100)],
        )
    assert Counter(page.status for page in pages) == {200: 100}
    assert {(status, again) for status, _, again in pushed} <= {(200, False), (503, True)}
    accepted = sum(accepted for _, accepted, _ in pushed)
    assert accepted == 20 * sum(status == 200 for status, _, _ in pushed) > 0
    assert UsageEvent.objects.filter(feature__key="crowd").count() == accepted
    assert 1 < max(connections) <= MOST
    stage.night().delete()  # it waits for a worker, and there is none
    assert stage.verified()


def test_more_threads_than_connections_are_told_to_come_again_and_nobody_sees_an_error(
    stage: Stage,
) -> None:
    ada = Browser(stage.web(threads=3 * MOST))
    assert ada.get("/").status == 200
    answers: list[Answer] = []
    with watched(stage) as connections, psycopg.connect(stage.url) as connection:
        connection.execute("LOCK TABLE accounts_user")  # every page reads who asks
        began = time.monotonic()
        at_once(*[lambda: answers.append(ada.get("/")) for _ in range(4 * MOST)])
        assert time.monotonic() - began < 30
    assert {(page.status, page.headers.get("Retry-After")) for page in answers} == {(503, "5")}
    assert max(connections) == MOST
    log = stage.processes[-1].said()
    assert "PoolTimeout" in log, "nobody waited in vain for a connection: the case proves nothing"
    patience(0.5)
    assert {ada.get(path).status for path in PAGES} == {200}
