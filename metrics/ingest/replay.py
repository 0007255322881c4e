"""Rows that waited for an account or a person are taken in once she or it is known."""

from __future__ import annotations

import datetime as dt
import json
from itertools import groupby
from operator import itemgetter
from typing import Any

from metrics.ingest import batches
from metrics.ingest.delivery import BACKFILL_FROM, OLDEST, SLACK, Delivery
from metrics.ingest.loaders import LOADERS
from metrics.ingest.tables import fetch, update_records
from metrics.models.heartbeats import REPLAY, Heartbeat
from metrics.sources.base import Refusal, Row, Rules
from metrics.sources.catalogue import BY_NAME, SOURCES
from metrics.sources.reading import as_row

CHUNK = 5_000
SOME = 1_000  # as many as one request may bring itself
# people first: rows of the others may wait for them
ORDER = ("people", *(source.name for source in SOURCES if source.name != "people"))
# what is ambiguous stays so until somebody says who is meant
READY = """
SELECT b.source, r.id, r.batch_id, r.raw, r.code, r."column", r.message, b.known_at_mode,
       b.started_at, b.write_key_id
FROM metrics_reject r JOIN metrics_batch b ON b.id = r.batch_id
WHERE r.state = 'open' AND b.source = ANY(%(sources)s)
  AND (r.id > %(after)s OR b.source <> (%(sources)s::text[])[1])
  AND (r.waits_for_account <> '' OR r.waits_for_person <> '')
  AND (
      EXISTS (SELECT FROM accounts_account WHERE external_id = r.waits_for_account)
      OR (r.waits_for_account LIKE '@%%' AND r.code <> 'ambiguous_account' AND EXISTS (
          SELECT FROM accounts_account WHERE domain = substr(r.waits_for_account, 2)
      ))
      OR (r.waits_for_person <> '' AND EXISTS (
          SELECT FROM accounts_person WHERE external_id = r.waits_for_person
      ))
      OR (r.waits_for_person LIKE '%%@%%' AND r.code <> 'ambiguous_person' AND EXISTS (
          SELECT FROM accounts_person WHERE email = r.waits_for_person
      ))
      OR EXISTS (
          SELECT FROM metrics_alias l
          WHERE l.value IN (r.waits_for_account, r.waits_for_person) AND l.removed_at IS NULL
      )
  )
ORDER BY array_position(%(sources)s::text[], b.source::text), r.id
LIMIT %(limit)s
"""
COLUMNS = ("state", "code", "column", "message", "waits_for_account", "waits_for_person")


def replay(delivery: Delivery) -> int:
    """Takes in what can be placed by now; returns how many rows. In the caller's transaction.

    Each row stays with its own batch, whose counts move. It counts as known now (or since it
    happened, for a backfill): before, nobody could know whose it was.
    """
    walk = Walk(CHUNK)
    taken = 0
    while not walk.is_done:
        taken += walk.go_on(delivery)
    return taken


class Walk:
    """`replay` a chunk of so many rows at a time, each of which may have a transaction of its own.
    What has been tried once, and waits on, is not tried again. `at`: where another one was.
    """

    def __init__(self, size: int, *, at: str = "") -> None:
        source, _, after = at.partition(" ")
        self._size = size
        self._sources = ORDER[ORDER.index(source) :] if source else ORDER
        self._after = int(after or 0)  # of the first of them

    @property
    def at(self) -> str:
        """Where it is, for another to go on; nothing at the end."""
        return f"{self._sources[0]} {self._after}" if self._sources else ""

    @property
    def is_done(self) -> bool:
        """Whether every source was walked through."""
        return not self._sources

    def go_on(self, delivery: Delivery) -> int:
        """Takes in one full chunk, or what is left before it; returns how many rows."""
        taken, room = 0, self._size
        while self._sources and room:
            # once people are in, nobody waits for what the others bring: they are asked for at once
            asked = ORDER[:1] if self._sources == ORDER else self._sources
            ready = _ready(*asked, after=self._after, limit=room)
            taken += _take_in(ready, delivery)
            if len(ready) < room:
                self._sources, self._after = self._sources[len(asked) :], 0
            else:
                last = ready[-1]
                self._sources = self._sources[self._sources.index(last["source"]) :]
                self._after = last["id"]
            room -= len(ready)
        return taken


