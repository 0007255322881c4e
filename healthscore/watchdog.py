"""A worker that is connected but hears nothing ends itself, so that its supervisor starts it anew.

Workers have gone deaf after a lost connection in several versions of Celery and kombu, while they
answered pings. So it is not the connection that is looked at, but this: messages wait in the
worker's queues, it has nothing to do, and takes none of them.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from celery import bootsteps
from celery.worker import state
from django.conf import settings
from django.db import Error, connection
from redis import RedisError

from metrics.models import Heartbeat
from metrics.tasks import broker_client

log = logging.getLogger(__name__)


@dataclass
class Hearing:
    """When the worker last showed that it hears, by the monotonic clock."""

    heard_at: float = field(default_factory=time.monotonic)
    counted: int = 0

    def look(self, *, received: int, busy: bool, waiting: int) -> None:
        """`received`: messages so far; `waiting`: those in its queues that nobody has taken."""
        if busy or not waiting or received != self.counted:
            self.heard_at = time.monotonic()
        self.counted = received

    @property
    def silent_for(self) -> float:
        """Seconds."""
        return time.monotonic() - self.heard_at


class Watchdog(bootsteps.StartStopStep):
    """A thread of the worker's main process: looks, leaves a sign of life, ends a deaf worker."""

    requires = ("celery.worker.components:Pool",)

    def __init__(self, parent: Any, **options: Any) -> None:
        self.worker = parent
        self.stopped = threading.Event()
        self.hearing = Hearing()
        self.is_new = True
        self.queues: list[str] = []
        super().__init__(parent, **options)

    def start(self, parent: Any) -> None:
        """Called once the pool runs; what it shall hear is what it was told to at its start."""
        self.queues = sorted(self.worker.app.amqp.queues.consume_from)
        threading.Thread(target=self._watch, name="watchdog", daemon=True).start()

    def stop(self, parent: Any) -> None:
        """The worker ends in order: nothing is to be watched."""
        self.stopped.set()

    def terminate(self, parent: Any) -> None:
        """The same, at once: else the thread would outlive a worker that shares its process."""
        self.stop(parent)

    def _watch(self) -> None:
        while not self.stopped.wait(settings.WATCH_SECONDS):
            self._look()

    def _look(self) -> None:
        busy = bool(state.reserved_requests or state.active_requests)
        received = sum(state.total_count.values())
        self.hearing.look(received=received, busy=busy, waiting=self._waiting())
        # before the sign of life: for as long as a database stands still, that one does not return
        if self.hearing.silent_for > settings.DEAF_SECONDS:
            self._end()
        if self.hearing.silent_for < 2 * settings.WATCH_SECONDS:
            self._beat(busy=busy)

    def _waiting(self) -> int:
        """0 where the broker is away: to come back to it is the worker's own business."""
        prefix = str(settings.CELERY_BROKER_TRANSPORT_OPTIONS.get("global_keyprefix", ""))
        try:
            with broker_client() as broker:
                return sum(int(broker.llen(f"{prefix}{queue}")) for queue in self.queues)
        except RedisError:
            return 0

    def _beat(self, *, busy: bool) -> None:
        name = f"{socket.gethostname()}:{os.getpid()}"
        try:
            Heartbeat.beat(name, queues=",".join(self.queues), is_busy=busy, is_new=self.is_new)
            self.is_new = False
        except Error as error:
            log.warning("no sign of life was left: %s", error)
        finally:
            connection.close()

    def _end(self) -> None:
        log.critical(
            "deaf for %.0f s while messages wait: this worker ends", self.hearing.silent_for
        )
        for process in getattr(getattr(self.worker.pool, "_pool", None), "_pool", None) or ():
            os.kill(process.pid, signal.SIGKILL)
        os._exit(1)
