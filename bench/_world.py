"""An invented portfolio made by the database itself, on all cores: about 19 people an account,
three months of usage as user-days and calendars, tickets, courses, surveys and value tasks.

Nothing is random: a number between 0 and 1 is the hash of what it belongs to, so that two machines
bench the same portfolio. Raw usage events are left out, for a night does not read them.
"""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection

DAYS = 91
# between 0 and 1: the hash of an object and of what is asked about it
PART = """
CREATE OR REPLACE FUNCTION pg_temp.part(of bigint, about int) RETURNS float8
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS 'SELECT (hashint8extended(of, about) & 1073741823) / 1073741824.0::float8'
"""
CLEAN = """
TRUNCATE accounts_account, accounts_contract, accounts_person, accounts_milestone, metrics_feature,
    metrics_usageevent, metrics_usage_user_day, metrics_activity_calendar,
    metrics_feature_calendar, metrics_trainingrecord, metrics_ticket, metrics_survey,
    metrics_snapshot, metrics_accountcurrent, metrics_flagchange, metrics_pointsspread, metrics_run,
    metrics_batch, metrics_changedday, metrics_dirtyday,
    metrics_sourcestatus, accounts_change RESTART IDENTITY CASCADE
"""
USERS = """
INSERT INTO accounts_user (
    email, name, role, password, is_active, is_staff, is_superuser, created_at
)
SELECT 'csm' || i || '@example.com', 'CSM ' || i, 'csm', '', true, false, false, now()
FROM generate_series(1, 50) i
ON CONFLICT DO NOTHING
"""
ACCOUNTS = """
INSERT INTO accounts_account (
    external_id, name, domain, segment, industry, plan, owner_email, owner_id,
    parent_external_id, churn_reason, known_at
)
SELECT 'acc-' || i, 'Synthetic ' || i, '',
       (ARRAY['SMB', 'Mid-market', 'Enterprise'])[1 + (i %% 3)], '',
       (ARRAY['Team', 'Business', 'Professional'])[1 + (i / 3 %% 3)], '', u.id, '', '',
       %(day)s::date - (100 + (part(i, 2) * 1400)::int)
FROM generate_series(1, %(accounts)s) i
JOIN (
    SELECT id, row_number() OVER (ORDER BY id) AS place FROM accounts_user WHERE role = 'csm'
) u ON u.place = 1 + i %% 50
ORDER BY i
"""
CONTRACTS = """
INSERT INTO accounts_contract (
    account_id, seats_sold, arr, currency, starts_on, renews_on, notice_days, known_at
)
SELECT id, 10 + (part(id, 1) * 24)::int, (2000 + part(id, 3) * 80000)::int, 'EUR',
       known_at::date, known_at::date + 365 * (1 + (%(day)s::date - known_at::date) / 365), 90,
       known_at
FROM accounts_account ORDER BY id
"""
PEOPLE = """
INSERT INTO accounts_person (
    account_id, external_id, email, name, "group", persona, level, intended, champion,
    decision_maker, provisioned_at, deactivated_at, deactivated_known_at, known_at
)
SELECT p.account_id, 'p-' || p.account_id || '-' || p.k, '', 'Person ' || p.k,
       (ARRAY['Planning', 'Dispatch', 'Billing', 'Warehouse', 'Sales'])[1 + (p.k %% 5)],
       (ARRAY['planner', 'analyst', 'lead', 'operator'])[1 + (p.k / 5 %% 4)], '', true, p.k = 1,
       p.k = 2, p.at, CASE WHEN part(p.seed, 4) < 0.08 THEN greatest(p.at, p.gone) END,
       CASE WHEN part(p.seed, 4) < 0.08 THEN greatest(p.at, p.gone) END, p.at
FROM (
    SELECT a.id AS account_id, k, a.id * 100 + k AS seed,
           a.known_at + (%(day)s::date - 5 - a.known_at::date) * part(a.id * 100 + k, 5) ^ 3
               * interval '1 day' AS at,
           %(day)s::timestamptz - interval '1 day' * (5 + 300 * part(a.id * 100 + k, 6)) AS gone
    FROM accounts_account a, generate_series(1, 8 + (part(a.id, 1) * 22)::int) k
) p
ORDER BY p.account_id, p.k
"""
FEATURES = """
INSERT INTO metrics_feature (key, name, level, personas, is_declared)
SELECT 'feature-' || i, 'Feature ' || i,
       (ARRAY['core', 'core', 'intermediate', 'advanced'])[1 + i %% 4], '{}', true
FROM generate_series(1, 12) i
"""
# the key is built once all rows are there: row by row it takes three times as long
WITHOUT_KEY = (
    "ALTER TABLE metrics_usage_user_day DROP CONSTRAINT IF EXISTS metrics_usage_user_day_pkey"
)
WITH_KEY = """
ALTER TABLE metrics_usage_user_day
    ADD CONSTRAINT metrics_usage_user_day_pkey PRIMARY KEY (account_id, person_id, day)
"""
# an account's own habit, that of a person, and a third of the accounts that grow quiet
USAGE = """
WITH made AS (
INSERT INTO metrics_usage_user_day (
    account_id, person_id, day, events, logins, events_known_at, logins_known_at
)
SELECT p.account_id, p.id, d.day, 1 + (part(p.id * 512 + d.i, 8) * 20)::int, 1, d.day + 1, d.day + 1
FROM accounts_person p
CROSS JOIN (
    SELECT i, %(day)s::date - i AS day FROM generate_series(1, %(days)s) i
    WHERE extract(isodow FROM %(day)s::date - i) < 6
) d
WHERE p.account_id >= %(lo)s AND p.account_id < %(hi)s
  AND p.provisioned_at < d.day AND (p.deactivated_at IS NULL OR p.deactivated_at >= d.day)
  AND part(p.id * 512 + d.i, 7) < (0.35 + 0.6 * part(p.account_id, 9)) * (0.3 + part(p.id, 10))
      * CASE WHEN p.account_id %% 3 = 0 THEN 0.35 + 0.65 * d.i / %(days)s ELSE 1 END
RETURNING account_id, person_id, day
)
INSERT INTO metrics_activity_calendar (
    account_id, person_id, base, first_day, last_day, known_at, event_days, login_days
)
SELECT account_id, person_id, base, first_day, last_day, last_day + 1, days, days
FROM (
    SELECT account_id, person_id, %(base)s::date AS base, min(day) AS first_day,
           max(day) AS last_day, bit_or(B'1'::bit(448) >> (day - %(base)s::date)) AS days
    FROM made GROUP BY 1, 2
) c
"""
# about half of the features, each on about half of a person's days
FEATURE_CALENDARS = """
INSERT INTO metrics_feature_calendar (
    account_id, person_id, feature_id, base, first_day, known_at, used_days
)
SELECT c.account_id, c.person_id, f.id, c.base, c.first_day, c.known_at,
       c.event_days & ('x' || repeat(md5(c.person_id || '-' || f.id), 4))::bit(448)
FROM metrics_activity_calendar c, metrics_feature f
WHERE c.account_id >= %(lo)s AND c.account_id < %(hi)s
  AND part(c.person_id * 16 + f.id, 11) < 0.3 + 0.6 * part(c.account_id, 12)
"""
TRAINING = """
INSERT INTO metrics_trainingrecord (
    account_id, person_id, external_id, course, persona, level, status, completed_at, known_at,
    is_latest, batch_id
)
SELECT account_id, id, 't-' || id, 'Basics', '', '', 'completed',
       provisioned_at + interval '3 day', provisioned_at + interval '3 day', true, 1
FROM accounts_person
WHERE part(id, 13) < 0.4 + 0.5 * part(account_id, 14)
  AND provisioned_at < %(day)s::timestamptz - interval '4 day'
"""
TICKETS = """
INSERT INTO metrics_ticket (
    account_id, person_id, external_id, opened_at, first_answer_at, solved_at, severity, topic,
    maturity, escalated, reopens, channel, csat, comment, known_at, is_latest, batch_id
)
SELECT t.account_id, NULL, 'k-' || t.account_id || '-' || t.k, t.at,
       t.at + interval '1 hour' * (1 + 8 * part(t.seed, 15)),
       CASE WHEN part(t.seed, 16) < 0.95 THEN t.at + interval '2 day' END,
       (ARRAY['low', 'normal', 'normal', 'urgent'])[1 + (part(t.seed, 17) * 3.99)::int %% 4],
       'reports', (ARRAY['intro', 'advanced'])[1 + (part(t.seed, 18) * 1.99)::int %% 2],
       part(t.seed, 19) < 0.04, 0, 'email',
       CASE WHEN part(t.seed, 20) < 0.3 THEN 1 + (part(t.seed, 21) * 4)::int END, '', t.at, true, 1
FROM (
    SELECT a.id AS account_id, k, a.id * 100 + k AS seed,
           %(day)s::timestamptz - interval '1 day' * (3 + 180 * part(a.id * 100 + k, 22)) AS at
    FROM accounts_account a, generate_series(1, (part(a.id, 23) * 24)::int) k
) t
JOIN accounts_account a ON a.id = t.account_id AND a.known_at < t.at
"""
SURVEYS = """
INSERT INTO metrics_survey (
    account_id, person_id, external_id, kind, sent_at, answered_at, score, comment, known_at,
    is_latest, batch_id
)
SELECT p.account_id, p.id, 's-' || p.id, 'nps', at, s.answered,
       CASE WHEN s.answered IS NOT NULL THEN (part(p.id, 24) ^ 0.5 * 10)::int END, '',
       coalesce(s.answered, at), true, 1
FROM accounts_person p
CROSS JOIN LATERAL (
    SELECT %(day)s::timestamptz - interval '1 day' * (3 + 300 * part(p.id, 25)) AS at
) sent
CROSS JOIN LATERAL (
    SELECT CASE WHEN part(p.id, 26) < 0.3 THEN at + interval '1 day' END AS answered
) s
WHERE p.provisioned_at < at
"""
MILESTONES = """
INSERT INTO accounts_milestone (
    account_id, name, due_on, completed_on, completed_known_at, is_value, known_at
)
SELECT a.id, 'Task ' || k, a.known_at::date + 15 * k,
       CASE WHEN part(a.id * 8 + k, 27) < 0.85 THEN a.known_at::date + 13 * k END,
       CASE WHEN part(a.id * 8 + k, 27) < 0.85 THEN a.known_at + interval '13 day' * k END,
       k = 3, a.known_at
FROM accounts_account a, generate_series(1, 6) k
"""
# the night asks whether usage was ever delivered
EVENT = """
INSERT INTO metrics_usageevent (
    account_id, person_id, occurred_at, day, count, event_key, known_at, batch_id
)
SELECT account_id, person_id, day, day, 1, md5(person_id::text)::uuid, day + 1, 1
FROM metrics_usage_user_day WHERE account_id = 1 LIMIT 1
"""
FIRST = (USERS, ACCOUNTS, CONTRACTS, PEOPLE, FEATURES)
BESIDE = (TRAINING, TICKETS, SURVEYS, MILESTONES)
IN_RANGES = (USAGE, FEATURE_CALENDARS)
RANGE = 2_500
Say = Callable[[str], None]


