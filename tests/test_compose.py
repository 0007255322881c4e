"""The file for production, without containers: its own commands, arguments, users and passwords.

Taken from docker-compose.yml, they run against the embedded binaries on ports of this machine; and
so do the commands of docs/operations.md that go into a container.
"""

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis
from pytest_django import DjangoDbBlocker
from ruamel.yaml import YAML

from healthscore.backups import checksums
from healthscore.databases import POOL
from tests.composed import ROOT, Stack, free_port, until
from tests.faults.stage import connected

OURS = ("web", "worker", "worker-ingest", "worker-interactive", "beat")
# `docker compose exec SERVICE COMMAND` in the order of the page
PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
COMMANDS = {
    " ".join(words[:3] if words[0] == "python" else words[:1]): (service, words)
    for service, line in re.findall(
        r"^ *docker compose exec (?:-T )?(\w+) ([^<>\n]+)",
        PAGE,
        re.MULTILINE,
    )
    for words in [shlex.split(line)]
}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Database, broker, migrate; then web, workers and beat, as the file says."""
    with Stack(tmp_path_factory.mktemp("compose")) as made:
        made.database()
        made.broker()
        made.collect_static()
        assert made.service("migrate").wait() == 0, made.log.read_text(encoding="utf-8")[-2000:]
        for name in OURS:
            made.service(name)
        yield made


def test_the_file_is_a_compose_file() -> None:
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    done = subprocess.run([*check, ROOT / "docker-compose.yml"], capture_output=True, check=False)

    assert done.returncode == 0, done.stdout


def test_every_service_is_there_and_nobody_is_root() -> None:
    found = YAML(typ="safe").load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))

    assert set(found["services"]) == {"db", "broker", "migrate", *OURS}
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


@pytest.mark.parametrize("name", OURS)
def test_a_service_becomes_healthy(stack: Stack, name: str) -> None:
    until(lambda: stack.healthy(name))


def test_the_broker_keeps_what_it_was_given_and_answers_its_health_check(stack: Stack) -> None:
    test = stack.services["broker"]["healthcheck"]["test"]
    with redis.from_url(stack.environment("web")["REDIS_URL"]) as broker:
        kept = broker.config_get("appendonly", "appendfsync", "maxmemory-policy", "save")
        answer = broker.execute_command(*test[2:])  # its own client is not in the wheel

    assert test[:2] == ["CMD", "valkey-cli"]
    assert answer in (True, b"PONG")
    assert kept == {
        "appendonly": "yes",
        "appendfsync": "everysec",
        "maxmemory-policy": "noeviction",
        "save": "",
    }


def test_a_tick_is_done_and_all_of_it_is_ready(stack: Stack) -> None:
    until(lambda: stack.get("/readyz")[0] == 200)
    until(lambda: json.loads(stack.get("/readyz")[1])["workers"] == 3)

    found = json.loads(stack.get("/readyz")[1])
    assert (found["reasons"], found["database"], found["broker"]) == ([], "ok", "ok")
    assert found["tick_age_s"] < 60


def test_the_disk_of_the_database_is_watched(stack: Stack) -> None:
    web = stack.services["web"]
    watched = web["environment"]["HEALTHSCORE_DISKS"]
    data = {volume.split(":")[0] for volume in stack.services["db"]["volumes"]}

    assert [volume.split(":") for volume in web["volumes"]] == [[*data, watched, "ro"]]
    until(lambda: stack.healthy("web"))
    assert isinstance(json.loads(stack.get("/readyz")[1])["disk_percent"], int)


def connected_roles(stack: Stack) -> set[str]:
    """Of those that have a connection to the database now."""
    query = "SELECT DISTINCT application_name FROM pg_stat_activity"
    with psycopg.connect(stack.environment("web")["DATABASE_URL"], autocommit=True) as line:
        return {str(name).removeprefix("healthscore-") for (name,) in line.execute(query)}


def test_connections_of_all_processes_are_far_fewer_than_the_database_takes(stack: Stack) -> None:
    most = 0
    for name in OURS:
        command = stack.services[name]["command"]
        if "--workers" in command:
            most += int(command[command.index("--workers") + 1]) * int(POOL["max_size"])
            assert int(command[command.index("--threads") + 1]) <= POOL["max_size"]
        elif "--concurrency" in command:  # its own and that of the lease; signs of life
            most += 2 * int(command[command.index("--concurrency") + 1]) + 1
    with psycopg.connect(stack.environment("web")["DATABASE_URL"]) as line:
        found = line.execute("SHOW max_connections").fetchone()

    assert found is not None
    assert most == 59
    assert most <= int(found[0]) - 10
    until(lambda: stack.healthy("web") and {"web", "worker"} <= connected_roles(stack))
    assert f"it is {most} of {found[0]}" in " ".join(PAGE.split())


def test_the_commands_that_the_page_names_back_up_and_restore(
    stack: Stack, tmp_path: Path, django_db_blocker: DjangoDbBlocker
) -> None:
    """With a user whom the page's own command made, into a cluster that the file made."""
    ada = {"DJANGO_SUPERUSER_EMAIL": "ada@example.com", "DJANGO_SUPERUSER_PASSWORD": "p" * 15}
    _do(stack, "python manage.py createsuperuser", "--noinput", **ada)
    dump = _do(stack, "pg_dump")

    with Stack(tmp_path) as other:
        other.database()
        _do(other, "pg_restore", standard_input=dump)
        _do(other, "python manage.py verify")
        printed = _do(other, "python manage.py checksums").decode()
        address = other.environment("web")["DATABASE_URL"]
        with django_db_blocker.unblock(), connected(address):
            restored = checksums()
    with django_db_blocker.unblock(), connected(stack.environment("web")["DATABASE_URL"]):
        was = checksums()

    goes_on = {"metrics_heartbeat", "cache"}
    assert {name: was[name] for name in was.keys() - goes_on} == {
        name: restored[name] for name in restored.keys() - goes_on
    }
    assert was["accounts_user"][0] == 1
    assert printed == "".join(f"{name} {rows} {sum_}\n" for name, (rows, sum_) in restored.items())


def _do(stack: Stack, command: str, *more: str, standard_input: bytes = b"", **env: str) -> bytes:
    service, words = COMMANDS[command]
    return stack.execute(service, [*words, *more], standard_input=standard_input, **env)


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
