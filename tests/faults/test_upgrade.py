"""Case 18 with the real command: an installation is brought up to date while people use it."""

from __future__ import annotations

import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import psycopg
from django.db import connections
from psycopg import sql

from accounts.models import Account, Role, User
from metrics.models import Run, UsageEvent, WriteKey
from tests.faults.browser import Browser
from tests.faults.stage import Process, Stage, patience
from tests.faults.test_database import FEATURE
from tests.faults.test_ingest import Client
from tests.faults.test_workers import LATER
from tests.waits import Watch

Check = Callable[[], Run]
pytestmark = LATER
BUSY = 9.0  # seconds for which a transaction that has read a table goes on
LOCK = 2.0  # seconds for which a migration waits for it
SLACK = 1.0  # seconds after which PostgreSQL has ended a wait that is over, on any machine
# tables that every page and every batch needs, one migration each: ALTER wants them for itself
HOT = ("accounts_account", "metrics_run", "metrics_usageevent")
APP = """from healthscore.settings import *
INSTALLED_APPS = [*INSTALLED_APPS, "later"]
"""
MIGRATION = """from django.db import migrations
class Migration(migrations.Migration):
    dependencies = {before}
    operations = [migrations.RunSQL("ALTER TABLE {table} ADD COLUMN later int")]
"""
BESIDE = """from django.db import migrations
from accounts.indexes import RunBeside
class Migration(migrations.Migration):
    atomic = False
    dependencies = {before}
    operations = [
        RunBeside("CREATE INDEX CONCURRENTLY later_usage ON metrics_usageevent (later)", "SELECT 1")
    ]
"""
OLD = {"metrics": "0019_usage_by_key_alone", "accounts": "0006_milestone_owner"}


def later_release(stage: Stage) -> None:
    """An app that brings migrations of a release to come."""
    folder = stage.folder / "later" / "migrations"
    folder.mkdir(parents=True)
    (folder / "__init__.py").touch()
    (folder.parent / "__init__.py").touch()
    (folder.parent / "settings.py").write_text(APP, "utf-8")
    before: list[tuple[str, str]] = []
    for number, table in enumerate((*HOT, ""), start=1):
        text = MIGRATION if table else BESIDE
        (folder / f"{number:04}_later.py").write_text(
            text.format(before=before, table=table), "utf-8"
        )
        before = [("later", f"{number:04}_later")]


def prepare(stage: Stage, **over: str) -> Process:
    """As the service `migrate` of docker-compose.yml."""
    return stage.start("prepare", sys.executable, "-m", "healthscore.prepare", **over)


@contextmanager
def read_for_long(stage: Stage) -> Iterator[None]:
    """A backup, say: it has read the tables and does not end for a while."""
    with psycopg.connect(stage.url) as line:
        for table in HOT:
            line.execute(sql.SQL("SELECT FROM {} LIMIT 1").format(sql.Identifier(table)))
        timer = threading.Timer(BUSY, line.commit)
        timer.start()
        yield
        timer.join()


class Repeated(threading.Thread):
    """Does something all the time, and counts how it ended."""

    def __init__(self, work: Callable[[], object]) -> None:
        super().__init__(daemon=True)
        self.work, self.found = work, Counter[object]()
        self.done = threading.Event()

    def run(self) -> None:
        while not self.done.wait(0.02):
            try:
                self.found[self.work()] += 1
            except Exception as error:
                self.found[repr(error)] += 1


def reader(stage: Stage, table: str, lines: ExitStack) -> Callable[[], object]:
    """Reads a table by itself, and waits for it as long as it takes."""
    line = lines.enter_context(psycopg.connect(stage.url, autocommit=True))
    query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))

    def read() -> object:
        line.execute(query)
        return "read"

    return read


def stopped(threads: list[Repeated]) -> None:
    for thread in threads:
        thread.done.set()
        thread.join(30)


def test_case_18_pages_are_read_and_batches_sent_while_an_upgrade_waits_for_their_tables(
    stage: Stage, complete: Check
) -> None:
    stage.worker()
    stage.beat()
    complete()
    later_release(stage)
    ada, cat = Browser(port := stage.web()), User.objects.create_user("c@example.com", name="Cat")
    User.objects.filter(pk=cat.pk).update(role=Role.ADMIN)
    account = Account.objects.earliest("pk")
    pages = [Repeated(lambda at=at: ada.get(at).status) for at in ("/", f"/accounts/{account.pk}/")]
    sender = Client(port, WriteKey.objects.make("fault", by=cat)[1], 0)
    with ExitStack() as lines:
        readers = [Repeated(reader(stage, table, lines)) for table in HOT]
        watch = Watch(stage.url)
        for thread in (*pages, *readers, sender, watch):
            thread.start()
        patience(2)
        with read_for_long(stage):
            began = time.monotonic()
            upgrade = prepare(
                stage, PYTHONPATH=str(stage.folder), DJANGO_SETTINGS_MODULE="later.settings"
            )
            assert upgrade.wait_for_end(seconds=90) == 0, upgrade.said()
            took = time.monotonic() - began
        patience(1)
        stopped([*pages, *readers])
    sender.done.set()
    sender.join(30)

    assert took > BUSY - 1  # it had to try again
    assert [page.found.keys() for page in pages] == [{200}, {200}]
    assert min(page.found.total() for page in pages) > 10
    # nobody longer than it tries once: the pages ask in between
    assert LOCK / 2 < watch.stop() < LOCK + SLACK
    assert [thread.found.keys() for thread in readers] == [{"read"}] * len(HOT)
    assert {status for _, status, _ in sender.answers} <= {200, 503}
    facts = UsageEvent.objects.filter(feature__key=FEATURE)
    assert Counter(facts.values_list("occurred_at", flat=True)) == Counter(sender.acknowledged)
    there = "SELECT count(*) FROM information_schema.columns WHERE column_name = 'later'"
    assert stage.cluster.ask(there, database=stage.name) == len(HOT)
    built = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'later_usage'::regclass"
    assert stage.cluster.ask(built, database=stage.name) is True
    assert stage.verified()


def test_case_18_the_newest_migrations_go_back_and_forward_over_data_while_their_tables_are_read(
    stage: Stage, complete: Check
) -> None:
    worker, beat = stage.worker(), stage.beat()
    complete()
    for process in (worker, beat):
        process.kill()
    connections["default"].close()
    for app, name in OLD.items():
        back = stage.manage("migrate", app, name)
        assert back.wait_for_end(seconds=90) == 0, back.said()

    with ExitStack() as lines:
        readers = [Repeated(reader(stage, table, lines)) for table in HOT]
        watch = Watch(stage.url)
        for thread in (*readers, watch):
            thread.start()
        with read_for_long(stage):
            upgrade = prepare(stage)
            assert upgrade.wait_for_end(seconds=120) == 0, upgrade.said()
        stopped(readers)
    assert [thread.found.keys() for thread in readers] == [{"read"}] * len(HOT)
    assert LOCK / 2 < watch.stop() < LOCK + SLACK
    stage.worker()
    stage.beat()
    assert stage.verified()
