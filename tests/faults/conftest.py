"""One cluster a session, prepared once; for each case a copy of its database and its own broker."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
from django.core.management import call_command
from django.test import override_settings
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from accounts.models import Organisation
from healthscore.prepare import migrate
from metrics import nightly
from metrics.models import Run
from tests.faults.servers import Cluster, short_folder
from tests.faults.stage import CHUNK, Rows, Stage, connected, snapshots

ACCOUNTS, DAYS, PEOPLE = 60, 120, 5.0
WAITING = "waiting"  # the template: data are in, and a night waits
Staged = Callable[..., Stage]


@dataclass
class Theatre:
    """The cluster, and the night as it is when nothing happens."""

    cluster: Cluster
    golden: Rows

    def golden_of(self, chunk: int) -> Rows:
        """The same in chunks of another size: sums of sums may have other last bits."""
        return _golden(self.cluster, f"golden_{chunk}", chunk=chunk)


def _prepare() -> None:
    migrate()
    sizes = {"accounts": ACCOUNTS, "days": DAYS, "people": PEOPLE}
    call_command("load_demo", **sizes, stdout=io.StringIO())
    Organisation.objects.update(timezone="UTC")
    ask_night()


def ask_night() -> Run:
    """A night in the ledger, as a tick asks for it."""
    now = timezone.now()
    [run] = nightly.ensure_runs(now, at_once=True)
    Run.objects.filter(pk=run.pk).update(reason="the night")
    return run


def _golden(cluster: Cluster, name: str, *, chunk: int = CHUNK) -> Rows:
    cluster.clone(WAITING, name)
    with connected(cluster.url(name)), override_settings(CHUNK_ACCOUNTS=chunk):
        [run] = Run.objects.open()
        assert not nightly.work("nobody dies", seconds=600).more
        call_command("verify", stdout=io.StringIO())
        rows = snapshots(run)
        assert len(rows) > ACCOUNTS / 2
    return rows


@pytest.fixture(scope="session")
def theatre(django_db_blocker: DjangoDbBlocker) -> Iterator[Theatre]:
    """Servers and data; the golden night."""
    with short_folder() as folder, ExitStack() as stack:
        cluster = Cluster(folder / "p")
        stack.callback(cluster.close)
        with cluster.connect() as connection:
            connection.execute(f'CREATE DATABASE "{WAITING}"')
        with django_db_blocker.unblock():
            with connected(cluster.url(WAITING)):
                _prepare()
            yield Theatre(cluster, _golden(cluster, "golden"))


@pytest.fixture
def staged(
    theatre: Theatre, django_db_blocker: DjangoDbBlocker, request: pytest.FixtureRequest
) -> Iterator[Staged]:
    """Makes the stage of this case; keywords are the environment of its processes."""
    with ExitStack() as stack:
        stack.enter_context(override_settings(CHUNK_ACCOUNTS=CHUNK))
        stack.enter_context(django_db_blocker.unblock())

        def make(**over: str) -> Stage:
            name = re.sub(r"\W", "_", request.node.name)[:40]
            theatre.cluster.clone(WAITING, name)
            stack.callback(theatre.cluster.drop, name)
            stage = Stage(theatre.cluster, name, stack.enter_context(short_folder()), **over)
            stack.callback(stage.close)
            stack.enter_context(connected(stage.url))
            return stage

        yield make


@pytest.fixture
def stage(staged: Staged) -> Stage:
    """The stage of a case without wishes."""
    return staged()


@pytest.fixture
def complete(theatre: Theatre, stage: Stage) -> Callable[[], Run]:
    """Waits for the night, and holds it against the golden one, to the bit."""

    def check() -> Run:
        stage.wait()
        run = stage.night()
        assert (run.state, run.is_published) == ("complete", True)
        assert snapshots(run) == theatre.golden
        assert stage.verified()
        return run

    return check
