"""Celery doors: what there is to do stands in the ledger, a message only says "look"."""

from __future__ import annotations

import datetime as dt
import logging
import os
import socket
from collections.abc import Callable
from functools import partial

# imported in the parent, so that prefork children share it
import pandas as pd  # noqa: F401
from celery import Task, shared_task
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

from accounts.models import User
from metrics import alerts, ingest, nightly, rollups
from metrics.ingest import invented, removal
from metrics.models import Run
from metrics.models.demo import DemoLoad
from metrics.models.heartbeats import PURGE, TICK, Heartbeat

log = logging.getLogger(__name__)
PURGE_EVERY = 20 * 3600.0
PATIENCE = 0.5  # seconds for a broker to answer


def owner() -> str:
    """Who holds a lease: host and process."""
    return f"{socket.gethostname()}:{os.getpid()}"


def wake_workers() -> None:
    """Wakes the workers once the transaction is committed. A broker that is down costs a minute:
    the next tick finds the same rows in the ledger.
    """
    transaction.on_commit(_send, robust=True)


def recalculate(first: dt.date, last: dt.date, *, as_of_day: bool, reason: str = "") -> list[Run]:
    """What a page asks for: a new revision of each day in the ledger, and awake workers."""
    with transaction.atomic():
        runs = nightly.request_days(
            nightly.days_between(first, last),
            as_of_day=as_of_day,
            now=timezone.now(),
            reason=reason,
        )
        wake_workers()
    return runs


def fill_history(days: int = 365) -> None:
    """Past scores of the demo data, for trends; the newest day once more after them."""
    now = timezone.now()
    nightly.request_history(days, now=now, reason="History of the synthetic data")
    wake_workers()


def first_run() -> None:
    """The very first run, without the pause after an import: somebody asks for it."""
    nightly.ensure_runs(timezone.now(), at_once=True)
    wake_workers()


def load_demo(*, by: User) -> None:
    """Asks for synthetic customers; raises NotEmpty where there are others."""
    DemoLoad.ask(by=by, now=timezone.now())
    transaction.on_commit(lambda: _send(ingest_demo), robust=True)


def remove_demo(*, by: User) -> bool:
    """Takes the synthetic data away at once; see ingest.removal for what is left, returned and
    raised.
    """
    return removal.remove_all(by=by)


def take_in_soon() -> None:
    """Rows that an alias has placed are taken in once it is committed, or by the next tick."""
    transaction.on_commit(lambda: _send(take_in), robust=True)


def import_soon() -> None:
    """Uploads and undos that were asked for are done once that is committed, or after a tick."""
    transaction.on_commit(lambda: _send(ingest_uploads), robust=True)


def _send(task: Task[[], None] | None = None) -> None:
    try:
        with broker_client() as broker:
            broker.ping()
        # no `expires`: it is by two machines' clocks, and what is stale finds nothing to do
        (task or work_runs).apply_async(retry=False)
    except (RedisError, work_runs.OperationalError) as error:
        log.warning("no worker was woken, the next tick will do it: %s", error)


def broker_client() -> Redis:
    """A connection that raises RedisError at once where the broker is away: the client inside
    Celery would try for six seconds, and a page waits for this.
    """
    url = settings.CELERY_BROKER_URL
    plain = url.replace("redis+socket://", "unix://").replace("virtual_host=", "db=")
    patience = {"socket_timeout": PATIENCE, "retry": Retry(NoBackoff(), 0)}
    return Redis.from_url(plain, **patience)


@shared_task
def tick() -> None:
    """Every 60 s: asks the ledger which nights are missing, and wakes the workers.

    By the database's clock: that of one worker may be days ahead, and would ask for nights whose
    day is not over. Ticks that piled up while no worker was there, or come from a second beat, are
    one.
    """
    if Heartbeat.is_fresh(TICK, seconds=settings.TICK_SECONDS / 2):
        return
    now = nightly.database_now()
    _try(
        "before the nights",
        ingest.take_in_matched,
        partial(ingest.notice_silence, now),
        rollups.gather_if_free,
    )
    nightly.ensure_runs(now)
    if Run.objects.with_work().exists():
        wake_workers()
    _try("after the nights", _wake_ingest, _wake_alerts, _purge_daily, Heartbeat.forget)
    Heartbeat.beat(TICK)


def _try(when: str, *steps: Callable[[], object]) -> None:
    """One row that cannot be taken in must not keep nights from coming: it is told in the log, and
    tried again by the next tick.
    """
    for step in steps:
        try:
            step()
        except Exception:
            log.exception("a step %s failed, the next tick tries it again", when)
            nightly.mend_connection()


def _purge_daily() -> None:
    if not Heartbeat.is_fresh(PURGE, seconds=PURGE_EVERY):
        _send(purge)


def _wake_ingest() -> None:
    if DemoLoad.objects.filter(finished_at=None, error="").exists():
        _send(ingest_demo)
    ingest.recover_uploads()
    if ingest.is_work_waiting():
        import_soon()


def _wake_alerts() -> None:
    if alerts.are_due():
        _send(send_alerts)


@shared_task(time_limit=900, soft_time_limit=840)
def ingest_demo() -> None:
    """Synthetic customers that an admin asked for, and their first scores."""
    if invented.load_asked_for():
        first_run()


@shared_task(time_limit=7200, soft_time_limit=7000)
def ingest_uploads() -> None:
    """Dry runs, imports and undos that a page asked for; a large file takes minutes."""
    ingest.work_uploads()


# a chunk that it begins in its last second has 100 of its own, see metrics.nightly.leases
@shared_task(time_limit=200, soft_time_limit=180)
def work_runs() -> None:
    """Does chunks for a while; calls again where more is left to claim."""
    if nightly.work(owner(), seconds=settings.WORK_SECONDS, wake=wake_workers).more:
        wake_workers()


@shared_task(time_limit=3600, soft_time_limit=3500)
def purge() -> None:
    """Once a day; a message that comes twice finds it done."""
    if not Heartbeat.is_fresh(PURGE, seconds=PURGE_EVERY):
        log.info("purged: %s", nightly.purge(nightly.database_now()))
        Heartbeat.beat(PURGE)


@shared_task
def take_in() -> None:
    """Rows that waited for an identity which has been matched."""
    ingest.take_in_matched()


@shared_task(time_limit=900, soft_time_limit=840)
def send_alerts() -> None:
    """Mails about new flags. A mail server that hangs holds up neither people nor nights."""
    alerts.send_due()