def make_world(accounts: int, day: dt.date, *, say: Say) -> float:
    """Replaces everything in the database by `accounts` customers as of `day`; seconds it took."""
    began = time.perf_counter()
    base = day - dt.timedelta(days=1 + day.weekday(), weeks=53) + dt.timedelta(days=1)
    values = {"day": day, "days": DAYS, "accounts": accounts, "base": base}
    _run((CLEAN, WITHOUT_KEY, *FIRST), values)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        beside = [pool.submit(_run, [statement], values) for statement in BESIDE]
        ranges = [
            pool.submit(_run, IN_RANGES, values | {"lo": lo, "hi": lo + RANGE})
            for lo in range(1, accounts + 1, RANGE)
        ]
        for number, job in enumerate(ranges, start=1):
            job.result()
            say(f"{min(number * RANGE, accounts):,} of {accounts:,} accounts made")
        for job in beside:
            job.result()
    _run((WITH_KEY, EVENT, "VACUUM ANALYZE"), values)
    return time.perf_counter() - began


def _run(statements: Sequence[str], values: dict[str, Any]) -> None:
    """One after the other, on a connection of its own."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")
            cursor.execute("SET synchronous_commit = off")
            cursor.execute("SET work_mem = '256MB'")
            cursor.execute(PART)
            for statement in statements:
                cursor.execute(_own(statement), values)
    finally:
        connection.close()


def _own(statement: str) -> str:
    """A function of the session has to be called by its full name."""
    return statement.replace("part(", "pg_temp.part(")
