"""Facts to daily rollups: user-days and activity calendars, for dirty (account, day) only.

A dirty day is made again from all its facts and replaced, never incremented: late, duplicate and
corrected events stay right. Everything is derived; `rebuild` makes it again from nothing.
"""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction

# A calendar has 448 bits, CALENDAR_DAYS of its model: it begins 53 weeks before the week of its
# last day, and so holds ten weeks more before it must be moved on.

# (account, day) pairs in one transaction: a few seconds of work
SLICE = 30_000
MANY = 5_000

STAGE = """
DROP TABLE IF EXISTS pg_temp.touched, pg_temp.persons;
CREATE TEMP TABLE touched (account_id bigint, day date, PRIMARY KEY (account_id, day))
    ON COMMIT DROP;
CREATE TEMP TABLE persons (account_id bigint, person_id bigint) ON COMMIT DROP;
"""
# Marks are locked in the order in which the ingest makes them, so that neither waits for the
# other in a circle. Whoever marks a day from here on waits until this transaction ends, and its
# mark stays.
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
# whoever had a day has a calendar, so that the old rows are found by their whole key
DELETE_DAYS = """
WITH gone AS (
    DELETE FROM metrics_usage_user_day u
    USING touched t JOIN metrics_activity_calendar c ON c.account_id = t.account_id
    WHERE u.account_id = t.account_id AND u.person_id = c.person_id AND u.day = t.day
    RETURNING u.account_id, u.person_id
)
INSERT INTO persons (account_id, person_id) SELECT DISTINCT account_id, person_id FROM gone
"""
INSERT_DAYS = """
WITH added AS (
    INSERT INTO metrics_usage_user_day (
        account_id, person_id, day, events, logins, events_known_at, logins_known_at
    )
    SELECT e.account_id, coalesce(e.person_id, 0) AS person_id, e.day,
           coalesce(sum(e.count) FILTER (WHERE e.is_event), 0),
           coalesce(sum(e.count) FILTER (WHERE NOT e.is_event), 0),
           min(e.known_at) FILTER (WHERE e.is_event),
           min(e.known_at) FILTER (WHERE NOT e.is_event)
    FROM (
        SELECT u.account_id, u.person_id, u.day, u.count, u.known_at,
               u.feature_id IS NOT NULL AND u.feature_id NOT IN (
                   SELECT id FROM metrics_feature WHERE key = 'login'
               ) AS is_event
        FROM touched t JOIN metrics_usageevent u USING (account_id, day)
    ) e
    GROUP BY 1, 2, 3
    RETURNING account_id, person_id
)
INSERT INTO persons (account_id, person_id) SELECT DISTINCT account_id, person_id FROM added
"""
# What the marked days say of each person, as bits of her calendar. A day outside of it, or a
# first or last day that is no more, asks for the whole calendar to be made again.
MERGE = """
WITH person AS (
    SELECT DISTINCT account_id, person_id FROM persons
), mask AS (
    SELECT c.account_id, c.person_id,
           bit_or(B'1'::bit(448) >> (t.day - c.base))
               FILTER (WHERE t.day >= c.base AND t.day < c.base + 448) AS touched,
           bit_or(B'1'::bit(448) >> (u.day - c.base))
               FILTER (WHERE u.events > 0 AND u.day >= c.base) AS events,
           bit_or(B'1'::bit(448) >> (u.day - c.base))
               FILTER (WHERE u.logins > 0 AND u.day >= c.base) AS logins,
           min(u.day) AS first_day, max(u.day) AS last_day,
           max(greatest(u.events_known_at, u.logins_known_at)) AS known_at
    FROM person p
    JOIN metrics_activity_calendar c USING (account_id, person_id)
    JOIN touched t USING (account_id)
    LEFT JOIN metrics_usage_user_day u
        ON u.account_id = p.account_id AND u.person_id = p.person_id AND u.day = t.day
    GROUP BY 1, 2
    HAVING coalesce(max(u.day) < c.base + 448, true)
       AND NOT bool_or(u.day IS NULL AND t.day IN (c.first_day, c.last_day))
), merged AS (
    UPDATE metrics_activity_calendar c
    SET event_days = (c.event_days & ~coalesce(m.touched, B'0'::bit(448)))
            | coalesce(m.events, B'0'::bit(448)),
        login_days = (c.login_days & ~coalesce(m.touched, B'0'::bit(448)))
            | coalesce(m.logins, B'0'::bit(448)),
        first_day = least(c.first_day, m.first_day),
        last_day = greatest(c.last_day, m.last_day),
        known_at = greatest(c.known_at, m.known_at)
    FROM mask m
    WHERE c.account_id = m.account_id AND c.person_id = m.person_id
    RETURNING c.account_id, c.person_id
)
DELETE FROM persons p USING merged m
WHERE p.account_id = m.account_id AND p.person_id = m.person_id
"""
DELETE_CALENDARS = """
DELETE FROM metrics_activity_calendar c USING persons p
WHERE c.account_id = p.account_id AND c.person_id = p.person_id
"""
REBUILD_CALENDARS = """
WITH based AS (
    SELECT account_id, person_id, min(day) AS first_day, max(day) AS last_day,
           (date_trunc('week', max(day)) - interval '53 weeks')::date AS base,
           max(greatest(events_known_at, logins_known_at)) AS known_at
    FROM metrics_usage_user_day JOIN (
        SELECT DISTINCT account_id, person_id FROM persons
    ) p USING (account_id, person_id)
    GROUP BY 1, 2
)
INSERT INTO metrics_activity_calendar (
    account_id, person_id, base, first_day, last_day, known_at, event_days, login_days
)
SELECT b.account_id, b.person_id, b.base, b.first_day, b.last_day, b.known_at,
       coalesce(bit_or(B'1'::bit(448) >> (u.day - b.base))
           FILTER (WHERE u.events > 0), B'0'::bit(448)),
       coalesce(bit_or(B'1'::bit(448) >> (u.day - b.base))
           FILTER (WHERE u.logins > 0), B'0'::bit(448))
FROM based b
JOIN metrics_usage_user_day u
    ON u.account_id = b.account_id AND u.person_id = b.person_id AND u.day >= b.base
GROUP BY 1, 2, 3, 4, 5, 6
"""

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
FORGET = """
WITH days AS (
    DELETE FROM metrics_usage_user_day
    WHERE %(all)s OR (account_id >= %(lo)s AND account_id < %(hi)s)
)
DELETE FROM metrics_activity_calendar
WHERE %(all)s OR (account_id >= %(lo)s AND account_id < %(hi)s)
"""

