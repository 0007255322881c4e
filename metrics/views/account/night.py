"""Reading one account's snapshots, of published runs only."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS, connection, models

from metrics.models import Run, Scorecard, Snapshot
from metrics.scoring.config import ScorecardConfig
from metrics.signals.base import Cadence, Tenant
from metrics.signals.defaults import read_config
from metrics.signals.portfolio import tenant_of

REACH = dt.timedelta(days=7)  # how far before a day another night may stand for it
NO_DAY = dt.date.min

# Every page of an account reads these. To put the statement together for a table of 38 columns, and
# to ask each column how its values are read, costs ten times as much as the answer.
FIELDS = [field for field in Snapshot._meta.concrete_fields if field.column]
NAMES = [field.attname for field in FIELDS]
# the driver reads json by itself, but has been told to leave jsonb alone
COLUMNS = ", ".join(
    f"s.{field.column}{'::json' if isinstance(field, models.JSONField) else ''}" for field in FIELDS
)
NIGHTS = f"""
SELECT s.run_id = %(run)s, r.portfolio #>> '{{tenant,cadence}}', {COLUMNS}
FROM metrics_snapshot s JOIN metrics_run r ON r.id = s.run_id
WHERE s.account_id = %(account)s
  AND (s.day = %(day)s AND s.run_id = %(run)s
       OR s.day > %(oldest)s AND s.day <= %(since)s AND s.run_id = (
           SELECT id FROM metrics_run
           WHERE is_published AND business_day > %(oldest)s AND business_day <= %(since)s
           ORDER BY business_day DESC LIMIT 1))
"""  # noqa: S608  # our own columns
HISTORY = """
SELECT day, score, band, scorecard_id FROM metrics_snapshot
WHERE account_id = %(account)s AND day <= %(day)s
  AND run_id IN (SELECT id FROM metrics_run WHERE is_published)
ORDER BY day
"""


class Day(NamedTuple):
    """One published day of an account, as the trend shows it."""

    day: dt.date
    score: float | None
    band: str
    scorecard_id: int


class Before(NamedTuple):
    """The account on an earlier night; and in which rhythm people were expected then."""

    snapshot: Snapshot
    cadence: Cadence


@dataclass(frozen=True, kw_only=True)
class Night:
    """The night that the page shows, the account in it, and its published past, oldest first.

    before: the published night of a day to compare with, or the nearest one up to a week before it.
    scorecard, config: the version of the account's own line.
    """

    run: Run
    tenant: Tenant
    now: Snapshot
    before: Before | None
    history: list[Day]
    scorecard: Scorecard
    config: ScorecardConfig


def read_night(account_id: int, run: Run | None, *, since: dt.date) -> Night | None:
    """The account in a run and before it; None where the run has not seen the account."""
    now, before = _nights(account_id, run, since=since) if run else (None, None)
    if run is None or now is None:
        return None
    own = now.scorecard_id != run.scorecard_id
    card = Scorecard.objects.get(pk=now.scorecard_id) if own else run.scorecard
    return Night(
        run=run,
        tenant=tenant_of(run.portfolio or {}),
        now=now,
        before=before,
        history=history_of(account_id, run),
        scorecard=card,
        config=read_config(card.body),
    )


def history_of(account_id: int, run: Run) -> list[Day]:
    """The account on every published night up to that of a run, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(HISTORY, {"account": account_id, "day": run.business_day})
        return list(map(Day._make, cursor.fetchall()))


def snapshot_of(account_id: int, run: Run) -> Snapshot | None:
    """What a run stored of an account."""
    return _nights(account_id, run, since=NO_DAY)[0]


def _nights(account_id: int, run: Run, *, since: dt.date) -> tuple[Snapshot | None, Before | None]:
    parameters: dict[str, int | dt.date] = {
        "account": account_id,
        "run": run.pk,
        "day": run.business_day,
        "since": since,
        "oldest": since - REACH if since > NO_DAY else since,
    }
    with connection.cursor() as cursor:
        cursor.execute(NIGHTS, parameters)
        rows = cursor.fetchall()
    now = next((_snapshot(values) for is_now, _, *values in rows if is_now), None)
    before = next(
        (
            Before(_snapshot(values), Cadence(cadence or Cadence.DAILY))
            for is_now, cadence, *values in rows
            if not is_now
        ),
        None,
    )
    return now, before


def _snapshot(values: list[Any]) -> Snapshot:
    return Snapshot.from_db(DEFAULT_DB_ALIAS, NAMES, values)
