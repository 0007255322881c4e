"""Servers that tests may kill: a PostgreSQL cluster with fsync on, and a broker for each case."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import psycopg
from django.db import Error, connections
from redis import Redis, RedisError

from healthscore.embedded.broker import start_broker
from healthscore.embedded.children import Child, stop
from healthscore.embedded.places import DEMO, Place
from healthscore.embedded.postgres import make_cluster, start_postgres

AWAY = (psycopg.Error, Error, RedisError, OSError)


def until(true: Callable[[], object], *, seconds: float, what: str | Callable[[], str]) -> None:
    """Waits; an error of a server that is away means: not yet."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if true():
                return
        except AWAY:
            connections["default"].close()
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds:.0f} s: {what() if callable(what) else what}")


class Cluster:
    """PostgreSQL with what a crash needs switched on; databases are made from a template."""

    def __init__(self, folder: Path) -> None:
        # the profile of the demo: no setting is careless
        self.place = Place(folder, DEMO)
        self.place.prepare()
        self.log: IO[bytes] = self.place.log.open("ab")
        make_cluster(self.place, log=self.log)
        self.server: Child = start_postgres(self.place, log=self.log)
        with self.connect() as connection:
            # after a crash: one call in place of one for every file of every copy
            connection.execute("ALTER SYSTEM SET recovery_init_sync_method = 'syncfs'")
            connection.execute("SELECT pg_reload_conf()")
        assert self.ask("SHOW fsync") == "on"
        assert self.ask("SHOW full_page_writes") == "on"

    def url(self, database: str) -> str:
        return f"postgresql://healthscore@/{database}?host={self.place.sockets}"

    def connect(self, database: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(self.url(database), autocommit=True)

    def ask(self, query: str, *, database: str = "postgres") -> object:
        """The first column of the first row."""
        with self.connect(database) as connection:
            row = connection.execute(query).fetchone()
        return row[0] if row else None

    def clone(self, template: str, name: str) -> None:
        if self.server.poll() is not None:
            self.start()  # a case that failed has left it so
        self.answers()
        with self.connect() as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
            connection.execute("CHECKPOINT")  # else a crash would replay the copying

    def answers(self) -> None:
        """Waits until it takes connections again."""
        until(lambda: self.ask("SELECT 1"), seconds=120, what="PostgreSQL is back")

    def drop(self, name: str) -> None:
        self.answers()
        with self.connect() as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def kill_backend(self, database: str, *, role: str = "") -> bool:
        """kill -9 on one backend that works for the database, in that role if one is named: the
        server restarts all sessions.
        """
        query = (
            "SELECT pid FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
            " AND application_name LIKE %s ORDER BY state = 'active' DESC LIMIT 1"
        )
        with self.connect() as connection:
            row = connection.execute(query, [database, f"%{role}"]).fetchone()
        if row:
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(str(row[0])), signal.SIGKILL)
        return bool(row)

    def terminate(self, database: str) -> int:
        """Cuts the sessions of a database; how many."""
        query = (
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = %s AND pid <> pg_backend_pid()"
        )
        with self.connect() as connection:
            found = connection.execute(query, [database]).fetchone()
        return int(str(found[0])) if found else 0

    def crash(self) -> None:
        """pg_ctl -m immediate: no checkpoint, no goodbye; then it starts, and recovers."""
        stop(self.server, by=signal.SIGQUIT)
        self.start()

    def start(self) -> None:
        self.server = start_postgres(self.place, log=self.log)

    def close(self) -> None:
        stop(self.server, by=signal.SIGINT)
        self.log.close()
        for folder in (self.place.data.parent, self.place.sockets.parent):
            shutil.rmtree(folder, ignore_errors=True)


class Broker:
    """A valkey of its own: killed, frozen, emptied at will."""

    def __init__(self, folder: Path) -> None:
        self.place = Place(folder, DEMO)
        self.place.prepare()
        self.log: IO[bytes] = self.place.log.open("ab")
        self.server: Child | None = None
        self.start()

    @property
    def url(self) -> str:
        return self.place.broker_url

    def client(self) -> Redis:
        return Redis(unix_socket_path=str(self.place.broker_socket), socket_timeout=5)

    def start(self) -> None:
        self.server = start_broker(self.place, log=self.log)

    def kill(self, *, lose_data: bool = False) -> None:
        assert self.server is not None
        stop(self.server, by=signal.SIGKILL)
        if lose_data:
            for path in self.place.broker_data.iterdir():
                shutil.rmtree(path) if path.is_dir() else path.unlink()

    def freeze(self) -> None:
        assert self.server is not None
        self.server.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self.server is not None
        self.server.send_signal(signal.SIGCONT)

    def close(self) -> None:
        assert self.server is not None
        stop(self.server, by=signal.SIGKILL)
        self.log.close()
        for folder in (self.place.data.parent, self.place.sockets.parent):
            shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def short_folder() -> Iterator[Path]:
    """A path that leaves room for a socket's name."""
    folder = Path(tempfile.mkdtemp(prefix="hf-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