STEPS = (
    # without statistics of these tables the planner compares every row with every other
    "ANALYZE touched",
    CONSUME,
    DELETE_DAYS,
    INSERT_DAYS,
    "ANALYZE persons",
    MERGE,
    DELETE_CALENDARS,
    REBUILD_CALENDARS,
)


def refresh(account_ids: range | None = None) -> int:
    """Makes the rollups of all dirty days (of these accounts) again; returns how many there were.

    Afterwards the rollups hold every fact committed before the call. Safe to repeat, and to run
    beside an import or another refresh: each slice of days is a transaction of its own.
    """
    days = 0
    while True:
        found = _refresh_slice(_scope(account_ids))
        days += found
        if found < SLICE:
            return days


def rebuild(account_ids: range | None = None) -> int:
    """Makes all rollups (of these accounts) again from the facts; returns how many days."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(EVERYTHING, _scope(account_ids))
        cursor.execute(FORGET, _scope(account_ids))
        return refresh(account_ids)


def _refresh_slice(scope: dict[str, Any]) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(STAGE)
        cursor.execute(LOCK, scope)
        days: int = cursor.rowcount
        if days:
            for statement in STEPS:
                cursor.execute(statement)
        if days >= MANY:
            # the next slice, and the night after it, plan with what is there now
            cursor.execute("ANALYZE metrics_usage_user_day, metrics_activity_calendar")
        return days


def _scope(account_ids: range | None) -> dict[str, Any]:
    if account_ids is None:
        return {"all": True, "lo": 0, "hi": 0, "slice": SLICE}
    return {"all": False, "lo": account_ids.start, "hi": account_ids.stop, "slice": SLICE}
