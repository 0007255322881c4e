"""The processes of a demo: started, watched, and ended in the order that loses nothing."""

import contextlib
import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, Any, Self

from healthscore.embedded.children import Child, environment, start, stop
from healthscore.embedded.places import Place
from healthscore.embedded.postgres import ServerError

# Web first, so that nobody asks for what is going away; the worker may finish its chunk.
WORKERS = ("worker-interactive", "worker-ingest", "worker")
ENDS = ("web", "beat", *WORKERS)
PATIENCE = {"web": 6.0, "beat": 5.0}
PATIENCE_WITH_WORKER = 10.0
# A worker that dies with us must not wait for its task: the ledger gives the chunk to another.
ON_OUR_DEATH = dict.fromkeys(WORKERS, signal.SIGKILL)
REVIVES_AFTER = 3.0
LOG_LIMIT = 5_000_000
LAST_LINES = 20


class Processes:
    """Named processes, each with a log in the place's data folder. A context manager."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.kept: dict[str, Child] = {}
        self.once: list[Child] = []
        self.commands: dict[str, tuple[str, ...]] = {}
        self.started: dict[str, float] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *problem: object) -> None:
        for child in self.once:
            stop(child, patience=2)
        for name in ENDS:
            if name == WORKERS[0]:
                self._end_workers()
            if name in self.kept:
                stop(self.kept[name], patience=PATIENCE.get(name, PATIENCE_WITH_WORKER))

    def _end_workers(self) -> None:
        """All are asked at the same time, and so end at the same time."""
        for name in WORKERS:
            if name in self.kept and self.kept[name].poll() is None:
                self.kept[name].terminate()

    def keep(self, name: str, *command: str) -> None:
        """Start a process that is to run until the end."""
        self.commands[name] = command
        self.started[name] = time.monotonic()
        with self._log(name) as log:
            self.kept[name] = start(
                command,
                log=log,
                on_our_death=ON_OUR_DEATH.get(name, signal.SIGTERM),
                env=environment(HEALTHSCORE_ROLE="worker"),
                cwd=self.place.project,
            )

    def check(self) -> None:
        """Raise ServerError with the last lines of its log when a kept process has ended."""
        for name, child in self.kept.items():
            if child.poll() is not None:
                raise ServerError(self._ended(name))

    def revive(self) -> None:
        """Start again what has ended, as a supervisor would."""
        for name, child in list(self.kept.items()):
            if child.poll() is not None and time.monotonic() > self.started[name] + REVIVES_AFTER:
                stop(child)  # what is left of its group
                print(f"{name} has ended and is started again", file=sys.stderr, flush=True)
                self.keep(name, *self.commands[name])

    def run(self, name: str, *command: str) -> Child:
        """Start a command whose output goes to its log; it may end when it likes."""
        with self._log(name) as log:
            child = start(command, log=log, env=self._for_commands(), cwd=self.place.project)
        self.once.append(child)
        return child

    def ask(self, name: str, *command: str) -> dict[str, Any]:
        """Run a command to its end; the JSON object in the last line that it prints.

        Raises ServerError when it fails.
        """
        child = self.run(name, *command)
        while child.poll() is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(0.5)
            self.check()
        lines = self._path(name).read_text(encoding="utf-8").splitlines()
        answer = next((line for line in reversed(lines) if line.startswith("{")), None)
        if child.returncode or answer is None:
            raise ServerError(self._ended(name))
        found: dict[str, Any] = json.loads(answer)
        return found

    def _for_commands(self) -> dict[str, str]:
        return environment(HEALTHSCORE_ROLE="command")

    def _ended(self, name: str) -> str:
        path = self._path(name)
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()[-LAST_LINES:]
        return "\n".join([*lines, f"{name} has ended; its log is {path}."])

    def _path(self, name: str) -> Path:
        return self.place.data / f"{name}.log"

    def _log(self, name: str) -> IO[bytes]:
        path = self._path(name)
        if name not in ENDS or (path.exists() and path.stat().st_size > LOG_LIMIT):
            path.unlink(missing_ok=True)
        return path.open("ab")
