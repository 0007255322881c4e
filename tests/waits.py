"""Who waits for a table, and how long: by the database's clock, whatever else the machine does."""

from __future__ import annotations

import threading

import psycopg

WAITS = """
SELECT coalesce(max(extract(epoch FROM clock_timestamp() - l.waitstart)), 0)::float
FROM pg_locks l JOIN pg_database d ON d.oid = l.database
WHERE NOT l.granted AND l.locktype = 'relation' AND d.datname = current_database()
"""


class Watch(threading.Thread):
    """Looks all the time from `start` to `stop`; the longest wait that it saw, in seconds."""

    def __init__(self, dsn: str) -> None:
        super().__init__(daemon=True)
        self.dsn, self.longest, self.done = dsn, 0.0, threading.Event()

    def run(self) -> None:
        with psycopg.connect(self.dsn, autocommit=True) as line:
            while not self.done.wait(0.02):
                for (wait,) in line.execute(WAITS):
                    self.longest = max(self.longest, wait)

    def stop(self) -> float:
        self.done.set()
        self.join(30)
        return self.longest
