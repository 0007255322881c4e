"""How many changed days nobody has gathered yet: the list between what comes in and the rollups.

Every tick empties it. Where it grows all the same, workers are away or cannot follow: what comes in
is refused then, for its sender to send again, before the list becomes a load of its own. Rows that
wait for an account or a person are not counted: people must act on these, and no other data should
wait for that.
"""

from __future__ import annotations

import threading
import time

from django.conf import settings
from django.db import connection

ALARM = 0.8  # of the limit
COME_AGAIN = 60.0  # seconds: the next tick
FRESH = 10.0  # seconds for which a count will do: a long list takes some 50 ms to count
COUNT = "SELECT count(*) FROM (SELECT FROM metrics_changedday LIMIT %s) list"


def rows() -> int:
    """How long the list is, not counted beyond its limit."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [settings.BACKLOG_ROWS])
        found: int = cursor.fetchone()[0]
    return found


class Gauge:
    """The count of some seconds ago, for all threads of a process."""

    def __init__(self, *, fresh: float) -> None:
        self._fresh = fresh
        self._is_full = False
        self._until = 0.0
        self._lock = threading.Lock()

    def is_full(self) -> bool:
        """Whether the list has reached its limit."""
        with self._lock:
            if time.monotonic() >= self._until:
                self._is_full = rows() >= settings.BACKLOG_ROWS
                self._until = time.monotonic() + self._fresh
            return self._is_full


gauge = Gauge(fresh=FRESH)
