"""The services of docker-compose.yml as processes on this machine, without containers.

Their own commands, arguments, users, passwords and health checks run against the embedded binaries.
"""

from __future__ import annotations

import http.client
import re
import shutil
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any, Self

import psycopg
import redis
from ruamel.yaml import YAML

from healthscore.embedded.broker import binary
from healthscore.embedded.children import Child, start, stop
from healthscore.embedded.places import TEST, Place
from healthscore.embedded.postgres import binaries

ROOT = Path(__file__).resolve().parents[1]
GIVEN = {
    "SECRET_KEY": "compose-" + "k" * 50,
    "DB_PASSWORD": "pass4compose",
    "ALLOWED_HOSTS": "health.example.com",
}
# A test does not wait for a minute to pass.
SOON = {"HEALTHSCORE_TICK_SECONDS": "2", "HEALTHSCORE_DEAF_SECONDS": "20"}
FROM_PROXY = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1"}
REFERENCE = re.compile(r"\$\{(\w+)(?::([?-])([^}]*))?\}")


def filled(value: Any) -> Any:
    """Compose's own ${NAME}, ${NAME:-default} and ${NAME:?message}."""
    if isinstance(value, dict):
        return {key: filled(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [filled(inner) for inner in value]
    if not isinstance(value, str):
        return value
    return REFERENCE.sub(lambda found: GIVEN.get(found[1]) or _default(found), value)


def _default(found: re.Match[str]) -> str:
    assert found[2] == "-", f"{found[1]} is required and was not given"
    return found[3]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Stack:
    """The services of the file as processes: their host names become ports of 127.0.0.1."""

    def __init__(self, folder: Path) -> None:
        self.place = Place(folder, TEST)
        self.place.prepare()
        read = YAML(typ="safe").load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
        self.services: dict[str, Any] = filled(read)["services"]
        self.addresses = {
            name: f"127.0.0.1:{free_port()}" for name in ("db:5432", "broker:6379", "0.0.0.0:8000")
        }
        self.log = folder / "log"
        self.running = ExitStack()
        self.ours: list[Child] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *problem: object) -> None:
        for child in self.ours:  # all of them at once; then in order, servers last
            child.terminate()
        self.running.close()
        for folder in (self.place.data.parent, self.place.sockets.parent):
            shutil.rmtree(folder, ignore_errors=True)

    def here(self, text: str) -> str:
        for there, address in self.addresses.items():
            text = text.replace(there, address)
        return text.replace("/watched/db", str(self.place.cluster))

    def port(self, there: str) -> str:
        return self.addresses[there].rpartition(":")[2]

    def environment(self, name: str) -> dict[str, str]:
        """What the service gets, and of ours only what finds programs."""
        given = self.services[name]["environment"]
        own = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "LANG": "C.UTF-8"}
        own |= {"STATIC_ROOT": str(self.log.with_name("static")), "PORT": self.port("0.0.0.0:8000")}
        own |= SOON
        return own | {key: self.here(str(value)) for key, value in given.items()}

    def start(self, command: list[str | Path], **options: Any) -> Child:
        with self.log.open("ab") as log:
            child = start(command, log=log, **options)
        self.running.callback(stop, child, patience=15)
        return child

    def database(self) -> None:
        """As the image does: initdb with the arguments, a password, and the database."""
        given = self.services["db"]["environment"]
        programs, cluster = binaries(self.place), self.place.cluster
        password = cluster.with_name("password")
        password.write_text(given["POSTGRES_PASSWORD"], encoding="utf-8")
        password.chmod(0o644)
        arguments = given["POSTGRES_INITDB_ARGS"].split()
        options = ["-U", given["POSTGRES_USER"], f"--pwfile={password}", "-A", "scram-sha-256"]
        run = {"demoted": True, "cwd": Path("/")}
        initdb = [programs / "initdb", "-D", cluster, "--no-sync", *options, *arguments]
        assert self.start(initdb, **run).wait() == 0
        port = ["-p", self.port("db:5432"), "-c", "listen_addresses=127.0.0.1", "-F"]
        sockets = ["-c", f"unix_socket_directories={self.place.sockets}"]
        program, *settings = self.services["db"]["command"]
        self.start([programs / program, "-D", cluster, *settings, *port, *sockets], **run)
        # The image's health check, with the address that it has inside its container.
        ready = [str(programs / "pg_isready"), *self.services["db"]["healthcheck"]["test"][2:]]
        ready += ["-h", "127.0.0.1", "-p", self.port("db:5432")]
        until(lambda: subprocess.run(ready, capture_output=True, check=False).returncode == 0)
        address = self.environment("web")["DATABASE_URL"].rpartition("/")[0] + "/postgres"
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{given["POSTGRES_DB"]}"')

    def broker(self) -> None:
        _, *arguments = self.services["broker"]["command"]
        options = ["--bind", "127.0.0.1", "--port", self.port("broker:6379")]
        options += ["--dir", str(self.place.broker_data)]
        self.start(
            [binary(self.place), *arguments, *options], demoted=True, cwd=self.place.broker_data
        )
        until(lambda: redis.from_url(self.environment("web")["REDIS_URL"]).ping())

    def service(self, name: str) -> Child:
        """One of our own: its command, in its environment."""
        command = [self.here(part) for part in self.services[name]["command"]]
        command[0] = str(Path(sys.executable).with_name(command[0]))
        self.ours.append(self.start([*command], env=self.environment(name), cwd=ROOT))
        return self.ours[-1]

    def collect_static(self) -> None:
        """What the Dockerfile does with the pages' files."""
        step = next(
            line
            for line in (ROOT / "Dockerfile").read_text("utf-8").splitlines()
            if "collectstatic" in line
        )
        words = step.split("python ")[1].rstrip("\\ ").split()
        assert (
            self.start([sys.executable, *words], env=self.environment("web"), cwd=ROOT).wait() == 0
        )

    def execute(
        self,
        name: str,
        words: list[str],
        *,
        standard_input: bytes = b"",
        **environment: str,
    ) -> bytes:
        """What `docker compose exec` prints: a command inside a service; it must succeed."""
        env = self.environment(name) | environment
        if name == "db":  # there the server is asked through its socket, which wants no password
            words = [str(binaries(self.place) / words[0]), *words[1:]]
            env |= {"PGHOST": "127.0.0.1", "PGPORT": self.port("db:5432")}
            env |= {"PGPASSWORD": env["POSTGRES_PASSWORD"]}
        else:
            words = [sys.executable, *words[1:]]
        done = subprocess.run(
            words, env=env, cwd=ROOT, input=standard_input, capture_output=True, check=False
        )
        assert done.returncode == 0, (words, done.stderr.decode())
        return done.stdout

    def get(self, path: str) -> tuple[int, str]:
        """Status and body of a page, asked through a TLS proxy."""
        address = self.addresses["0.0.0.0:8000"]
        with closing(http.client.HTTPConnection(address, timeout=10)) as line:
            line.request("GET", path, headers={"Host": "health.example.com", **FROM_PROXY})
            answer = line.getresponse()
            return answer.status, answer.read().decode("utf-8", errors="replace")

    def healthy(self, name: str) -> bool:
        """The service's health check, as the file has it."""
        _, _, *arguments = self.services[name]["healthcheck"]["test"]
        done = subprocess.run(
            [sys.executable, *arguments],
            env=self.environment(name),
            cwd=ROOT,
            capture_output=True,
            check=False,
        )
        return done.returncode == 0


def until(ready: Any, *, seconds: float = 120) -> None:
    """Wait until `ready` is true; an error means: not yet."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if ready():
                return
        except (OSError, redis.ConnectionError):
            pass
        time.sleep(0.1)
    raise AssertionError("not ready in time")
