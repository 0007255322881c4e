"""Which business days are missing from the ledger, and asking for them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import connection
from django.db.models import Q

from accounts.models import Account, Organisation
from metrics.models import Batch, Run, Scorecard
from metrics.scoring.version import CODE_VERSION

CATCH_UP_DAYS = 14
DAILY = 100  # days of a history; before that a week apart is enough for a year's line
# who imports ten files by hand is not done after the first
QUIET = dt.timedelta(minutes=5)
# what is sent over HTTP may never pause
ENOUGH = dt.timedelta(hours=1)


def database_now() -> dt.datetime:
    """The one clock that all workers share."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now: dt.datetime = cursor.fetchone()[0]
    return now


def ensure_runs(now: dt.datetime, *, at_once: bool = False) -> list[Run]:
    """Puts every business day that is due and missing into the ledger, oldest first.

    Called every minute, so that downtime, a change to summer time and a second beat need no care
    of their own: what counts is the table. Each day is calculated as of its own due moment; a
    recalculation as of a moment before that does not stand for the night. The very first run does
    not wait for the night: it is today's, as of now, once the imports have been quiet for a few
    minutes (`at_once`: without that pause), or senders over HTTP, who may never be, have sent for
    an hour.
    """
    organisation = Organisation.current()
    today = organisation.day_of(now)
    first = Run.objects.order_by("business_day").first()
    if first is None:
        return _first_run(today, now, pause=dt.timedelta() if at_once else QUIET)
    oldest = max(first.business_day, today - dt.timedelta(days=CATCH_UP_DAYS - 1))
    due = {day: organisation.due_at(day) for day in days_between(oldest, today)}
    seen = {
        run.business_day
        for run in Run.objects.filter(business_day__in=due)
        if run.kind == Run.Kind.NIGHTLY
        or (run.data_cutoff >= due[run.business_day] and run.state != Run.State.FAILED)
    }
    return [
        _request(day, cutoff=moment)
        for day, moment in due.items()
        if day not in seen and moment <= now
    ]


def request_days(
    days: Iterable[dt.date],
    *,
    as_of_day: bool,
    now: dt.datetime,
    reason: str = "",
    scorecard_of_day: bool = False,
) -> list[Run]:
    """Asks for a new revision of each of the days, oldest first.

    With `as_of_day` each day uses only what was known when its night was due (the very first run
    was due when it was made); else all that is known `now`. With `scorecard_of_day` a day that had
    a night uses its scorecards and what the organisation said of itself then; else those of now.
    """
    organisation = Organisation.current()
    runs = []
    for day in sorted(days):
        night = Run.objects.filter(kind=Run.Kind.NIGHTLY, business_day=day).first()
        due = night.data_cutoff if night else organisation.due_at(day)
        runs.append(
            _request(
                day,
                kind=Run.Kind.RECALCULATION,
                cutoff=min(due, now) if as_of_day else now,
                reason=reason,
                like=night if scorecard_of_day else None,
            )
        )
    return runs


def request_history(days: int, *, now: dt.datetime, reason: str) -> list[Run]:
    """Asks for the past days that were never calculated, and for today again: bands and momentum
    of today rest on the days before it.
    """
    today = Organisation.current().day_of(now)
    backs = [back for back in range(1, days) if back <= DAILY or back % 7 == 0]
    wanted = {today - dt.timedelta(days=back) for back in backs}
    missing = wanted - set(Run.objects.values_list("business_day", flat=True))
    if not missing:
        return []
    runs = request_days(missing, as_of_day=True, now=now, reason=reason)
    return [*runs, *request_days([today], as_of_day=False, now=now, reason=reason)]


def days_between(first: dt.date, last: dt.date) -> list[dt.date]:
    """Every day from the first to the last, both included."""
    return [first + dt.timedelta(days=i) for i in range((last - first).days + 1)]


def _first_run(today: dt.date, now: dt.datetime, *, pause: dt.timedelta) -> list[Run]:
    busy = Q(state=Batch.State.RUNNING, started_at__gt=now - dt.timedelta(hours=1))
    if pause:
        new = Q(finished_at__gt=now - pause)
        pushed = Q(write_key__isnull=False) | Q(hook__isnull=False)
        has_sent = Batch.objects.filter(pushed, started_at__lte=now - ENOUGH).exists()
        busy |= new & ~pushed if has_sent else new
    if Batch.objects.filter(busy).exists() or not Account.objects.exists():
        return []
    return [_request(today, cutoff=now)]


def _request(
    day: dt.date,
    *,
    cutoff: dt.datetime,
    kind: str = Run.Kind.NIGHTLY,
    reason: str = "",
    like: Run | None = None,
) -> Run:
    return Run.objects.request(
        day,
        kind=kind,
        scorecard=Scorecard.objects.live(),
        data_cutoff=cutoff,
        code_version=CODE_VERSION,
        reason=reason,
        like=like,
    )
