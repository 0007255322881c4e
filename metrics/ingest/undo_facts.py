"""Undo of what happened: usage, and records that live on as versions."""

from __future__ import annotations

from django.db import connection

from metrics.ingest.tables import execute, fetch
from metrics.ingest.usage import MANY
from metrics.models import Batch

VERSIONS = {
    "training": "metrics_trainingrecord",
    "tickets": "metrics_ticket",
    "surveys": "metrics_survey",
}
# a later version carries what the earlier one said
LATER = """
SELECT max(later.batch_id) AS batch_id FROM {table} mine
JOIN {table} later ON later.external_id = mine.external_id
    AND later.account_id = mine.account_id AND later.id > mine.id
    AND later.batch_id <> mine.batch_id
WHERE mine.batch_id = %s
"""
KEYS = """
DROP TABLE IF EXISTS pg_temp.undone;
CREATE TEMP TABLE undone ON COMMIT DROP AS
SELECT DISTINCT external_id, account_id FROM {table} WHERE batch_id = %s
"""
DELETE = "DELETE FROM {table} WHERE batch_id = %s"
# of those that are left the last one stands again
LATEST = """
UPDATE {table} t SET is_latest = true FROM (
    SELECT DISTINCT ON (v.external_id, v.account_id) v.id
    FROM {table} v JOIN undone USING (external_id, account_id)
    ORDER BY v.external_id, v.account_id, v.id DESC
) newest
WHERE t.id = newest.id AND NOT t.is_latest
"""
USAGE = """
DROP TABLE IF EXISTS pg_temp.undone;
CREATE TEMP TABLE undone ON COMMIT DROP AS
SELECT account_id, day, feature_id FROM metrics_usageevent WHERE batch_id = %s
GROUP BY account_id, day, feature_id
"""
MARK = """
INSERT INTO metrics_changedday (account_id, day) SELECT DISTINCT account_id, day FROM undone
"""
# features that nobody has described and nobody uses any more
FEATURES = """
DELETE FROM metrics_feature f WHERE f.batch_id = %s AND NOT f.is_declared
  AND NOT EXISTS (SELECT FROM metrics_usageevent u WHERE u.feature_id = f.id)
"""
FIRST_USES = """
WITH moved AS (
    SELECT f.id FROM metrics_feature f JOIN undone g ON g.feature_id = f.id
    GROUP BY f.id, f.first_used_on HAVING min(g.day) <= f.first_used_on
), firsts AS (
    SELECT u.feature_id, min(u.day) AS day FROM metrics_usageevent u
    WHERE u.feature_id IN (SELECT id FROM moved) GROUP BY u.feature_id
)
UPDATE metrics_feature f SET first_used_on = firsts.day
FROM moved LEFT JOIN firsts ON firsts.feature_id = moved.id
WHERE f.id = moved.id
"""


def built_on_versions(batch: Batch) -> int | None:
    """The newest batch that says more about records of this one."""
    query = LATER.format(table=VERSIONS[batch.source])
    found: int | None = fetch(query, [batch.pk])[0]["batch_id"]
    return found


def undo_versions(table: str, batch_id: int) -> int:
    """Versions go, those before stand again; returns how many rows went."""
    execute(KEYS.format(table=table), [batch_id])
    with connection.cursor() as cursor:
        cursor.execute(DELETE.format(table=table), [batch_id])
        gone: int = cursor.rowcount
    execute(LATEST.format(table=table))
    return gone


def undo_usage(batch_id: int) -> int:
    """Events go and their days become dirty; returns how many events went."""
    execute(USAGE, [batch_id])
    with connection.cursor() as cursor:
        cursor.execute(DELETE.format(table="metrics_usageevent"), [batch_id])
        gone: int = cursor.rowcount
    execute(MARK)
    execute(FEATURES, [batch_id])
    execute(FIRST_USES)
    if gone >= MANY:
        execute("ANALYZE metrics_usageevent")
    return gone
