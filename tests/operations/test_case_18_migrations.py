"""Case 18: migrations under traffic. Who cannot have a lock lets readers pass, and tries again.

A statement that waits for a table holds up everybody who comes after it, readers as well.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import OperationalError, connection

from healthscore import prepare
from healthscore.databases import database
from tests.faults.stage import connected
from tests.waits import Watch

pytestmark = pytest.mark.django_db(transaction=True)
ALTER = "ALTER TABLE metrics_heartbeat ADD COLUMN seen_twice int"
UNDO = "ALTER TABLE metrics_heartbeat DROP COLUMN IF EXISTS seen_twice"


class Reader(threading.Thread):
    """Reads the table all the time."""

    def __init__(self, dsn: str) -> None:
        super().__init__()
        self.dsn, self.times, self.done = dsn, 0, threading.Event()

    def run(self) -> None:
        with psycopg.connect(self.dsn, autocommit=True) as line:
            while not self.done.wait(0.02):
                line.execute("SELECT count(*) FROM metrics_heartbeat")
                self.times += 1


@pytest.fixture
def dsn() -> Iterator[str]:
    connection.ensure_connection()
    yield connection.connection.info.dsn
    with psycopg.connect(connection.connection.info.dsn, autocommit=True) as line:
        line.execute(UNDO)


@pytest.fixture
def tries(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The one migration that there is alters a table; what became of each try."""
    found: list[str] = []

    def call_command(name: str, **options: Any) -> None:
        if name != "migrate":
            return
        try:
            with connection.cursor() as cursor:
                cursor.execute(ALTER)
        except OperationalError as error:
            found.append(type(error.__cause__).__name__)
            raise
        found.append("done")

    monkeypatch.setattr(prepare, "call_command", call_command)
    return found


def migrate() -> None:
    """As the process of docker-compose.yml does it, with the limits of its role."""
    name = connection.settings_dict["NAME"]
    url = settings.TEST_PLACE.database_url.replace("/healthscore?", f"/{name}?")
    with connected(url):
        limits = database(url, role="migrate")["OPTIONS"]
        connection.settings_dict["OPTIONS"] = limits
        prepare.migrate()


def test_case_18_readers_go_on_while_a_migration_waits_and_it_is_done_in_the_end(
    dsn: str, tries: list[str]
) -> None:
    reader, watch = Reader(dsn), Watch(dsn)
    with psycopg.connect(dsn) as slow:
        slow.execute("SELECT FROM metrics_heartbeat")  # a long transaction that has read it

        def end_after_a_try() -> None:
            while not tries:
                time.sleep(0.05)
            slow.commit()

        end = threading.Thread(target=end_after_a_try)
        for thread in (end, reader, watch):
            thread.start()
        try:
            migrate()
        finally:
            reader.done.set()
            for thread in (end, reader):
                thread.join()

    assert tries == ["LockNotAvailable", "done"]
    assert reader.times > 20
    assert 1 < watch.stop() < 3  # no longer than the migration waits: two seconds
