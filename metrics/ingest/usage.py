"""Usage events: staged by COPY and inserted once per event key, a chunk at a time."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any

from django.db import IntegrityError, connection, transaction

from accounts.models import Change
from metrics.ingest.changes import Changes
from metrics.ingest.delivery import Delivery, Tally
from metrics.ingest.directory import Directory, Nowhere, Place, Who
from metrics.ingest.tables import copy_rows, execute, fetch
from metrics.sources.base import Refusal, Row
from metrics.sources.usage import LOGIN

STAGE = """
CREATE TEMP TABLE IF NOT EXISTS stage_usage (
    place int, event_key uuid, account_id bigint, person_id bigint, feature_id bigint,
    occurred_at timestamptz, day date, count bigint
) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS stage_changed (account_id bigint, day date) ON COMMIT DELETE ROWS;
TRUNCATE stage_usage, stage_changed;
"""
COLUMNS = (
    "place", "event_key", "account_id", "person_id", "feature_id", "occurred_at", "day", "count"
)  # fmt: skip
# NEW takes every row for a new one and fails as a whole where one is not: nearly everything comes
# for the first time, and is looked up once, not three times. KNOWN looks first, and once more while
# it inserts, for another door may be faster.
# LATERAL .. LIMIT 1: one probe of the unique index per row. As a plain anti-join the same is a
# loop over everything, as long as the planner's statistics are those of an empty table.
INSERT = """
WITH added AS (
    INSERT INTO metrics_usageevent (
        account_id, person_id, feature_id, occurred_at, day, count, event_key, known_at, batch_id
    )
    SELECT DISTINCT ON (s.event_key) s.account_id, s.person_id, s.feature_id, s.occurred_at,
           s.day, s.count, s.event_key,
           CASE WHEN %(occurred)s THEN least(s.occurred_at, %(now)s) ELSE %(now)s END, %(batch)s
    FROM stage_usage s
    {only_unknown}
    ORDER BY s.event_key, s.place
    {on_conflict}
    RETURNING account_id, day, feature_id
), marked AS (
    INSERT INTO stage_changed SELECT DISTINCT account_id, day FROM added
), firsts AS MATERIALIZED (  -- else it is read anew for every feature there is
    SELECT feature_id, min(day) AS day FROM added WHERE feature_id IS NOT NULL GROUP BY feature_id
), seen AS (
    UPDATE metrics_feature f SET first_used_on = firsts.day
    FROM firsts WHERE f.id = firsts.feature_id
      AND (f.first_used_on IS NULL OR f.first_used_on > firsts.day)
)
SELECT count(*) AS added FROM added
"""
NEW = INSERT.format(only_unknown="", on_conflict="")
KNOWN = INSERT.format(
    only_unknown="""
    LEFT JOIN LATERAL (
        SELECT true AS is_known FROM metrics_usageevent u WHERE u.event_key = s.event_key LIMIT 1
    ) known ON true
    WHERE known.is_known IS NULL""",
    on_conflict="ON CONFLICT DO NOTHING",
)
CONFLICTS = """
SELECT s.place, u.account_id = s.account_id AS same_account, p.external_id AS person_external_id,
       f.key AS feature_key, u.occurred_at, u.count,
       (u.account_id, u.person_id, u.feature_id, u.count)
       IS DISTINCT FROM (s.account_id, s.person_id, s.feature_id, s.count) AS is_other
FROM stage_usage s
JOIN LATERAL (
    SELECT * FROM metrics_usageevent u WHERE u.event_key = s.event_key LIMIT 1
) u ON true
LEFT JOIN accounts_person p ON p.id = u.person_id
LEFT JOIN metrics_feature f ON f.id = u.feature_id
WHERE (u.account_id, u.person_id, u.feature_id, u.count)
      IS DISTINCT FROM (s.account_id, s.person_id, s.feature_id, s.count)
   OR u.occurred_at NOT BETWEEN s.occurred_at - %s AND s.occurred_at + %s
