"""The file for production, without containers: its own commands, arguments, users and passwords.

Taken from docker-compose.yml, they run against the embedded binaries on ports of this machine.
"""

import http.client
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
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

    def here(self, text: str) -> str:
        for there, address in self.addresses.items():
            text = text.replace(there, address)
        return text

    def port(self, there: str) -> str:
        return self.addresses[there].rpartition(":")[2]

    def environment(self, name: str) -> dict[str, str]:
        """What the service gets, and of ours only what finds programs."""
        given = self.services[name]["environment"]
        own = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "LANG": "C.UTF-8"}
        own |= {"STATIC_ROOT": str(self.log.with_name("static")), "PORT": self.port("0.0.0.0:8000")}
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
        self.start([programs / "postgres", "-D", cluster, *port, *sockets], **run)
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
        return self.start([*command], env=self.environment(name), cwd=ROOT)

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


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Database, broker, migrate; then web, worker and beat, as the file says."""
    made = Stack(tmp_path_factory.mktemp("compose"))
    with made.running:
        made.database()
        made.broker()
        made.collect_static()
        assert made.service("migrate").wait() == 0, made.log.read_text(encoding="utf-8")[-2000:]
        for name in ("web", "worker", "beat"):
            made.service(name)
        yield made
    for folder in (made.place.data.parent, made.place.sockets.parent):
        shutil.rmtree(folder, ignore_errors=True)


def test_the_file_is_a_compose_file() -> None:
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    done = subprocess.run([*check, ROOT / "docker-compose.yml"], capture_output=True, check=False)

    assert done.returncode == 0, done.stdout


def test_every_service_is_there_and_nobody_is_root() -> None:
    found = YAML(typ="safe").load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))

    assert {"db", "broker", "migrate", "web", "worker", "beat"} <= set(found["services"])
    ours = {name for name, service in found["services"].items() if service.get("build") == "."}
    users = {
        name: service["user"] for name, service in found["services"].items() if name not in ours
    }
    assert users == {"db": "postgres", "broker": "valkey"}
    assert "\nUSER healthscore\n" in (ROOT / "Dockerfile").read_text(encoding="utf-8")


def test_every_queue_has_a_worker(stack: Stack) -> None:
    queues = {
        queue
        for service in stack.services.values()
        if "-Q" in (command := service.get("command", []))
        for queue in command[command.index("-Q") + 1].split(",")
    }

    assert queues == {"interactive", "nightly", "ingest"}


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_a_service_becomes_healthy(stack: Stack, name: str) -> None:
    until(lambda: stack.healthy(name))


def test_the_log_in_page_and_all_its_files_are_served(stack: Stack) -> None:
    until(lambda: stack.healthy("web"))

    status, page = stack.get("/log-in/")
    files = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)

    assert status == 200
    assert {file: stack.get(file)[0] for file in files} == dict.fromkeys(files, 200)


def test_a_service_without_its_broker_is_not_healthy(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(stack.addresses, "broker:6379", f"127.0.0.1:{free_port()}")

    assert not stack.healthy("beat")
