"""What a case plays on: a database with a night that waits, a broker, and processes to kill."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.core.management import call_command
from django.db import connections
from django.db.utils import ConnectionHandler

from healthscore.databases import database
from metrics.models import Run, RunChunk
from tests.faults.servers import Broker, Cluster, until

ROOT = Path(__file__).resolve().parents[2]
QUEUES = "interactive,nightly,ingest"
LEASE = 3.0  # seconds; a worker that dies costs so much
TICK = 1.0
CHUNK = 5  # accounts
FINISHES = 240.0  # a machine may have other work
# of every snapshot of the night: what must be as in the night that nothing happened to
VALUES = (
    "account_id, score, raw_score, band, stage, coverage, momentum, raw, points, weights, states,"
    " caps, flags, cause, input_hash"
)
Rows = dict[int, tuple[Any, ...]]


@dataclass
class Process:
    """One of ours, in a session and group of its own."""

    name: str
    child: subprocess.Popen[bytes]
    log: Path

    def kill(self) -> None:
        """The whole group, at once."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.child.pid, signal.SIGKILL)
        self.child.wait()

    def send(self, number: signal.Signals) -> None:
        """To the whole group."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.child.pid, number)

    def wait_for_end(self, *, seconds: float) -> int:
        return self.child.wait(seconds)

    @property
    def lives(self) -> bool:
        return self.child.poll() is None

    def children(self) -> list[int]:
        """Processes of its pool."""
        path = Path(f"/proc/{self.child.pid}/task/{self.child.pid}/children")
        return [int(pid) for pid in path.read_text().split()]

    def said(self) -> str:
        return self.log.read_text("utf-8", errors="replace")


class Stage:
    """See the module. `over`: environment of every process of the case."""

    def __init__(self, cluster: Cluster, name: str, folder: Path, **over: str) -> None:
        self.cluster, self.name, self.folder = cluster, name, folder
        folder.mkdir(exist_ok=True)
        self.broker = Broker(folder / "b")
        self.processes: list[Process] = []
        self.over = over

    @property
    def url(self) -> str:
        return self.cluster.url(self.name)

    def environment(self, **over: str) -> dict[str, str]:
        given = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "LANG": "C.UTF-8",
            "HEALTHSCORE_LOCAL": "1",
            "HEALTHSCORE_ROLE": "worker",
            "SECRET_KEY": os.environ["SECRET_KEY"],
            "DATABASE_URL": self.url,
            "REDIS_URL": self.broker.url,
            "HEALTHSCORE_CHUNK_ACCOUNTS": str(CHUNK),
            "HEALTHSCORE_LEASE_SECONDS": str(LEASE),
            "HEALTHSCORE_TICK_SECONDS": str(TICK),
        }
        return given | self.over | over

    def start(self, name: str, *command: str, **over: str) -> Process:
        path = self.folder / f"{name}-{len(self.processes)}.log"
        with path.open("wb") as log:
            child = self._popen(command, log, self.environment(**over))
        self.processes.append(Process(name, child, path))
        return self.processes[-1]

    def _popen(
        self, command: tuple[str, ...], log: IO[bytes], env: dict[str, str]
    ) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=env,
            cwd=ROOT,
            start_new_session=True,
        )

    def worker(
        self, failpoint: str = "", *, pool: str = "solo", queues: str = QUEUES, **over: str
    ) -> Process:
        """`pool`: solo (one process), or the number of children."""
        children = ["-P", "solo"] if pool == "solo" else ["-c", pool]
        quiet = ["--without-gossip", "--without-mingle", "-n", f"w{len(self.processes)}@%h"]
        command = [sys.executable, "-m", "celery", "-A", "healthscore", "worker", "-l", "INFO"]
        return self.start(
            "worker", *command, "-Q", queues, *children, *quiet, FAILPOINT=failpoint, **over
        )

    def beat(self, **over: str) -> Process:
        command = [sys.executable, "-m", "celery", "-A", "healthscore", "beat", "-l", "INFO"]
        return self.start("beat", *command, "--pidfile=", **over)

    def web(self, *, threads: int = 4) -> int:
        """Its port; it answers."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        command = [sys.executable, "-m", "gunicorn", "healthscore.wsgi", "--worker-class"]
        options = ["gthread", "--threads", str(threads), "--bind", f"127.0.0.1:{port}"]
        self.start("web", *command, *options, "--no-control-socket", HEALTHSCORE_ROLE="web")

        def listens() -> bool:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return True

        until(listens, seconds=60, what="the web answers")
        return port

    def close(self) -> None:
        for process in self.processes:
            process.kill()
        self.broker.close()

    def manage(self, *arguments: str, **over: str) -> Process:
        """A command of manage.py, in the background."""
        command = [sys.executable, "manage.py", *arguments]
        return self.start(arguments[0], *command, **{"HEALTHSCORE_ROLE": "command"} | over)

    # what stands in the database

    def wait(self, *, seconds: float = FINISHES) -> None:
        """Until no run is open."""
        until(lambda: not Run.objects.open().exists(), seconds=seconds, what=self.story)

    def story(self) -> str:
        logs = "\n".join(
            f"--- {process.log.name}\n{process.said()[-1500:]}" for process in self.processes
        )
        return f"{self.ledger()}\n{logs}"

    def ledger(self) -> str:
        """Every run with its chunks, in a line each."""
        runs = Run.objects.order_by("pk").values(
            "pk", "business_day", "state", "is_published", "publishing", "publish_after", "reason"
        )
        chunks = RunChunk.objects.order_by("pk").values(
            "pk", "run", "kind", "lo", "state", "attempts", "owner", "lease_until", "last_error"
        )
        return "\n".join(map(str, [*runs, *chunks]))

    def until_chunks(self, number: int, *, state: str = "done", seconds: float = 150) -> None:
        until(
            lambda: RunChunk.objects.filter(state=state).count() >= number,
            seconds=seconds,
            what=lambda: f"{number} chunks {state}\n{self.story()}",
        )

    def night(self) -> Run:
        """The run of the template's night."""
        return Run.objects.get(reason="the night")

    def verified(self) -> str:
        """What `manage verify` says when all is quiet; raises where something is wrong or waits."""
        out = io.StringIO()
        call_command("verify", at_rest=True, stdout=out)
        return out.getvalue()


def snapshots(run: Run) -> Rows:
    """Account -> its values in the run, as text: equal to the bit."""
    with connections["default"].cursor() as cursor:
        cursor.execute(
            f"SELECT {VALUES} FROM metrics_snapshot"  # noqa: S608  our own columns
            " WHERE day = %s AND run_id = %s ORDER BY account_id",
            [run.business_day, run.pk],
        )
        return {row[0]: tuple(map(str, row[1:])) for row in cursor.fetchall()}


@contextlib.contextmanager
def connected(url: str) -> Iterator[None]:
    """Inside, this process's models are those of another database."""
    made = database(url, role="command") | {"CONN_MAX_AGE": 0}
    before = connections["default"]
    connections["default"] = ConnectionHandler({"default": made})["default"]
    try:
        yield
    finally:
        connections["default"].close()
        connections["default"] = before


def patience(seconds: float) -> None:
    """Something goes on meanwhile."""
    time.sleep(seconds)
