"""What is behind the pages, as /readyz tells it: no names, no addresses, no customers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import Error, connection
from redis import RedisError

from accounts.models import Account, Organisation
from metrics import backlog, disks
from metrics.models import AlertMail, Heartbeat, Run
from metrics.models.heartbeats import CHORES, PURGE, TICK
from metrics.nightly import database_now
from metrics.tasks import broker_client

NIGHT_IS_LATE = dt.timedelta(hours=6)  # after it was due
FIRST_NIGHT_IS_LATE = dt.timedelta(days=1)
PURGE_IS_LATE = dt.timedelta(days=3)
WORK_IS_LATE = dt.timedelta(minutes=15)  # that somebody asked for on a page
# asked for by somebody and taken by nobody, and nights; a year of past days may well wait longer
WAITING = """
SELECT extract(epoch FROM now() - min(since)) FROM (
    SELECT asked_at AS since FROM metrics_upload
    WHERE state IN ('checking', 'applying') AND claimed_at IS NULL
    UNION ALL SELECT undo_asked_at FROM metrics_batch
    WHERE state IN ('finished', 'partial') AND undo_asked_at IS NOT NULL
    UNION ALL SELECT asked_at FROM metrics_demoload
    WHERE finished_at IS NULL AND error = '' AND leased_until IS NULL
    UNION ALL SELECT created_at FROM metrics_run WHERE state = 'new' AND kind = 'nightly'
    -- whose worker has ended, and no other takes it up
    UNION ALL SELECT c.lease_until FROM metrics_runchunk c JOIN metrics_run r ON r.id = c.run_id
    WHERE c.state = 'leased' AND c.lease_until < now() AND r.state IN ('new', 'running')
) waiting
"""


@dataclass
class Readiness:
    """What was found; without reasons all is well. Ages in seconds."""

    database: str = "away"
    broker: str = "away"
    tick_age: float | None = None
    workers: int = 0
    last_complete_night: dt.date | None = None
    oldest_waiting: float | None = None
    disk: float | None = None
    reasons: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """As it is answered."""
        return {
            "ready": not self.reasons,
            "reasons": self.reasons,
            "database": self.database,
            "broker": self.broker,
            "tick_age_s": _whole(self.tick_age),
            "workers": self.workers,
            "last_complete_night": self.last_complete_night,
            "oldest_waiting_s": _whole(self.oldest_waiting),
            "disk_percent": _whole(self.disk),
        }


def look() -> Readiness:
    """Asks the database and the broker; never raises where they are away."""
    found = Readiness()
    _ask_broker(found)
    _look_at_disks(found)
    try:
        _ask_database(found)
    except Error:
        found.reasons.append("the database does not answer")
    return found


def _ask_broker(found: Readiness) -> None:
    try:
        with broker_client() as broker:
            broker.ping()
        found.broker = "ok"
    except RedisError:
        found.reasons.append("the broker does not answer")


def _look_at_disks(found: Readiness) -> None:
    try:
        found.disk = disks.percent_used()
    except OSError:
        found.reasons.append("a disk that is to be watched cannot be seen")
    if found.disk is not None and found.disk >= disks.ALARM:
        found.reasons.append(f"a disk is {found.disk:.0f} % full")


def _ask_database(found: Readiness) -> None:
    now = database_now()
    found.database = "ok"
    _look_at_beats(found, now)
    _look_at_nights(found, now)
    _look_at_purge(found, now)
    _look_at_rows(found)
    _look_at_backlog(found)
    _look_at_mails(found)
    for run in Run.objects.held_up():
        minutes = (now - run.created_at).total_seconds() / 60
        found.reasons.append(
            f"the night of {run.business_day} waits for an import or a lock,"
            f" {minutes:.0f} minutes old"
        )
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        age = cursor.fetchone()[0]
    found.oldest_waiting = None if age is None else float(age)
    if age is not None and age > WORK_IS_LATE.total_seconds():
        found.reasons.append(f"work waits for {age / 60:.0f} minutes")


def _look_at_beats(found: Readiness, now: dt.datetime) -> None:
    near = dt.timedelta(seconds=settings.DEAF_SECONDS)
    # beats of a time to come are from before a wrong clock was set back
    living = Heartbeat.objects.exclude(name__in=CHORES).filter(
        seen_at__range=(now - near, now + near)
    )
    queues = list(living.values_list("queues", flat=True))
    found.workers = len(queues)
    if not found.workers:
        found.reasons.append("no worker has shown a sign of life")
    else:
        _look_at_queues(found, {queue for heard in queues for queue in heard.split(",")})
    tick = Heartbeat.objects.filter(name=TICK).first()
    found.tick_age = (now - tick.seen_at).total_seconds() if tick else None
    if found.tick_age is None or found.tick_age > 5 * settings.TICK_SECONDS:
        found.reasons.append("beat is silent, or nobody does its ticks")


def _look_at_queues(found: Readiness, heard: set[str]) -> None:
    """What is sent to a queue that nobody hears waits, though every worker that there is lives."""
    used = {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()}
    for queue in sorted(used - heard):
        found.reasons.append(f"no worker hears the queue {queue}")


def _look_at_nights(found: Readiness, now: dt.datetime) -> None:
    last = Run.objects.published().filter(state=Run.State.COMPLETE).order_by("business_day").last()
    found.last_complete_night = last.business_day if last else None
    organisation = Organisation.current()
    day = organisation.day_of(now)
    while now < organisation.due_at(day) + NIGHT_IS_LATE:
        day -= dt.timedelta(days=1)
    first = Run.objects.order_by("created_at").first()
    if first is None and Account.objects.filter(known_at__lt=now - FIRST_NIGHT_IS_LATE).exists():
        found.reasons.append("there are customers, and not one night")
    if first is None or organisation.day_of(first.created_at) > day:
        return  # nothing was due yet
    if last is None or last.business_day < day:
        found.reasons.append(f"the night of {day} is not complete")


def _look_at_purge(found: Readiness, now: dt.datetime) -> None:
    last = Heartbeat.objects.filter(name=PURGE).first()
    first = Run.objects.order_by("created_at").first()
    since = last.seen_at if last else first and first.created_at
    if since and now - since > PURGE_IS_LATE:
        found.reasons.append(f"old rows have not been removed for {(now - since).days} days")


def _look_at_rows(found: Readiness) -> None:
    stale = Run.objects.filter(are_rows_stale=True)
    if stale.filter(publishing__gte=Run.MANY_PUBLISHING).exists():
        found.reasons.append("the portfolio's rows cannot be rewritten")


def _look_at_backlog(found: Readiness) -> None:
    if backlog.rows() >= backlog.ALARM * settings.BACKLOG_ROWS:
        found.reasons.append("the list of changed days is long")


def _look_at_mails(found: Readiness) -> None:
    if AlertMail.objects.troubled().exists():
        found.reasons.append("mails about flags cannot be sent")


def _whole(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds)
