"""Who used which feature when, out of the facts of dirty days: SQL over the staged `touched`."""

from __future__ import annotations

# A calendar is moved on by shifting its bits: facts are read again only where the first use ever
# has gone, which is all that a calendar cannot tell by itself.
#
# What comes in while a night is on is mostly about the day that has just begun, which that night
# does not read. `known_before` is the newest moment at which a day before `newest_day` became
# known, so that such a calendar is as good as it was at the cut-off. `newest_day` never goes back.

STAGE = """
DROP TABLE IF EXISTS pg_temp.feature_days, pg_temp.feature_keys, pg_temp.feature_masks;
CREATE TEMP TABLE feature_days (
    account_id bigint, person_id bigint, feature_id bigint, day date, known_at timestamptz
) ON COMMIT DROP;
CREATE TEMP TABLE feature_keys (account_id bigint, person_id bigint, feature_id bigint)
    ON COMMIT DROP;
CREATE TEMP TABLE feature_masks (account_id bigint, base date, days bit(448)) ON COMMIT DROP;
"""
DAYS = """
INSERT INTO feature_days
SELECT e.account_id, e.person_id, e.feature_id, e.day, min(e.known_at)
FROM touched t JOIN metrics_usageevent e USING (account_id, day)
WHERE e.person_id IS NOT NULL
  AND e.feature_id NOT IN (SELECT id FROM metrics_feature WHERE key = 'login')
GROUP BY 1, 2, 3, 4
"""
# whose first use was on a marked day on which there is none any more
LOST_FIRST_DAY = """
INSERT INTO feature_keys
SELECT c.account_id, c.person_id, c.feature_id
FROM metrics_feature_calendar c JOIN touched t ON t.account_id = c.account_id
    AND t.day = c.first_day
WHERE NOT EXISTS (
    SELECT 1 FROM feature_days f
    WHERE f.account_id = c.account_id AND f.person_id = c.person_id
      AND f.feature_id = c.feature_id AND f.day = c.first_day
)
"""
FORGET_THEM = """
DELETE FROM metrics_feature_calendar c USING feature_keys k
WHERE c.account_id = k.account_id AND c.person_id = k.person_id AND c.feature_id = k.feature_id
"""
FROM_FACTS = """
INSERT INTO feature_days
SELECT e.account_id, e.person_id, e.feature_id, e.day, min(e.known_at)
FROM feature_keys k JOIN metrics_usageevent e USING (account_id, person_id, feature_id)
WHERE (e.account_id, e.day) NOT IN (SELECT account_id, day FROM touched)
GROUP BY 1, 2, 3, 4
"""
# A new day behind the last bit: the calendar begins later, and forgets its oldest weeks.
MOVE = """
UPDATE metrics_feature_calendar c
SET base = u.base, used_days = c.used_days << (u.base - c.base)
FROM (
    SELECT account_id, person_id, feature_id, max(day) AS last_day,
           (date_trunc('week', max(day)) - interval '53 weeks')::date AS base
    FROM feature_days GROUP BY 1, 2, 3
) u
WHERE c.account_id = u.account_id AND c.person_id = u.person_id AND c.feature_id = u.feature_id
  AND u.last_day >= c.base + 448
"""
# an account's calendars share a few Mondays, so that its marked days are turned to bits only once
MASKS = """
INSERT INTO feature_masks
SELECT b.account_id, b.base, bit_or(B'1'::bit(448) >> (t.day - b.base))
FROM (
    SELECT DISTINCT account_id, base FROM metrics_feature_calendar
    WHERE account_id IN (SELECT account_id FROM touched)
) b JOIN touched t ON t.account_id = b.account_id AND t.day >= b.base AND t.day < b.base + 448
GROUP BY 1, 2
"""
CLEAR = """
UPDATE metrics_feature_calendar c SET used_days = c.used_days & ~m.days
FROM feature_masks m
WHERE c.account_id = m.account_id AND c.base = m.base
  AND (c.used_days & m.days) <> B'0'::bit(448)
"""
SET_DAYS = """
UPDATE metrics_feature_calendar c
SET used_days = c.used_days | u.days, first_day = least(c.first_day, u.first_day),
    known_at = greatest(c.known_at, u.known_at), newest_day = greatest(c.newest_day, u.newest),
    known_before = greatest(
        CASE WHEN c.newest_day >= u.newest THEN c.known_before ELSE c.known_at END, u.known_before
    )
FROM (
    SELECT f.account_id, f.person_id, f.feature_id, min(f.day) AS first_day,
           max(f.known_at) AS known_at, n.day AS newest,
           max(f.known_at) FILTER (WHERE f.day < greatest(c.newest_day, n.day)) AS known_before,
           bit_or(CASE WHEN f.day >= c.base THEN B'1'::bit(448) >> (f.day - c.base)
                       ELSE B'0'::bit(448) END) AS days
    FROM feature_days f
    JOIN metrics_feature_calendar c USING (account_id, person_id, feature_id)
    CROSS JOIN (SELECT max(day) AS day FROM touched) n
    GROUP BY 1, 2, 3, n.day
) u
WHERE c.account_id = u.account_id AND c.person_id = u.person_id AND c.feature_id = u.feature_id
"""
NEW = """
INSERT INTO metrics_feature_calendar (
    account_id, person_id, feature_id, base, first_day, known_at, newest_day, known_before,
    used_days
)
SELECT f.account_id, f.person_id, f.feature_id, b.base, b.first_day, b.known_at, n.day,
       coalesce(max(f.known_at) FILTER (WHERE f.day < n.day), '-infinity'),
       bit_or(CASE WHEN f.day >= b.base THEN B'1'::bit(448) >> (f.day - b.base)
                   ELSE B'0'::bit(448) END)
FROM feature_days f
JOIN (
    SELECT account_id, person_id, feature_id, min(day) AS first_day, max(known_at) AS known_at,
           (date_trunc('week', max(day)) - interval '53 weeks')::date AS base
    FROM feature_days GROUP BY 1, 2, 3
) b USING (account_id, person_id, feature_id)
CROSS JOIN (SELECT max(day) AS day FROM touched) n
WHERE NOT EXISTS (
    SELECT 1 FROM metrics_feature_calendar c
    WHERE c.account_id = f.account_id AND c.person_id = f.person_id
      AND c.feature_id = f.feature_id
)
GROUP BY 1, 2, 3, 4, 5, 6, 7
"""
FORGET = """
DELETE FROM metrics_feature_calendar
WHERE %(all)s OR (account_id >= %(lo)s AND account_id < %(hi)s)
"""
STEPS = (
    DAYS,
    "ANALYZE feature_days",
    LOST_FIRST_DAY,
    FORGET_THEM,
    FROM_FACTS,
    # without statistics of these tables the planner compares every row with every other
    "ANALYZE feature_days",
    MOVE,
    MASKS,
    "ANALYZE feature_masks",
    CLEAR,
    SET_DAYS,
    NEW,
)
