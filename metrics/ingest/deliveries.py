"""A webhook's delivery once: its id is claimed in the transaction that stores its rows."""

from __future__ import annotations

from dataclasses import dataclass

from metrics.ingest.batches import PUSH_WAITS
from metrics.ingest.once import OtherBody
from metrics.ingest.retries import Passing
from metrics.ingest.tables import execute, fetch

CLAIM = """
INSERT INTO metrics_hookdelivery (hook_id, delivery_id, digest, received_at,
                                  received, accepted, duplicate, quarantined)
VALUES (%(hook)s, %(id)s, %(digest)s, clock_timestamp(), 0, 0, 0, 0)
ON CONFLICT (hook_id, delivery_id) DO NOTHING RETURNING id
"""
KNOWN = """
SELECT d.id, d.digest, d.received, d.accepted, d.duplicate, d.quarantined,
       b.undone_at IS NOT NULL AS is_undone,
       d.quarantined > 0 AND h.changed_at > d.received_at AS may_fit_now
FROM metrics_hookdelivery d JOIN metrics_hook h ON h.id = d.hook_id
LEFT JOIN metrics_batch b ON b.id = d.batch_id
WHERE d.hook_id = %(hook)s AND d.delivery_id = %(id)s FOR UPDATE OF d
"""
NOTE = """
UPDATE metrics_hookdelivery
SET batch_id = %(batch)s, digest = %(digest)s, received_at = clock_timestamp(),
    received = %(received)s, accepted = %(accepted)s, duplicate = %(duplicate)s,
    quarantined = %(quarantined)s
WHERE hook_id = %(hook)s AND delivery_id = %(id)s
"""
COUNTS = ("received", "accepted", "duplicate", "quarantined")


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A delivery as its sender names it. `digest`: of its body."""

    hook: int
    id: str
    digest: str

    def answered(self) -> dict[str, int] | None:
        """None where it is new, what it brought was undone, or rows of it did not fit and the
        mapping is another one since; else what was answered then. Whoever comes with the same id
        meanwhile waits for the COMMIT. Raises OtherBody.

        What is asked to be undone still stands: taken in now it would be a duplicate of itself.
        """
        execute(f"SET LOCAL lock_timeout = '{PUSH_WAITS}'")
        if fetch(CLAIM, vars(self)):
            return None
        found = fetch(KNOWN, vars(self))
        if not found:  # too old, and just taken away: the next try claims it
            raise Passing
        known = found[0]
        if known["is_undone"] or known["may_fit_now"]:
            return None
        if known["digest"] != self.digest:
            raise OtherBody
        return {name: known[name] for name in COUNTS}

    def keep(self, reply: dict[str, int], *, batch: int | None) -> None:
        """What is answered, in the same transaction."""
        execute(NOTE, vars(self) | reply | {"batch": batch})
