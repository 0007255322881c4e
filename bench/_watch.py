"""What goes on while the crowd is there: memory, connections, queues, and nights."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import psutil
from django.db import connection
from django.utils import timezone
from redis import RedisError

from accounts.models import Organisation
from bench._gauge import process_cpu
from healthscore.embedded.children import Child
from healthscore.readiness import WAITING
from metrics import nightly
from metrics.models import Run
from metrics.tasks import broker_client, wake_workers

QUEUES = ("nightly", "ingest", "interactive")
PATIENCE = 600.0


@dataclass
class Watch:
    """Call look() once a second. The first night begins `after` so many seconds, and each of the
    others when one is done: `most` of them, 0 for as many as there is time for.
    """

    processes: dict[str, Child]
    after: float = 0.0
    most: int = 0
    memory_mb: dict[str, float] = field(default_factory=dict)
    cpu: dict[str, float] = field(default_factory=dict)
    connections: int = 0
    longest_queue: int = 0
    oldest_waiting: float = 0.0
    nights: list[Run] = field(default_factory=list)
    _began: float = field(default_factory=time.monotonic)
    _asked: int = 0
    _open: Run | None = None
    _backends: dict[int, tuple[float, float]] = field(default_factory=dict)  # at first, and now

    def look(self) -> None:
        """The most of everything so far; a new night where it is time for one."""
        self._look_at_processes()
        self._look_at_database()
        self._look_at_queues()
        self._look_at_night()

    def let_the_night_end(self) -> None:
        """Waits for the last one."""
        until = time.monotonic() + PATIENCE
        while Run.objects.open().exists() and time.monotonic() < until:
            time.sleep(0.5)
        self._note_if_done()

    def _look_at_processes(self) -> None:
        for name, child in self.processes.items():
            if child.poll() is not None:
                raise SystemExit(f"{name} has ended by itself")
            family = [psutil.Process(child.pid), *psutil.Process(child.pid).children(True)]
            used = 0.0
            for process in family:
                try:
                    used += process.memory_full_info().pss / 1e6
                except psutil.NoSuchProcess:
                    continue  # a child that has just been replaced
            self.memory_mb[name] = max(self.memory_mb.get(name, 0.0), used)
            self.cpu[name] = max(self.cpu.get(name, 0.0), _cpu(family))

    def _look_at_database(self) -> None:
        """All its processes; what one did between the last look and its end is missing."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pid FROM pg_stat_activity")
            pids = [pid for (pid,) in cursor.fetchall()]
        is_first = not self._backends
        for pid in pids:
            spent = process_cpu(pid)
            first, _ = self._backends.get(pid, (spent if is_first else 0.0, spent))
            self._backends[pid] = (first, spent)
        self.cpu["database"] = sum(now - first for first, now in self._backends.values())

    def _look_at_queues(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(WAITING)
            self.oldest_waiting = max(self.oldest_waiting, float(cursor.fetchone()[0] or 0))
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname IS NOT NULL")
            self.connections = max(self.connections, cursor.fetchone()[0])
        try:
            with broker_client() as broker:
                waiting = sum(int(broker.llen(queue)) for queue in QUEUES)
        except RedisError:
            return
        self.longest_queue = max(self.longest_queue, waiting)

    def _look_at_night(self) -> None:
        self._note_if_done()
        enough = self.most and self._asked >= self.most
        if self._open is None and not enough and time.monotonic() >= self._began + self.after:
            self._asked += 1
            now = timezone.now()
            day = Organisation.current().day_of(now)
            [self._open] = nightly.request_days([day], as_of_day=False, now=now, reason="load")
            wake_workers()

    def _note_if_done(self) -> None:
        if self._open is not None:
            self._open.refresh_from_db()
            if self._open.finished_at is not None:
                self.nights.append(self._open)
                self._open = None


def _cpu(family: list[psutil.Process]) -> float:
    """Seconds of the living processes."""
    total = 0.0
    for process in family:
        try:
            spent = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += spent.user + spent.system
    return total
