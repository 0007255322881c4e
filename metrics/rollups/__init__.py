"""Facts to rollups: user-days and calendars, for dirty (account, day) only.

A dirty day is made again from all its facts and replaced, never incremented: late, duplicate and
corrected events stay right. Everything is derived; `rebuild` makes it again from nothing.

Imports only ever add to the list of changed days, so that they wait for nobody. Rollups gather from
it which days are dirty, in a short transaction, and wait for one another there.
"""

from __future__ import annotations

import logging
import time
from typing import Any

from django.db import OperationalError, connection, transaction

from metrics.rollups import activity, features

log = logging.getLogger(__name__)

# (account, day) pairs in one transaction: a few seconds of work
SLICE = 30_000
MANY = 5_000

STAGE = """
DROP TABLE IF EXISTS pg_temp.touched;
CREATE TEMP TABLE touched (account_id bigint, day date, PRIMARY KEY (account_id, day))
    ON COMMIT DROP;
"""
# A day is dirty once, however often it changed. Those that change while this is under way stay on
# the list. Dirty days are taken in order of their key, here and below: two that wait for one
# another never meet.
GATHER = """
WITH changed AS (
    DELETE FROM metrics_changedday WHERE id IN (
        SELECT id FROM metrics_changedday
        WHERE %(all)s OR (account_id >= %(lo)s AND account_id < %(hi)s)
        ORDER BY id FOR UPDATE
    )
    RETURNING account_id, day
)
INSERT INTO metrics_dirtyday (account_id, day, marked_at)
SELECT DISTINCT account_id, day, now() FROM changed ORDER BY account_id, day
ON CONFLICT (account_id, day) DO UPDATE SET marked_at = excluded.marked_at
"""
# Who finds one of these dirty once more waits until this transaction ends.
LOCK = """
INSERT INTO touched
SELECT account_id, day FROM metrics_dirtyday
WHERE %(all)s OR (account_id >= %(lo)s AND account_id < %(hi)s)
ORDER BY account_id, day LIMIT %(slice)s FOR UPDATE
"""
CONSUME = """
DELETE FROM metrics_dirtyday d USING touched t
WHERE d.account_id = t.account_id AND d.day = t.day
"""
# What is not dirty may be rolled up by others, and then forgotten here: for as long as this takes
# nobody else gathers, or takes dirty days.
ALONE = "LOCK TABLE metrics_dirtyday IN EXCLUSIVE MODE"
EVERYTHING = """
INSERT INTO metrics_dirtyday (account_id, day, marked_at)
SELECT account_id, day, now() FROM (
    SELECT account_id, day FROM metrics_usageevent
    UNION SELECT account_id, day FROM metrics_usage_user_day
) days
WHERE %(all)s OR (account_id >= %(lo)s AND account_id < %(hi)s)
ORDER BY account_id, day
ON CONFLICT (account_id, day) DO UPDATE SET marked_at = excluded.marked_at
"""
DIRTY = """
SELECT EXISTS (SELECT FROM metrics_dirtyday WHERE account_id >= %(lo)s AND account_id < %(hi)s)
"""
STEPS = ("ANALYZE touched", CONSUME, *activity.STEPS, *features.STEPS)
PATIENCE = "100ms"
LOCKED = "55P03"


def refresh(account_ids: range | None = None) -> int:
    """Makes the rollups of all dirty days (of these accounts) again; returns how many there were.

    Afterwards the rollups hold every fact committed before the call. Safe to repeat, and to run
    beside an import or another refresh: each slice of days is a transaction of its own.
    """
    gather(account_ids)
    return _refresh_all(account_ids)


def _refresh_all(account_ids: range | None) -> int:
    days = 0
    while True:
        found = _refresh_slice(_scope(account_ids, days=SLICE))
        days += found
        if found < SLICE:
            return days


def refresh_some(account_ids: range, *, seconds: float, tries: int = 0) -> bool:
    """As `refresh`, slice by slice, until `seconds` are over; whether nothing is left to do.

    What is done stays done: who is called again goes on where this one stopped. Each of the
    `tries` that were ended before makes a slice an eighth as large: days of very many facts.
    """
    until = time.monotonic() + seconds
    days = max(SLICE >> 3 * tries, 1)
    gather(account_ids)
    while _is_dirty(account_ids):
        if _refresh_slice(_scope(account_ids, days=days)) < days:
            break  # what has been marked since need not wait for this night
        if time.monotonic() > until:
            return False
    return True


def rebuild(account_ids: range | None = None) -> int:
    """Makes all rollups (of these accounts) again from the facts; returns how many days."""
    gather(account_ids)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(ALONE)
        cursor.execute(EVERYTHING, _scope(account_ids))
        cursor.execute(activity.FORGET, _scope(account_ids))
        cursor.execute(features.FORGET, _scope(account_ids))
        # what has changed since then stays on the list
        return _refresh_all(account_ids)


def gather(account_ids: range | None = None) -> None:
    """Makes the changed days (of these accounts) dirty; waits for rollups that are at them."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(GATHER, _scope(account_ids))


def gather_if_free() -> None:
    """Keeps the list of changed days short between two nights; waits for nobody."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE}'")
            gather()
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") != LOCKED:
            raise
        log.info("days are being rolled up, the list of changed ones is left as it is: %s", error)


def _refresh_slice(scope: dict[str, Any]) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(STAGE + activity.STAGE + features.STAGE)
        cursor.execute(LOCK, scope)
        days: int = cursor.rowcount
        if days:
            for statement in STEPS:
                cursor.execute(statement)
    if days >= MANY:
        # the next slice, and the night after it, plan with what is there now
        _refresh_statistics()
    return days


def _refresh_statistics() -> None:
    """After the COMMIT: a table that somebody holds, another slice too, is left to him."""
    with connection.cursor() as cursor:
        cursor.execute(
            "ANALYZE (SKIP_LOCKED) metrics_usage_user_day, metrics_activity_calendar,"
            " metrics_feature_calendar"
        )


def _is_dirty(account_ids: range) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(DIRTY, _scope(account_ids))
        return bool(cursor.fetchone()[0])


def _scope(account_ids: range | None, *, days: int = 0) -> dict[str, Any]:
    if account_ids is None:
        return {"all": True, "lo": 0, "hi": 0, "slice": days}
    return {"all": False, "lo": account_ids.start, "hi": account_ids.stop, "slice": days}