ORDER BY s.place
"""
# only ever added: no import waits for another one, or for a rollup
MARK = """
INSERT INTO metrics_changedday (account_id, day)
SELECT DISTINCT account_id, day FROM stage_changed
"""
FEATURES = "SELECT key, id FROM metrics_feature WHERE key = ANY(%s)"
NEW_FEATURES = """
INSERT INTO metrics_feature (key, name, level, personas, is_declared, batch_id)
SELECT key, key, 'core', '{}', false, %s FROM unnest(%s::text[]) AS key ORDER BY key
ON CONFLICT (key) DO NOTHING
RETURNING id
"""
MOMENTS = 100_000
MANY = 10_000
UNIQUE_VIOLATION = "23505"


class UsageLoader:
    """Stores usage. A feature nobody has described is made, as a core one."""

    def __init__(self, delivery: Delivery) -> None:
        self.tally = Tally()
        self._delivery = delivery
        self._directory = Directory()
        self._changes = Changes(Change.Kind.FEATURE, delivery)
        self._features: dict[str | None, int | None] = {None: None, "": None, LOGIN: None}
        self._moments: dict[dt.datetime, tuple[str, str]] = {}
        self._all_new = True
        execute(STAGE)

    def load(self, rows: list[Row]) -> list[Refusal]:
        """See `Loader`."""
        whos = [Who(v[1], v[2], v[6]) for v in (row.values for row in rows)]
        self._directory.learn(whos)
        self._learn_features({row.values[3] for row in rows})
        refused: list[Refusal] = []
        staged: list[tuple[Any, ...]] = []
        place_of, stage = self._directory.place, self._staged
        for at, (row, who) in enumerate(zip(rows, whos, strict=True)):
            place = place_of(who)
            if isinstance(place, Nowhere):
                refused.append(place.refuse(row))
            else:
                staged.append(stage(at, row.values, place))
        return refused + self.insert(rows, staged)

    def finish(self) -> None:
        """Marks every (account, day) that got an event, for the rollups."""
        execute(MARK)
        if self.tally.created >= MANY and not self._delivery.is_part:
            # until the next autovacuum the planner would take the table for what it was before:
            # thought empty, a million events are read once per marked day
            execute("ANALYZE metrics_usageevent")

    def _staged(self, at: int, values: tuple[Any, ...], place: Place) -> tuple[Any, ...]:
        account_id, person_id = place
        event_id, _, _, feature, occurred_at, count, _ = values
        feature_id = self._features[feature]
        count = count or 1
        moment = self._moments.get(occurred_at) or self._remember(occurred_at)
        if event_id:
            identity = f"id:{event_id}"
        else:
            identity = f"row:{account_id}|{person_id}|{feature_id}|{moment[0]}|{count}"
        key = hashlib.md5(identity.encode(), usedforsecurity=False).hexdigest()
        return (at, key, account_id, person_id, feature_id, *moment, count)

    def _remember(self, at: dt.datetime) -> tuple[str, str]:
        if len(self._moments) >= MOMENTS:
            self._moments.clear()
        day = at.astimezone(self._delivery.zone).date()
        self._moments[at] = found = (at.isoformat(), day.isoformat())
        return found

    def insert(self, rows: list[Row], staged: list[tuple[Any, ...]]) -> list[Refusal]:
        if not staged:
            return []
        execute("TRUNCATE stage_usage")
        copy_rows("stage_usage", COLUMNS, staged)
        parameters: dict[str, Any] = {
            "occurred": self._delivery.known_at == "occurred",
            "now": self._delivery.now,
            "batch": self._delivery.batch_id,
        }
        added = self._add(parameters)
        self.tally.created += added
        if added == len(staged):
            return []
        slack = self._delivery.slack
        refused = [
            _conflict(row, found)
            for found in fetch(CONFLICTS, [slack, slack])
            for row in [rows[found["place"]]]
            if found["is_other"] or row.line not in self._delivery.guessed
        ]
        self.tally.duplicate += len(staged) - added - len(refused)
        return refused

    def _add(self, parameters: dict[str, Any]) -> int:
        """Inserts what is staged and not known yet; returns how many rows that were. Once one was
        known, more are likely to be.
        """
        if self._all_new:
            try:
                with transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute(NEW, parameters)
                    return int(cursor.fetchone()[0])
            except IntegrityError as error:
                if getattr(error.__cause__, "sqlstate", "") != UNIQUE_VIOLATION:
                    raise
                self._all_new = False
        with connection.cursor() as cursor:
            cursor.execute(KNOWN, parameters)
            return int(cursor.fetchone()[0])

    def _learn_features(self, keys: set[str | None]) -> None:
        new = sorted(key for key in keys if key and key not in self._features)
        if not new:
            return
        found = {record["key"]: record["id"] for record in fetch(FEATURES, [new])}
        missing = [key for key in new if key not in found]
        if missing:
            made = fetch(NEW_FEATURES, [self._delivery.batch_id, missing])
            self._changes.note_new(record["id"] for record in made)
            self._changes.write()
            found |= {record["key"]: record["id"] for record in fetch(FEATURES, [missing])}
        self._features |= found


def _conflict(row: Row, stored: dict[str, Any]) -> Refusal:
    """Names the first column in which the row differs from the event that has its id."""
    if not stored["same_account"]:
        message = "this event id came before, for another account"
        return row.refused("id_conflict", message, column="account_external_id")
    _, _, person, feature, occurred_at, count, _ = row.values
    pairs = {
        "person_external_id": (stored["person_external_id"] or "", person or ""),
        "feature_key": (stored["feature_key"] or "", "" if feature == LOGIN else feature or ""),
        "occurred_at": (stored["occurred_at"].isoformat(), occurred_at.isoformat()),
        "count": (stored["count"], count or 1),
    }
    for column, (before, now) in pairs.items():
        if before != now:
            message = f"this event id came before with {before!r}, now {now!r}"
            return row.refused("id_conflict", message, column=column)
    return row.refused("id_conflict", "this event id came before, for another person")
