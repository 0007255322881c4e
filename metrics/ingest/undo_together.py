"""Undo of a batch that another one rests on while it rests on that one.

What comes over HTTP grows for an hour, beside what another key sends: either may have the last word
on some row after the other had it on another. Neither then comes first. So what others said stays,
and the notes about it are joined as if the batch had never spoken in between: what the others
replaced is what was there before the batch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from metrics.ingest.tables import execute, fetch

# who made a row and has it changed by another batch: it is that one's row from now on, and goes as
# a whole with it
HAND_OVER = (
    """
    UPDATE {table} t SET batch_id = heir.batch_id FROM (
        SELECT DISTINCT ON (r.object_id) r.object_id, r.batch_id FROM metrics_replaced r
        JOIN {table} made ON made.id = r.object_id AND made.batch_id = %(batch)s
        WHERE r."table" = '{table}' AND r.batch_id <> %(batch)s
        ORDER BY r.object_id, r.id
    ) heir
    WHERE t.id = heir.object_id
    RETURNING t.id
    """,
    """
    DELETE FROM metrics_replaced r USING {table} t
    WHERE r."table" = '{table}' AND r.object_id = ANY(%(ids)s) AND t.id = r.object_id
      AND r.batch_id = t.batch_id
    """,
)
# Notes of a column in their order. An island: notes of the batch with no other's between them. What
# comes after an island replaced what the island left behind, unless a hand was there in between.
ISLANDS = """
WITH notes AS (
    SELECT r.id, r.object_id, k AS key, r.before -> k AS before, {after} AS after,
           r.batch_id IS NOT DISTINCT FROM %(batch)s AS is_own
    FROM {journal} r, jsonb_object_keys(r.before) k
    WHERE {which} AND jsonb_typeof(r.before) = 'object' AND r.object_id IN (
        SELECT object_id FROM {journal} r WHERE {which} AND r.batch_id = %(batch)s
    )
), numbered AS (
    SELECT *, count(*) FILTER (WHERE NOT is_own) OVER (
        PARTITION BY object_id, key ORDER BY id
    ) AS others
    FROM notes
), islands AS (
    SELECT object_id, key, others, array_agg(id) AS ids,
           (array_agg(before ORDER BY id))[1] AS before,
           (array_agg(after ORDER BY id DESC))[1] AS after
    FROM numbered WHERE is_own GROUP BY object_id, key, others
), covered AS (
    SELECT i.*, n.id AS next_id, n.before AS next_before
    FROM islands i JOIN numbered n USING (object_id, key)
    WHERE NOT n.is_own AND n.others = i.others + 1
)
"""
JOIN = """
, joined AS (
    UPDATE {journal} r SET before = r.before || c.before
    FROM (
        SELECT next_id, jsonb_object_agg(key, before) AS before FROM covered
        WHERE {is_next} GROUP BY next_id
    ) c
    WHERE r.id = c.next_id
)
"""
# the last word on these columns is another's: nothing is put back
FORGET = """
, forgotten AS (
    UPDATE {journal} r SET before = r.before - c.keys, after = r.after - c.keys
    FROM (
        SELECT own.id, array_agg(key) AS keys FROM covered, unnest(ids) own(id) GROUP BY own.id
    ) c
    WHERE r.id = c.id
)
"""
LAST_WORD = """
SELECT DISTINCT object_id FROM numbered n WHERE is_own AND NOT EXISTS (
    SELECT FROM islands i WHERE (i.object_id, i.key) = (n.object_id, n.key)
      AND i.others = (SELECT max(m.others) FROM numbered m
                      WHERE (m.object_id, m.key) = (n.object_id, n.key))
)
"""
IS_NEXT = """
(to_jsonb(jsonb_populate_record(NULL::{table}, jsonb_build_object(key, after))) -> key)
IS NOT DISTINCT FROM
(to_jsonb(jsonb_populate_record(NULL::{table}, jsonb_build_object(key, next_before))) -> key)
"""
# terms that others have said since: they stand as they were said
TERMS = """
SELECT DISTINCT mine.account_id AS id FROM accounts_contract mine
JOIN accounts_contract later ON later.account_id = mine.account_id AND later.id > mine.id
WHERE mine.batch_id = %(batch)s AND later.batch_id <> %(batch)s
"""


def rests_on(later: Callable[[int], Iterable[int]], batch_id: int, other: int) -> bool:
    """Whether a batch rests on another, by way of others too. `later`: those that rest on one."""
    seen, left = {other}, [other]
    while left:
        for found in later(left.pop()):
            if found == batch_id:
                return True
            if found not in seen:
                seen.add(found)
                left.append(found)
    return False


def take_apart(table: str, kind: str, batch_id: int) -> int:
    """Makes the batch one on which nobody rests; on how many rows others have had the last word."""
    batch = {"batch": batch_id}
    give, drop = (query.format(table=table) for query in HAND_OVER)
    given = {row["id"] for row in fetch(give, batch)}
    execute(drop, {"ids": sorted(given)})
    own = {
        "journal": "metrics_replaced",
        "which": f"r.\"table\" = '{table}' AND r.after IS NOT NULL",
        "after": "r.after -> k",
        "is_next": IS_NEXT.format(table=table),
    }
    query = ISLANDS + JOIN + FORGET + LAST_WORD
    given |= {row["object_id"] for row in fetch(query.format(**own), batch)}
    # what the past reads: it knows no hand
    past = {
        "journal": "accounts_change",
        "which": f"r.kind = '{kind}'",
        "after": "NULL::jsonb",
        "is_next": "true",
    }
    execute((ISLANDS + JOIN).format(**past) + "SELECT", batch)
    if table == "accounts_account":
        given |= {row["id"] for row in fetch(TERMS, batch)}
    return len(given)
