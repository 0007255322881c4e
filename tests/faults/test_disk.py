"""Case 17: the disk of the data is full. Nothing is half there or said to be what it is not."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from accounts.models import Person, Role, User
from healthscore.embedded.places import server_user
from metrics.models import Batch, UsageEvent, WriteKey
from tests.faults.conftest import Theatre
from tests.faults.servers import Cluster
from tests.faults.stage import Stage
from tests.faults.test_database import usage
from tests.faults.test_workers import LATER

SPARE = 24 << 20  # bytes that are free before something fills the disk
CALLS = 10_000  # in batches of 500
LEFT = 1 << 19  # and afterwards
ROWS = 10_000


class Disk:
    """A file system in memory of a known size, mounted at `folder`."""

    def __init__(self, folder: Path, *, size: int) -> None:
        self.folder = folder
        folder.mkdir(mode=0o755)
        user = server_user()
        owner = f"uid={user.pw_uid},gid={user.pw_gid}" if user else f"uid={os.geteuid()}"
        self._do("mount", "-t", "tmpfs", "-o", f"size={size},mode=0700,{owner}", "tmpfs", folder)
        self._other = folder / "something-else"

    def _do(self, *command: str | Path) -> None:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"no file system of a small size can be mounted here: {done.stderr}")

    def fill(self) -> None:
        """Something else takes what is left, but for a little."""
        with self._other.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(self.folder).free - LEFT)

    def free(self) -> None:
        self._other.unlink()

    def close(self) -> None:
        self._do("umount", self.folder)
        self.folder.rmdir()


@pytest.fixture
def disk(stage: Stage, theatre: Theatre) -> Iterator[Disk]:
    """The database of the case lies on it; the log of the cluster, on another one, goes on."""
    cluster = theatre.cluster
    connections["default"].close()
    size = int(str(cluster.ask(f"SELECT pg_database_size('{stage.name}')")))
    with ExitStack() as stack:
        small = Disk(cluster.place.data / "small", size=size + SPARE)
        stack.callback(small.close)
        _order(cluster, f"CREATE TABLESPACE small LOCATION '{small.folder}'")
        stack.callback(_order, cluster, "DROP TABLESPACE small")
        _order(cluster, f'ALTER DATABASE "{stage.name}" SET TABLESPACE small')
        stack.callback(cluster.drop, stage.name)
        yield small
        connections["default"].close()


def _order(cluster: Cluster, statement: str) -> None:
    with cluster.connect() as connection:
        connection.execute(statement)  # type: ignore[arg-type]


def calls(first: int, *, key: str) -> dict[str, Any]:
    """A batch of usage with ids of its own."""
    person = Person.objects.filter(persona="").first() or Person.objects.earliest("pk")
    batch = [
        {
            "type": "track",
            "messageId": f"full-{number}",
            "userId": person.external_id,
            "event": "reports",
            "timestamp": timezone.now().isoformat(),
            "context": {"groupId": person.account.external_id},
        }
        for number in range(first, first + 500)
    ]
    return {"writeKey": key, "batch": batch}


@LATER
def test_case_17_a_full_disk_refuses_what_it_cannot_keep_and_pages_go_on(
    stage: Stage, disk: Disk
) -> None:
    ada = User.objects.create_user("full@example.com", name="Ada", role=Role.ADMIN)
    key = WriteKey.objects.make("full", by=ada)[1]
    browser, door = Client(), Client()
    browser.force_login(ada)
    path = usage(stage, "usage.csv", rows=ROWS)
    before = UsageEvent.objects.count()
    disk.fill()

    process = stage.manage("import_csv", "usage", str(path))
    assert process.wait_for_end(seconds=60) == 1
    assert "the disk of the database is full" in process.said()
    assert "Traceback" not in process.said()
    assert UsageEvent.objects.count() == before

    answers = {
        first: door.post("/v1/batch", calls(first, key=key), content_type="application/json")
        for first in range(0, CALLS, 500)
    }
    assert {answer.status_code for answer in answers.values()} == {200, 503}
    kept = sum(
        answer.json()["accepted"] for answer in answers.values() if answer.status_code == 200
    )
    assert UsageEvent.objects.count() == before + kept
    assert browser.get("/").status_code == browser.get("/runs/").status_code == 200

    disk.free()
    for first, answer in answers.items():
        if answer.status_code == 503:
            assert answer["Retry-After"]
            again = door.post("/v1/batch", calls(first, key=key), content_type="application/json")
            assert again.status_code == 200
    assert UsageEvent.objects.count() == before + CALLS
    process = stage.manage("import_csv", "usage", str(path))
    assert process.wait_for_end(seconds=60) == 0, process.said()
    assert UsageEvent.objects.count() == before + CALLS + ROWS
    assert not Batch.objects.filter(state="running").exists()
