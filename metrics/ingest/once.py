"""A request that comes again with its Idempotency-Key gets the answer that it got before.

What makes a second try harmless is that each call says who it is. The key adds that the sender
hears the same counts again, and hears of a mistake: one key for two requests. Only what was
committed is remembered, with the facts in one transaction: a request that was refused, or died on
its way, leaves nothing behind that could block its key.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from metrics.ingest.tables import execute, fetch
from metrics.models.replies import KEPT_REPLIES

IN_FLIGHT = 48_713  # the class of its advisory locks, beside those of batches and uploads
# a lock that ends with the transaction: nobody is in flight for ever
LOCK = "SELECT pg_try_advisory_xact_lock(%s, hashtext(%s)) AS is_mine"
FIND = """
SELECT digest, reply FROM metrics_keptreply
WHERE write_key_id = %(writer)s AND key = %(key)s AND kept_at > now() - %(kept)s
"""
KEEP = """
INSERT INTO metrics_keptreply (write_key_id, key, digest, reply, kept_at)
VALUES (%(writer)s, %(key)s, %(digest)s, %(reply)s, now())
ON CONFLICT (write_key_id, key) DO UPDATE
SET digest = excluded.digest, reply = excluded.reply, kept_at = excluded.kept_at
"""
FORGET = """
DELETE FROM metrics_keptreply
WHERE write_key_id = (SELECT write_key_id FROM metrics_batch WHERE id = %s)
"""


class InFlight(Exception):
    """Another request with this key is just being stored."""


class OtherBody(Exception):
    """The key was used for another request."""


@dataclass(frozen=True, kw_only=True)
class Once:
    """The key of a request, and what it stands for: a call and its body, unpacked."""

    writer: int  # id of the write key: keys of two senders are never the same
    key: str
    digest: str

    @classmethod
    def of(cls, *, writer: int, key: str, call: str, body: bytes) -> Once:
        """`digest`: SHA-256 of the call's name and its body."""
        digest = sha256(call.encode() + b"\n" + body).hexdigest()
        return cls(writer=writer, key=key, digest=digest)

    def answered(self) -> dict[str, Any] | None:
        """What was answered before; None: nothing, and until the end of this transaction the key
        is ours. Raises InFlight, OtherBody.
        """
        if not fetch(LOCK, [IN_FLIGHT, f"{self.writer} {self.key}"])[0]["is_mine"]:
            raise InFlight
        found = fetch(FIND, {"writer": self.writer, "key": self.key, "kept": KEPT_REPLIES})
        if not found:
            return None
        if found[0]["digest"] != self.digest:
            raise OtherBody
        reply = found[0]["reply"]
        said: dict[str, Any] = json.loads(reply) if isinstance(reply, str) else reply
        return said

    def keep(self, reply: dict[str, Any], *, batch: int | None) -> None:
        """In the transaction of the facts, whichever `batch` took them: all of a key are undone."""
        execute(KEEP, vars(self) | {"reply": json.dumps(reply)})


def forget_of(batch_id: int) -> None:
    """What is undone was never stored: its sender's requests are new ones when they come again."""
    execute(FORGET, [batch_id])
