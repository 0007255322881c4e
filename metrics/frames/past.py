"""Rows as they were known by the cut-off, where an import has changed them since.

The tables of entities hold what is known now. A night reads them as they are; a past day read
again puts over each row what its later changes say that it said before.
"""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import Account, Change, Milestone, Person
from metrics.frames.window import Window
from metrics.models import Feature, SourceStatus

Kind = Change.Kind
TABLES = {
    Kind.ACCOUNT: Account._meta.db_table,
    Kind.PERSON: Person._meta.db_table,
    Kind.MILESTONE: Milestone._meta.db_table,
    Kind.FEATURE: Feature._meta.db_table,
    Kind.SOURCE_STATUS: SourceStatus._meta.db_table,
}
NEWER = """
c.known_at > %(cutoff)s
AND (c.account_id = 0 OR c.account_id >= %(lo)s AND c.account_id < %(hi)s)
"""
CHANGED = f"""
SELECT k.kind FROM unnest(%(kinds)s::text[]) AS k(kind)
WHERE EXISTS (SELECT FROM accounts_change c WHERE c.kind = k.kind AND {NEWER})
"""  # noqa: S608 our own names, values are parameters
# of several changes of a column the oldest holds: it is the last that the object is built from.
# A change to null says that the row was not there yet.
ROWS = """(
    WITH newer AS (
        SELECT c.object_id, bool_or(c.before = 'null') AS is_new,
               jsonb_object_agg(e.key, e.value ORDER BY c.known_at DESC, c.id DESC)
                   FILTER (WHERE e.key IS NOT NULL) AS before
        FROM accounts_change c
        LEFT JOIN LATERAL jsonb_each(
            CASE jsonb_typeof(c.before) WHEN 'object' THEN c.before END
        ) e ON true
        WHERE c.kind = '{kind}' AND {newer}
        GROUP BY c.object_id
    )
    SELECT r.* FROM {table} r WHERE r.id NOT IN (SELECT object_id FROM newer)
    UNION ALL
    SELECT was.* FROM newer n JOIN {table} r ON r.id = n.object_id
    CROSS JOIN LATERAL jsonb_populate_record(r, n.before) was
    WHERE NOT n.is_new
)"""


@dataclass(frozen=True, kw_only=True)
class Past:
    """Of which kinds something has changed since the cut-off."""

    changed: frozenset[str]

    def rows(self, kind: Change.Kind) -> str:
        """What stands after FROM, with the columns of the table; its parameters are a window's."""
        table = TABLES[kind]
        if kind.value not in self.changed:
            return table
        return ROWS.format(table=table, kind=kind.value, newer=NEWER)


def read_past(window: Window) -> Past:
    """One query, which for a night finds nothing."""
    found = window.rows(CHANGED, kinds=[kind.value for kind in Kind])
    return Past(changed=frozenset(kind for (kind,) in found))
