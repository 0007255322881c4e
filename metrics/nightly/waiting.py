"""A night waits for the imports that began before its cut-off.

What they bring, over HTTP too, is known from a moment before the cut-off, and would be missing
from a night that does not wait: calculated again, the day would be another.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connection

from metrics.ingest.batches import ALIVE, DOOR, PATIENCE
from metrics.models import Batch

LONGEST = dt.timedelta(hours=6)  # whatever still runs then holds no night up
# the lock of a batch ends with its transaction, so with a process that dies; between the row of
# the batch and its lock there are moments
RUNNING = """
SELECT EXISTS (
    -- whoever takes rows in has the door from the beginning of his transaction on
    SELECT FROM pg_locks l
    JOIN pg_database d ON d.oid = l.database
    JOIN pg_stat_activity a USING (pid)
    WHERE d.datname = current_database() AND l.locktype = 'advisory' AND l.granted
      AND l.classid = %(door)s AND l.objid = 0 AND l.objsubid = 2
      AND a.pid <> pg_backend_pid()
      AND a.xact_start <= %(cutoff)s AND a.xact_start > now() - %(longest)s
) OR EXISTS (
    SELECT FROM metrics_batch b
    WHERE b.state = %(running)s AND b.started_at <= %(cutoff)s
      AND b.started_at > now() - %(longest)s
      AND (b.started_at > now() - %(patience)s OR EXISTS (
          SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database
          WHERE d.datname = current_database() AND l.locktype = 'advisory'
            AND l.classid = %(alive)s AND l.objid = b.id %% 2147483648 AND l.objsubid = 2
      ))
)
"""


def imports_before(cutoff: dt.datetime) -> bool:
    """Whether an import that began by the cut-off is still alive."""
    parameters: dict[str, Any] = {
        "running": Batch.State.RUNNING.value,
        "cutoff": cutoff,
        "longest": LONGEST,
        "patience": PATIENCE,
        "alive": ALIVE,
        "door": DOOR,
    }
    with connection.cursor() as cursor:
        cursor.execute(RUNNING, parameters)
        found: bool = cursor.fetchone()[0]
    return found
