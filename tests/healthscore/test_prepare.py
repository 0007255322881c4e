"""Two that bring a database up to date at once."""

from __future__ import annotations

import threading
import time

import psycopg
import pytest
from django.db import connection

from healthscore import prepare

pytestmark = pytest.mark.django_db(transaction=True)
WAITS = """
SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
WHERE d.datname = current_database() AND l.locktype = 'advisory' AND NOT l.granted
"""


def test_the_second_waits_for_longer_than_for_a_lock_and_is_itself_waited_for_by_nobody() -> None:
    connection.ensure_connection()
    with psycopg.connect(connection.connection.info.dsn, autocommit=True) as first:
        first.execute("SELECT pg_advisory_lock(%s)", [prepare.LOCK])
        waiting: list[int] = []

        def let_go() -> None:
            for _ in range(25):
                time.sleep(0.1)
                waiting.extend(count for (count,) in first.execute(WAITS))
            first.execute("SELECT pg_advisory_unlock(%s)", [prepare.LOCK])

        thread = threading.Thread(target=let_go)
        thread.start()
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '2s'")
        began = time.monotonic()
        prepare._wait_for_others()
        took = time.monotonic() - began
        thread.join()
    assert took > 2
    assert set(waiting) == {0}
    connection.close()
