"""Taking usage in, exactly once: as prebuilt rows, as a file, over HTTP.

`rows` is what the ingest does with rows that are read and placed: staging, every event once by its
key, days marked for the rollups; beside it COPY CSV of the same rows into a table without any
index, of which it should reach a quarter. `file` is a whole CSV file, read and judged. `http` are
batches of calls through the door, with keys, limits, reading and counting; beside it COPY text of
the same rows (a tenth) and an endpoint that uses bulk_create (four times as fast). Every way gets
its own share of time in every round, with rows that are new to it; the table holds events already.
Ratios are told by the clock and by the work: `cpu` is that of this process, `db` that of its
PostgreSQL backend, which says more on a machine that has other work.
"""

from __future__ import annotations

import argparse
import base64
import datetime as dt
import json
import os
import random
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench._stage import Report, arguments, connection, say  # first: it sets Django up

from django.conf import settings  # isort: skip
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts.models import Role, User
from bench import _peers
from metrics.api import body, doors
from metrics.ingest import import_file
from metrics.ingest.delivery import Delivery
from metrics.ingest.usage import UsageLoader
from metrics.models import Batch, Feature, WriteKey
from metrics.sources.catalogue import USAGE

Work = Callable[[], object]
FEATURES = 40
DAYS = 30


def main() -> None:
    """Round after round; nothing is left in the database."""
    asked = arguments(__doc__, accounts=1_000, more=_more)
    call_command("migrate", verbosity=0)
    settings.ROOT_URLCONF = "bench._peers"
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.HTTP_REQUESTS_PER_MINUTE = settings.HTTP_CALLS_PER_SECOND = 1_000_000_000
    doors.MAX_CALLS, body.MAX_BODY = asked.batch, 1 << 30
    report = Report("ingest", asked.accounts)
    with transaction.atomic():
        world = _World(asked.accounts)
        world.fill(asked.existing)
        _measure(world, asked, report)
        transaction.set_rollback(True)
    report.write(asked.json)


