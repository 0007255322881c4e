"""Signs of life of workers and of the tick: what alarms and supervisors look at."""

from __future__ import annotations

import datetime as dt

from django.db import connection, models
from django.db.models.functions import Now

TICK = "tick"
PURGE = "purge"
REPLAY = "replay"  # there is one as long as rows that can be placed may be left
REPLAY_AT = "replay at"  # how far a tick has walked through them
CHORES = (TICK, PURGE, REPLAY, REPLAY_AT)  # what is not a worker
FORGOTTEN = dt.timedelta(days=1)
# by the database's clock, so that ages are right whatever a worker's clock says
BEAT = """
INSERT INTO metrics_heartbeat (name, queues, started_at, seen_at, is_busy)
VALUES (%s, %s, now(), now(), %s)
ON CONFLICT (name) DO UPDATE
SET queues = excluded.queues, seen_at = now(), is_busy = excluded.is_busy,
    started_at = CASE WHEN %s THEN now() ELSE metrics_heartbeat.started_at END
"""


class Heartbeat(models.Model):
    """When a worker last showed that it hears its queues, or when a chore was last done."""

    name = models.CharField(max_length=200, primary_key=True)  # host and process, or TICK
    queues = models.CharField(max_length=200, blank=True)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    is_busy = models.BooleanField(default=False)

    objects = models.Manager["Heartbeat"]()

    def __str__(self) -> str:
        return f"{self.name}, seen {self.seen_at:%H:%M:%S}"

    @classmethod
    def beat(
        cls, name: str, *, queues: str = "", is_busy: bool = False, is_new: bool = False
    ) -> None:
        """It lives."""
        with connection.cursor() as cursor:
            cursor.execute(BEAT, [name[:200], queues[:200], is_busy, is_new])

    @classmethod
    def is_fresh(cls, name: str, *, seconds: float) -> bool:
        """Whether it was seen within so many seconds: not in the future, where a clock that was
        wrong has been set back.
        """
        since = Now() - dt.timedelta(seconds=seconds)
        return cls.objects.filter(name=name, seen_at__range=(since, Now())).exists()

    @classmethod
    def forget(cls) -> None:
        """Those of processes that are long gone. Chores stay due however long nobody did them."""
        cls.objects.exclude(name__in=CHORES).filter(seen_at__lt=Now() - FORGOTTEN).delete()
