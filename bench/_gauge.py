"""Seconds of a piece of work: waited for, worked by this process, and by its database backend."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from django.db import connection


def backend_cpu() -> float:
    """CPU seconds of the backend behind the connection so far; 0 where there is no /proc, or the
    database runs on another machine.
    """
    connection.ensure_connection()
    return process_cpu(connection.connection.info.backend_pid)


def process_cpu(pid: int) -> float:
    """CPU seconds of a process so far; 0 where it cannot be known."""
    try:
        spent = Path(f"/proc/{pid}/schedstat").read_text()
    except OSError:
        return 0.0
    return int(spent.split()[0]) / 1e9


@dataclass
class Spent:
    """Wall, own CPU and the backend's, in seconds; how many times."""

    wall: float = 0.0
    own: float = 0.0
    database: float = 0.0
    times: int = 0

    @property
    def cpu(self) -> float:
        """Of both processes."""
        return self.own + self.database

    @contextmanager
    def more(self) -> Iterator[None]:
        """Adds what the block takes."""
        wall, own, database = time.perf_counter(), time.process_time(), backend_cpu()
        try:
            yield
        finally:
            self.wall += time.perf_counter() - wall
            self.own += time.process_time() - own
            self.database += backend_cpu() - database
            self.times += 1

    def numbers(self) -> dict[str, float]:
        """For JSON."""
        return {"wall": self.wall, "cpu": self.cpu, "own": self.own, "database": self.database}


def spent_by(work: Callable[[], object]) -> Spent:
    """What one call takes."""
    spent = Spent()
    with spent.more():
        work()
    return spent


@dataclass
class Stages:
    """What functions of modules take while they are watched, under a name for each."""

    spent: dict[str, Spent] = field(default_factory=dict)

    def watch(self, stage: str, module: ModuleType, name: str) -> None:
        """From here on every call of `module.name` counts."""
        function: Callable[..., Any] = getattr(module, name)
        own = self.spent.setdefault(stage, Spent())

        def watched(*args: Any, **named: Any) -> Any:
            with own.more():
                return function(*args, **named)

        setattr(module, name, watched)
