"""Who was active when, out of the facts of dirty days: SQL over the staged table `touched`."""

from __future__ import annotations

# A calendar has 448 bits, CALENDAR_DAYS of its model: it begins 53 weeks before the week of its
# last day, and so holds ten weeks more before it must be moved on.

STAGE = """
DROP TABLE IF EXISTS pg_temp.persons;
CREATE TEMP TABLE persons (account_id bigint, person_id bigint) ON COMMIT DROP;
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

FORGET = """
WITH days AS (
    DELETE FROM metrics_usage_user_day
    WHERE %(all)s OR (account_id >= %(lo)s AND account_id < %(hi)s)
)
DELETE FROM metrics_activity_calendar
WHERE %(all)s OR (account_id >= %(lo)s AND account_id < %(hi)s)
"""
STEPS = (
    DELETE_DAYS,
    INSERT_DAYS,
    # without statistics of these tables the planner compares every row with every other
    "ANALYZE persons",
    MERGE,
    DELETE_CALENDARS,
    REBUILD_CALENDARS,
)
