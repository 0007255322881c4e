"""The keeper: a background process that runs the servers of a place as long as somebody uses them.

Who uses them holds a shared lock on `users`; the kernel lets go of it in whatever way the user
ends, kill -9 included. `run.py up` leaves the file `kept` instead.
Locks, each a file in the place's data folder:
  keeper  held by the one process that may start servers or touch their pid files
  users   shared by the users; the keeper takes it alone while it stops the servers, so that who
          comes in that moment waits and starts them anew
"""

import contextlib
import fcntl
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import IO

from healthscore.embedded.broker import start_broker
from healthscore.embedded.children import Child, stop
from healthscore.embedded.places import Place, PlaceError
from healthscore.embedded.postgres import ServerError, make_cluster, start_postgres

LOOKS_EVERY = 0.25
LOG_LIMIT = 5_000_000


def lock_file(place: Place, name: str) -> IO[bytes]:
    return (place.data / f"{name}.lock").open("ab")


def take(lock: IO[bytes], *, how: int) -> bool:
    """Take a lock without waiting; False if somebody else has it."""
    try:
        fcntl.flock(lock, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


class Stopped(Exception):
    """SIGTERM: `run.py down`, or the machine shuts down."""


def _stopped(number: int, frame: FrameType | None) -> None:
    # Once is enough: a second signal must not interrupt the shutdown.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise Stopped


def start_keeper(place: Place) -> int:
    """Put a keeper into the background; 0 when its servers are ready or another one is there.

    1 when they do not start, with the reason on standard error.
    """
    sys.stdout.flush()
    reading, writing = os.pipe()
    if os.fork():
        os.close(writing)
        with os.fdopen(reading, "r", encoding="utf-8") as said:
            problem = said.read()
        if problem:
            print(problem, file=sys.stderr)
        return 1 if problem else 0
    os.close(reading)
    os.setsid()
    with open(os.devnull, "r+b", buffering=0) as nothing:  # noqa: PTH123
        for standard in (0, 1, 2):
            os.dup2(nothing.fileno(), standard)
    os._exit(keep(place, report=writing))


def keep(place: Place, *, report: int) -> int:
    """Run the servers until nobody uses them. Exit code 0; 1 when they do not start or end.

    `report` is a file descriptor: closed when the servers are ready, after an error was written.
    """
    signal.signal(signal.SIGTERM, _stopped)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with lock_file(place, "keeper") as lock, _log(place.log) as log:
            if not take(lock, how=fcntl.LOCK_EX):
                return 0
            # `users` outlasts the servers: who comes while they stop waits for it.
            with lock_file(place, "users") as users, _servers(place, log=log) as servers:
                os.close(report)
                return _watch(place, servers, users)
    except (ServerError, PlaceError, OSError) as error:
        os.write(report, str(error).encode())
        return 1
    except Stopped:
        return 0


@contextlib.contextmanager
def _servers(place: Place, *, log: IO[bytes]) -> Iterator[list[Child]]:
    ready = place.data / "ready"
    ready.unlink(missing_ok=True)
    with contextlib.ExitStack() as stack:
        broker = start_broker(place, log=log)
        stack.callback(stop, broker)
        make_cluster(place, log=log)
        postgres = start_postgres(place, log=log)
        stack.callback(stop, postgres, by=signal.SIGINT)
        ready.touch()
        stack.callback(ready.unlink, missing_ok=True)
        yield [postgres, broker]


def _watch(place: Place, servers: list[Child], users: IO[bytes]) -> int:
    """Until nobody uses the servers (0), or one of them ended by itself (1)."""
    while all(server.poll() is None for server in servers):
        if not (place.data / "kept").exists() and take(users, how=fcntl.LOCK_EX):
            return 0
        time.sleep(LOOKS_EVERY)
    return 1


def _log(path: Path) -> IO[bytes]:
    if path.exists() and path.stat().st_size > LOG_LIMIT:
        path.replace(path.with_suffix(".log.1"))
    return path.open("ab")