def _more(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rows", type=int, default=100_000, help="rows of a bulk load")
    parser.add_argument("--calls", type=int, default=20_000, help="calls over HTTP")
    parser.add_argument("--batch", type=int, default=5_000, help="calls in one request")
    parser.add_argument("--existing", type=int, default=1_000_000, help="events before")
    parser.add_argument("--profile", choices=["rows", "file", "http"], help="one way alone")


class _World:
    """Customers, and events that nobody has sent yet."""

    def __init__(self, accounts: int) -> None:
        self.people = _peers.accounts_and_people(accounts, each=10)
        keys = [f"feature {number}" for number in range(FEATURES)]
        Feature.objects.bulk_create([Feature(key=key, name=key) for key in keys])
        self.features = dict(Feature.objects.filter(key__in=keys).values_list("key", "pk"))
        self.random = random.Random(7)  # noqa: S311
        self.now = timezone.now()
        self.batch = Batch.objects.create(source="usage")

    def fill(self, rows: int) -> None:
        """Events of the past year, so that keys are looked for in an index of some depth."""
        say(f"{rows:,} events before")
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO metrics_usageevent (account_id, person_id, occurred_at, day, count,"
                " event_key, known_at, batch_id)"
                " SELECT p.account_id, p.id, at, at::date, 1, gen_random_uuid(), at, 0"
                " FROM (SELECT i, now() - (i %% 300 + 31) * interval '1 day' AS at"
                "  FROM generate_series(1, %s) i) e"
                " JOIN (SELECT *, row_number() OVER () AS n FROM accounts_person"
                "  WHERE external_id LIKE 'bench-%%') p ON p.n = 1 + e.i %% %s",
                [rows, len(self.people)],
            )
            cursor.execute("ANALYZE metrics_usageevent")

    def events(self, count: int) -> list[tuple[str, tuple[str, int, int], str, dt.datetime]]:
        """Id, person, feature and moment of new events."""
        choose, features = self.random.choice, list(self.features)
        return [
            (
                str(uuid.UUID(int=self.random.getrandbits(128), version=4)),
                choose(self.people),
                choose(features),
                self.now - dt.timedelta(seconds=self.random.randrange(DAYS * 86_400)),
            )
            for _ in range(count)
        ]

    def staged(self, events: list[Any]) -> list[tuple[Any, ...]]:
        """As the loader stages them."""
        return [
            (at, key, person[2], person[1], self.features[feature], moment.isoformat(),
             moment.date().isoformat(), 1)
            for at, (key, person, feature, moment) in enumerate(events)
        ]  # fmt: skip

    def stored(self, events: list[Any]) -> list[tuple[Any, ...]]:
        """As they stand in the table."""
        now, batch_id = self.now.isoformat(), self.batch.pk
        return [(*row[2:8], row[1], now, batch_id) for row in self.staged(events)]


def _rows(world: _World, count: int) -> dict[str, Work]:
    events = world.events(count)
    staged, data = world.staged(events), _peers.as_csv(world.stored(events))

    def exactly_once() -> None:
        loader = UsageLoader(Delivery(batch_id=world.batch.pk, now=world.now, zone=dt.UTC))
        for at in range(0, len(staged), 20_000):
            loader.insert([], staged[at : at + 20_000])
        loader.finish()
        assert loader.tally.created == count  # noqa: S101

    return {"rows, exactly once": exactly_once, "rows, COPY CSV": lambda: _peers.copy_csv(data)}


def _file(world: _World, count: int, folder: Path) -> dict[str, Work]:
    path = folder / f"{uuid.uuid4()}.csv"
    with path.open("w", encoding="utf-8") as stream:
        stream.write(",".join(USAGE.header) + "\n")
        stream.writelines(
            f"{key},,{person[0]},{feature},{moment.isoformat()},1\n"
            for key, person, feature, moment in world.events(count)
        )
    return {"file, exactly once": lambda: import_file("usage", path)}


def _http(world: _World, count: int, batch: int, token: str) -> dict[str, Work]:
    client = Client()
    basic = "Basic " + base64.b64encode(f"{token}:".encode()).decode()

    def post(address: str, events: list[Any]) -> Work:
        bodies = [_calls(events[at : at + batch]) for at in range(0, count, batch)]

        def send() -> None:
            for data in bodies:
                kind = "application/json"
                answer = client.post(address, data, content_type=kind, HTTP_AUTHORIZATION=basic)
                assert answer.json()["success"], answer.content  # noqa: S101

        return send

    rows = world.stored(world.events(count))
    return {
        "http, exactly once": post("/v1/batch", world.events(count)),
        "http, bulk_create": post("/bench/bulk-create", world.events(count)),
        "http, COPY text": lambda: _peers.copy_text(rows),
    }


def _calls(events: list[Any]) -> bytes:
    return json.dumps(
        {
            "batch": [
                {
                    "type": "track",
                    "messageId": key,
                    "userId": person[0],
                    "event": feature,
                    "timestamp": moment.isoformat(),
                    "properties": {"pages": 3, "format": "pdf"},
                    "context": {"library": {"name": "analytics-python", "version": "2.4.0"}},
                }
                for key, person, feature, moment in events
            ]
        }
    ).encode()


def _measure(world: _World, asked: argparse.Namespace, report: Report) -> None:
    user = User.objects.create_user("ingest@example.com", name="Ingest", role=Role.ADMIN)
    token = WriteKey.objects.make("bench", by=user)[1]
    seconds: dict[str, list[tuple[float, ...]]] = {}
    database = _backend()
    with tempfile.TemporaryDirectory() as folder:
        for number in range(asked.rounds + 1):
            say(f"round {number} of {asked.rounds}")
            _peers.bare_table()
            ways = _ways(world, asked, Path(folder), token)
            for name, work in ways.items():
                before = (time.perf_counter(), time.process_time(), database())
                work()
                after = (time.perf_counter(), time.process_time(), database())
                took = tuple(end - begin for begin, end in zip(before, after, strict=True))
                if number:  # the first fills caches
                    seconds.setdefault(name, []).append(took)
    _tell(seconds, asked, report)


def _ways(world: _World, asked: argparse.Namespace, folder: Path, token: str) -> dict[str, Work]:
    ways = {
        "rows": lambda: _rows(world, asked.rows),
        "file": lambda: _file(world, asked.rows, folder),
        "http": lambda: _http(world, asked.calls, asked.batch, token),
    }
    wanted = [asked.profile] if asked.profile else list(ways)
    return {name: work for way in wanted for name, work in ways[way]().items()}


def _backend() -> Callable[[], float]:
    """Seconds that the PostgreSQL process of this connection has worked; 0 on another machine."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        path = Path(f"/proc/{cursor.fetchone()[0]}/stat")
    ticks = os.sysconf("SC_CLK_TCK")

    def worked() -> float:
        if not path.exists():
            return 0.0
        fields = path.read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / ticks

    return worked


def _tell(
    seconds: dict[str, list[tuple[float, ...]]], asked: argparse.Namespace, report: Report
) -> None:
    walls, works = {}, {}
    for name, took in seconds.items():
        count = asked.calls if name.startswith("http") else asked.rows
        wall, busy, database = (statistics.median(column) for column in zip(*took, strict=True))
        walls[name], works[name] = count / wall, count / max(busy + database, 0.001)
        report.add(name, rows_per_s=round(count / wall), wall_s=wall, cpu_s=busy, db_s=database)
    for name, of, target in (
        ("rows, exactly once", "rows, COPY CSV", 0.25),
        ("http, exactly once", "http, COPY text", 0.10),
        ("http, exactly once", "http, bulk_create", 4.0),
    ):
        if name in walls and of in walls:
            ratios = {"wall": walls[name] / walls[of], "work": works[name] / works[of]}
            report.add(f"{name} / {of.split(', ')[1]}", **ratios, target=target)


if __name__ == "__main__":
    main()