def replay_some(delivery: Delivery) -> None:
    """`replay` for a request, which nobody lets wait for long: SOME rows at most, and one look
    where nothing waits. Where more may be left, the next tick takes them in.
    """
    ready = _ready(*ORDER, limit=SOME)
    is_full = len(ready) == SOME
    people = [reject for reject in ready if reject["source"] == ORDER[0]]
    if people:
        _take_in(people, delivery)
        # those of others may have waited for them; with more people to come they wait on
        ready = [] if len(people) == SOME else _ready(*ORDER[1:], limit=SOME)
        is_full |= len(ready) == SOME
    _take_in(ready, delivery)
    if is_full:
        Heartbeat.beat(REPLAY)


def _ready(*sources: str, after: int = 0, limit: int) -> list[dict[str, Any]]:
    """Rejects of these sources, one after another, that can be placed; `after`: of the first."""
    return fetch(READY, {"sources": list(sources), "after": after, "limit": limit})


def _take_in(ready: list[dict[str, Any]], delivery: Delivery) -> int:
    """Source by source, and in each batch by batch."""
    place = {source: number for number, source in enumerate(ORDER)}
    of_batch = itemgetter("source", "batch_id")
    in_order = sorted(ready, key=lambda r: (place[r["source"]], r["batch_id"], r["id"]))
    return sum(
        _replay_batch(source, batch_id, list(rejects), delivery)
        for (source, batch_id), rejects in groupby(in_order, key=of_batch)
    )


def _replay_batch(
    source: str, batch_id: int, rejects: list[dict[str, Any]], delivery: Delivery
) -> int:
    mode, started_at = rejects[0]["known_at_mode"], rejects[0]["started_at"]
    slack = SLACK if rejects[0]["write_key_id"] else dt.timedelta()
    loader = LOADERS[source](
        Delivery(
            batch_id=batch_id, now=delivery.now, zone=delivery.zone, known_at=mode, slack=slack
        )
    )
    # the row is as old as it was when it came: waiting does not spoil it
    oldest = BACKFILL_FROM if mode == "occurred" else started_at - OLDEST
    rules = Rules(zone=delivery.zone, now=delivery.now, oldest=oldest)
    found = [
        as_row(BY_NAME[source], _parsed(reject["raw"]), line=reject["id"], rules=rules)
        for reject in rejects
    ]
    refused = [item for item in found if isinstance(item, Refusal)]
    refused += loader.load([item for item in found if isinstance(item, Row)])
    loader.finish()
    batches.move(batch_id, loader.tally)
    _settle(rejects, refused)
    return len(rejects) - len(refused)


def _settle(rejects: list[dict[str, Any]], refused: list[Refusal]) -> None:
    """What was taken in is no reject any more; what was not gets its new reason."""
    still = {refusal.line: refusal for refusal in refused}
    changes = []
    for reject in rejects:
        refusal = still.get(reject["id"])
        changes.append(
            {
                "id": reject["id"],
                "state": "open" if refusal else "replayed",
                "code": refusal.code if refusal else reject["code"],
                "column": refusal.column if refusal else reject["column"],
                "message": refusal.message if refusal else reject["message"],
                "waits_for_account": refusal.waits_for_account if refusal else "",
                "waits_for_person": refusal.waits_for_person if refusal else "",
            }
        )
    update_records("metrics_reject", changes, columns=COLUMNS)


def _parsed(raw: Any) -> dict[str, Any]:
    """Django hands JSON of raw queries on as text."""
    found: dict[str, Any] = json.loads(raw) if isinstance(raw, str) else raw
    return found
