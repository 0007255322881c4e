"""Undo of what is stored once: columns go back, and what a batch made goes if nothing needs it."""

from __future__ import annotations

from functools import cache

from django.db import connection
from django.db.models import Model
from django.db.models.fields.reverse_related import ForeignObjectRel

from accounts.models import Account, Milestone, Person
from metrics.ingest.accounts import AccountsLoader
from metrics.ingest.entities import (
    EntityLoader,
    FeaturesLoader,
    MilestonesLoader,
    SourceStatusLoader,
)
from metrics.ingest.people import PeopleLoader
from metrics.ingest.tables import execute, fetch
from metrics.ingest.undo_together import rests_on, take_apart
from metrics.models import Batch, Feature, SourceStatus

Entity = tuple[type[EntityLoader], type[Model]]
ENTITIES: dict[str, Entity] = {
    "features": (FeaturesLoader, Feature),
    "accounts": (AccountsLoader, Account),
    "people": (PeopleLoader, Person),
    "milestones": (MilestonesLoader, Milestone),
    "source_status": (SourceStatusLoader, SourceStatus),
}
# tables that name an account without a foreign key; rollups are not among them: they are derived
ALSO: dict[type[Model], tuple[str, ...]] = {
    Account: ("metrics_snapshot", "metrics_accountcurrent", "metrics_flagchange")
}
WORDS = {
    "features": "feature,features",
    "accounts": "account,accounts",
    "people": "person,people",
}

# a later batch changed what this one made, or the same columns
LATER = """
SELECT r.batch_id FROM metrics_replaced r JOIN {table} t ON t.id = r.object_id
WHERE r."table" = '{table}' AND t.batch_id = %(batch)s AND r.batch_id <> %(batch)s
UNION
SELECT later.batch_id FROM metrics_replaced mine
JOIN metrics_replaced later ON later."table" = mine."table"
    AND later.object_id = mine.object_id AND later.id > mine.id
    AND later.batch_id <> mine.batch_id
WHERE mine.batch_id = %(batch)s AND mine."table" = '{table}'
  AND EXISTS (SELECT FROM jsonb_object_keys(mine.before) AS k WHERE later.before ? k)
"""
# the terms of a contract rest on those before
LATER_TERMS = """
SELECT DISTINCT later.batch_id FROM accounts_contract mine
JOIN accounts_contract later ON later.account_id = mine.account_id AND later.id > mine.id
WHERE mine.batch_id = %(batch)s AND later.batch_id <> %(batch)s
"""
# terms that came to be known at the same moment took the place of this one's
INSTEAD = """
SELECT max(r.batch_id) AS batch_id FROM metrics_replaced r
WHERE r."table" = 'accounts_contract' AND r.batch_id <> %(batch)s
  AND (r.before ->> 'batch_id')::bigint = %(batch)s
"""
# Of several changes of a column the oldest says what was before, the newest what was left behind.
# What is different again by now was changed by somebody's hand, and stays.
RESTORE = """
WITH noted AS (
    SELECT r.object_id, e.key,
           (array_agg(e.value ORDER BY r.id))[1] AS before,
           (array_agg(r.after -> e.key ORDER BY r.id DESC))[1] AS after
    FROM metrics_replaced r, jsonb_each(r.before) e
    WHERE r.batch_id = %(batch)s AND r."table" = '{table}' AND r.after IS NOT NULL
    GROUP BY r.object_id, e.key
), judged AS (
    SELECT n.object_id, n.key,
           -- a user who is gone owns nothing
           CASE WHEN n.key = 'owner_id' AND n.before <> 'null' AND NOT EXISTS (
               SELECT FROM accounts_user WHERE id = (n.before #>> '{{}}')::bigint
           ) THEN 'null' ELSE n.before END AS before,
           (to_jsonb(t) -> n.key) IS NOT DISTINCT FROM (to_jsonb(
               jsonb_populate_record(t, jsonb_build_object(n.key, n.after))
           ) -> n.key) AS is_as_left
    FROM noted n JOIN {table} t ON t.id = n.object_id
), merged AS (
    SELECT object_id, jsonb_object_agg(key, before) AS before FROM judged
    WHERE is_as_left GROUP BY object_id
), restored AS (
    UPDATE {table} t SET ({columns}) = (
        SELECT {was} FROM jsonb_populate_record(t, m.before) AS was
    )
    FROM merged m WHERE t.id = m.object_id
    RETURNING t.id
)
SELECT (SELECT count(*) FROM restored) AS restored,
       (SELECT count(DISTINCT object_id) FROM judged WHERE NOT is_as_left) AS by_hand
"""
TERMS = (
    "DELETE FROM accounts_contract WHERE batch_id = %(batch)s",
    """
    INSERT INTO accounts_contract
    SELECT was.* FROM metrics_replaced r,
         jsonb_populate_record(NULL::accounts_contract, r.before) was
    WHERE r.batch_id = %(batch)s AND r."table" = 'accounts_contract'
    """,
)


