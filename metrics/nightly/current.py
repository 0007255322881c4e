"""The portfolio's rows of a run, written in one statement before the run is published."""

from __future__ import annotations

from typing import Any

from django.db import connection

from metrics.models import Run
from metrics.nightly.movers import write_causes

SPARK_DAYS = 90
# a change is that of the two scores as pages print them: to_char rounds to the tenth as Python's
# f"{score:.1f}" does, by the exact binary value, which round(numeric) does not
# history: the published snapshot of each day before, and the run's own of its day
CURRENT = """
WITH history AS (
    SELECT s.account_id, s.day, s.score, s.band
    FROM metrics_snapshot s
    JOIN metrics_run r ON r.id = s.run_id AND r.business_day = s.day
    WHERE s.account_id >= %(lo)s AND s.account_id < %(hi)s
      AND s.day > %(day)s::date - %(days)s AND s.day <= %(day)s
      AND (r.id = %(run)s OR r.is_published AND s.day < %(day)s)
), sparks AS (
    SELECT own.account_id, array_agg(round(h.score)::smallint ORDER BY d.day) AS scores,
           max(to_char(h.score, 'FM990.0')::numeric)
               FILTER (WHERE d.day = %(day)s::date - 7) AS shown_7,
           max(to_char(h.score, 'FM990.0')::numeric)
               FILTER (WHERE d.day = %(day)s::date - 30) AS shown_30,
           max(h.band) FILTER (WHERE d.day = %(day)s::date - 7) AS band_7
    FROM (SELECT account_id FROM history WHERE day = %(day)s) own
    CROSS JOIN (
        SELECT %(day)s::date - back AS day FROM generate_series(0, %(days)s - 1) AS back
    ) d
    LEFT JOIN history h ON h.account_id = own.account_id AND h.day = d.day
    GROUP BY own.account_id
)
INSERT INTO metrics_accountcurrent (
    run_id, account_id, name, segment, plan, owner_id, arr, currency, renews_on, score, band,
    previous_band, change_7, change_30, momentum, trend_28, trend, flags, severity, stage, status,
    coverage, confidence, spark, dimensions, seats_active, seats_sold, caps, cause, cause_7,
    cause_30
)
SELECT s.run_id, a.id, a.name, a.segment, a.plan, a.owner_id, c.arr, coalesce(c.currency, ''),
       c.renews_on, s.score, s.band, coalesce(k.band_7, ''),
       to_char(s.score, 'FM990.0')::numeric - k.shown_7,
       to_char(s.score, 'FM990.0')::numeric - k.shown_30,
       s.momentum, s.trend_28, s.trend, coalesce(f.rules, '{}'),
       coalesce(f.severity, 0), s.stage, s.status, s.coverage, s.confidence, k.scores,
       ARRAY(SELECT round(points)::smallint FROM unnest(s.dimensions) WITH ORDINALITY
             AS d(points, place) ORDER BY place),
       (s.seats->>'active')::int, (s.seats->>'sold')::int, s.caps, s.cause, '', ''
FROM metrics_snapshot s
JOIN accounts_account a ON a.id = s.account_id
JOIN sparks k ON k.account_id = s.account_id
LEFT JOIN LATERAL (
    SELECT arr, currency, renews_on FROM accounts_contract
    WHERE account_id = a.id AND known_at <= %(cutoff)s
      AND (starts_on IS NULL OR starts_on <= %(day)s)
    ORDER BY known_at DESC LIMIT 1
) c ON true
LEFT JOIN LATERAL (
    SELECT array_agg(flag->>'rule' ORDER BY (flag->>'severity')::int DESC, place) AS rules,
           max((flag->>'severity')::int) AS severity
    FROM jsonb_array_elements(s.flags) WITH ORDINALITY AS standing(flag, place)
    WHERE flag->>'state' = 'open'
) f ON true
WHERE s.day = %(day)s AND s.run_id = %(run)s
  AND s.account_id >= %(lo)s AND s.account_id < %(hi)s
"""
REPLACED = """
DELETE FROM metrics_accountcurrent
WHERE run_id = %(run)s AND account_id >= %(lo)s AND account_id < %(hi)s
"""
# the rows of the run that was published until now stay: a page that began with it can end with it
PRUNE = """
DELETE FROM metrics_accountcurrent
WHERE run_id <> %(run)s
  AND run_id NOT IN (SELECT id FROM metrics_run WHERE state IN ('new', 'running'))
  AND run_id NOT IN (
      SELECT id FROM metrics_run WHERE is_published ORDER BY business_day DESC LIMIT 2
  )
"""
EVERY_ACCOUNT = 2**63 - 1


def write_current(run: Run, *, lo: int = 0, hi: int = EVERY_ACCOUNT) -> None:
    """Writes the rows of `run` for accounts lo <= id < hi, replacing what stands there; call it
    inside a transaction.
    """
    parameters: dict[str, Any] = {
        "run": run.pk,
        "day": run.business_day,
        "days": SPARK_DAYS,
        "cutoff": run.data_cutoff,
        "lo": lo,
        "hi": hi,
    }
    with connection.cursor() as cursor:
        cursor.execute(REPLACED, parameters)
        cursor.execute(CURRENT, parameters)
    accounts = range(lo, hi)
    write_causes(run, accounts, days=7, column="cause_7", change="change_7")
    write_causes(run, accounts, days=30, column="cause_30", change="change_30")


def prune_current(*, keep: Run) -> None:
    """Drops the rows of runs that pages no longer show once `keep` is published."""
    with connection.cursor() as cursor:
        cursor.execute(PRUNE, {"run": keep.pk})
