"""Who used which feature when, out of the facts of dirty days: SQL over the staged `touched`."""

from __future__ import annotations

# A calendar is moved on by shifting its bits: facts are read again only where the first use ever
# has gone, which is all that a calendar cannot tell by itself.

STAGE = """
DROP TABLE IF EXISTS pg_temp.feature_days, pg_temp.feature_keys;
CREATE TEMP TABLE feature_days (
    account_id bigint, person_id bigint, feature_id bigint, day date, known_at timestamptz
) ON COMMIT DROP;
CREATE TEMP TABLE feature_keys (account_id bigint, person_id bigint, feature_id bigint)
    ON COMMIT DROP;
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
# Bits of the marked days are replaced; `base` moves on where a new day lies behind the last bit.
MERGE = """
WITH moved AS (
    SELECT c.account_id, c.person_id, c.feature_id, c.base AS old_base,
           CASE WHEN max(f.day) >= c.base + 448
                THEN (date_trunc('week', max(f.day)) - interval '53 weeks')::date
                ELSE c.base END AS base,
           min(f.day) AS first_day, max(f.known_at) AS known_at
    FROM metrics_feature_calendar c
    JOIN touched t USING (account_id)
    LEFT JOIN feature_days f
        ON f.account_id = c.account_id AND f.person_id = c.person_id
        AND f.feature_id = c.feature_id AND f.day = t.day
    GROUP BY c.account_id, c.person_id, c.feature_id
), marked AS (
    SELECT m.account_id, m.person_id, m.feature_id,
           bit_or(B'1'::bit(448) >> (t.day - m.base)) AS bits
    FROM moved m JOIN touched t USING (account_id)
    WHERE t.day >= m.base AND t.day < m.base + 448
    GROUP BY 1, 2, 3
), used AS (
    SELECT m.account_id, m.person_id, m.feature_id,
           bit_or(B'1'::bit(448) >> (f.day - m.base)) AS bits
    FROM moved m JOIN feature_days f USING (account_id, person_id, feature_id)
    WHERE f.day >= m.base
    GROUP BY 1, 2, 3
), merged AS (
    SELECT m.account_id, m.person_id, m.feature_id, m.base, m.first_day, m.known_at,
           ((c.used_days << (m.base - m.old_base)) & ~coalesce(k.bits, B'0'::bit(448)))
               | coalesce(u.bits, B'0'::bit(448)) AS bits
    FROM moved m
    JOIN metrics_feature_calendar c USING (account_id, person_id, feature_id)
    LEFT JOIN marked k USING (account_id, person_id, feature_id)
    LEFT JOIN used u USING (account_id, person_id, feature_id)
)
UPDATE metrics_feature_calendar c
SET base = m.base, used_days = m.bits, first_day = least(c.first_day, m.first_day),
    known_at = greatest(c.known_at, m.known_at)
FROM merged m
WHERE c.account_id = m.account_id AND c.person_id = m.person_id AND c.feature_id = m.feature_id
  AND (c.base, c.used_days, c.first_day, c.known_at) IS DISTINCT FROM
      (m.base, m.bits, least(c.first_day, m.first_day), greatest(c.known_at, m.known_at))
"""
NEW = """
INSERT INTO metrics_feature_calendar (
    account_id, person_id, feature_id, base, first_day, known_at, used_days
)
SELECT f.account_id, f.person_id, f.feature_id, b.base, b.first_day, b.known_at,
       bit_or(CASE WHEN f.day >= b.base THEN B'1'::bit(448) >> (f.day - b.base)
                   ELSE B'0'::bit(448) END)
FROM feature_days f
JOIN (
    SELECT account_id, person_id, feature_id, min(day) AS first_day, max(known_at) AS known_at,
           (date_trunc('week', max(day)) - interval '53 weeks')::date AS base
    FROM feature_days GROUP BY 1, 2, 3
) b USING (account_id, person_id, feature_id)
WHERE NOT EXISTS (
    SELECT 1 FROM metrics_feature_calendar c
    WHERE c.account_id = f.account_id AND c.person_id = f.person_id
      AND c.feature_id = f.feature_id
)
GROUP BY 1, 2, 3, 4, 5, 6
"""
FORGET = """
DELETE FROM metrics_feature_calendar
WHERE %(all)s OR (account_id >= %(lo)s AND account_id < %(hi)s)
"""
STEPS = (
    DAYS,
    LOST_FIRST_DAY,
    FORGET_THEM,
    FROM_FACTS,
    "ANALYZE feature_days",
    MERGE,
    NEW,
)