def built_on_entities(batch: Batch) -> int | None:
    """The newest batch that rests on what this one made or changed, and that must be undone first.
    One on which this one rests as well need not be: of the two neither comes first.
    """
    if batch.source not in ENTITIES:
        return None
    entity = ENTITIES[batch.source]
    later = cache(lambda number: _later(entity, number))
    for other in sorted(later(batch.pk), reverse=True):
        if not rests_on(later, batch.pk, other):
            return other
    instead = fetch(INSTEAD, {"batch": batch.pk}) if batch.source == "accounts" else []
    return next((row["batch_id"] for row in instead), None)


def _later(entity: Entity, batch_id: int) -> set[int]:
    """Batches that rest on what this one made or changed."""
    loader, model = entity
    parameters = {"batch": batch_id}
    found = fetch(LATER.format(table=loader.table), parameters)
    if model is Account:
        found += fetch(LATER_TERMS, parameters)
    return {row["batch_id"] for row in found}


def undo_entities(entity: Entity, batch_id: int) -> tuple[int, int, list[str]]:
    """(rows that went, rows that are as before, why some stay)."""
    loader, model = entity
    parameters = {"batch": batch_id}
    by_others = take_apart(loader.table, loader.kind, batch_id) if _later(entity, batch_id) else 0
    if model is Account:
        for statement in TERMS:
            execute(statement, parameters)
    columns = [*loader.fields, *loader.derived]
    query = RESTORE.format(
        table=loader.table,
        columns=", ".join(f'"{name}"' for name in columns),
        was=", ".join(f'was."{name}"' for name in columns),
    )
    found = fetch(query, parameters)[0]
    with connection.cursor() as cursor:
        cursor.execute(_remove(loader.table, model), parameters)
        removed: int = cursor.rowcount
    kept = model._default_manager.filter(batch_id=batch_id).count()
    notes = _notes(loader.source.name, kept, found["by_hand"])
    if by_others:
        notes.append(f"{_were(by_others)} changed by other imports since; what those said stays.")
    return removed, found["restored"], notes


def references(model: type[Model]) -> list[tuple[str, str]]:
    """(table, column) of everything that names a row of the model."""
    found = [
        (str(field.related_model._meta.db_table), str(field.field.column))
        for field in model._meta.get_fields(include_hidden=True)
        if isinstance(field, ForeignObjectRel)
    ]
    return sorted(found) + [(table, "account_id") for table in ALSO.get(model, ())]


def _remove(table: str, model: type[Model]) -> str:
    """Deletes what the batch made and nothing names; tags are words of our users."""
    tests = [
        f'NOT EXISTS (SELECT FROM "{other}" o WHERE o."{column}" = t.id)'
        for other, column in references(model)
    ]
    if model is Account:
        tests.append("t.tags = '{}'")
    return " AND ".join([f"DELETE FROM {table} t WHERE t.batch_id = %(batch)s", *tests])  # noqa: S608


def _notes(source: str, kept: int, by_hand: int) -> list[str]:
    notes = []
    if kept:
        one, _, many = WORDS.get(source, "row,rows").partition(",")
        stay = f"1 {one} stays" if kept == 1 else f"{kept:,} {many} stay"
        notes.append(f"{stay}: something else refers to {'it' if kept == 1 else 'them'}.")
    if by_hand:
        notes.append(f"{_were(by_hand)} changed by hand since; that stays.")
    return notes


def _were(rows: int) -> str:
    return "1 row was" if rows == 1 else f"{rows:,} rows were"
