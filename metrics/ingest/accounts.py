"""Accounts, and each change of their terms as a new version of the contract."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from accounts.models import Change
from metrics.ingest.delivery import Delivery
from metrics.ingest.entities import EntityLoader
from metrics.ingest.folding import Stored, differences
from metrics.ingest.tables import execute, fetch, insert_records
from metrics.sources.accounts import check
from metrics.sources.base import BadCell, Rules, Values
from metrics.sources.catalogue import ACCOUNTS

TERMS = ("seats_sold", "arr", "currency", "starts_on", "renews_on", "notice_days", "notice_on")
STORED = """
SELECT a.*, c.known_at AS terms_known_at, c.seats_sold, c.arr, coalesce(c.currency, '') AS currency,
       c.starts_on, c.renews_on, c.notice_days, c.notice_on
FROM accounts_account a
LEFT JOIN LATERAL (
    SELECT * FROM accounts_contract WHERE account_id = a.id ORDER BY known_at DESC LIMIT 1
) c ON true
WHERE a.external_id = ANY(%s)
"""
OWNERS = "SELECT lower(email) AS email, id FROM accounts_user WHERE lower(email) = ANY(%s)"
IDS = "SELECT external_id, id FROM accounts_account WHERE external_id = ANY(%s)"
# what was learnt at the same moment is one version: the last word counts
KEPT = """
INSERT INTO metrics_replaced (batch_id, "table", object_id, before)
SELECT %s, 'accounts_contract', c.id, to_jsonb(c)
FROM unnest(%s::bigint[], %s::timestamptz[]) AS r(account_id, known_at)
JOIN accounts_contract c USING (account_id, known_at)
WHERE c.batch_id IS DISTINCT FROM %s
"""
REPLACED = """
DELETE FROM accounts_contract c
USING unnest(%s::bigint[], %s::timestamptz[]) AS r(account_id, known_at)
WHERE c.account_id = r.account_id AND c.known_at = r.known_at
"""


class AccountsLoader(EntityLoader):
    """Accounts by external id. The owner is the user with the owner's e-mail, once there is one."""

    source = ACCOUNTS
    table = "accounts_account"
    kind = Change.Kind.ACCOUNT
    fields = (
        "name", "domain", "segment", "industry", "plan", "owner_email", "parent_external_id",
        "churned_on", "churn_reason",
    )  # fmt: skip
    derived = ("owner_id", "churned_known_at")
    scored = ("segment", "plan", "churned_on", "churned_known_at")

    def __init__(self, delivery: Delivery) -> None:
        super().__init__(delivery)
        self._owners: dict[str, int | None] = {}
        # (external id, known_at) -> the terms as of then
        self._versions: dict[tuple[str, dt.datetime], Stored] = {}

    def key(self, values: Values) -> Any:
        return values["external_id"]

    def fetch(self, keys: Collection[Any]) -> dict[Any, Stored]:
        return {record["external_id"]: record for record in fetch(STORED, [sorted(keys)])}

    def create(self, values: Values) -> Stored:
        if not values["name"]:
            raise BadCell("missing_value", "a new account needs a name", column="name")
        churned = values["churned_on"]
        state = {
            "external_id": values["external_id"],
            **{name: values[name] or "" for name in self.fields if name != "churned_on"},
            "churned_on": churned,
            "owner_id": self._owner(values["owner_email"]),
            "churned_known_at": self.delivery.known(churned) if churned else None,
            "known_at": self.delivery.known(values["starts_on"]),
            "batch_id": self.delivery.batch_id,
        }
        terms = {name: values[name] for name in TERMS} | {"currency": values["currency"] or ""}
        state |= terms | {"terms_known_at": None}
        if any(terms.values()):
            self._add_version(state, self.delivery.known(values["starts_on"]))
        return self.add(state)

    def merge(self, state: Stored, values: Values) -> Stored:
        changed = differences(state, values, (*self.fields, *TERMS))
        # the same check as for one row, on what the row and the stored terms make together
        check(state | changed, Rules(zone=dt.UTC, now=self.delivery.now, oldest=self.delivery.now))
        if "churned_on" in changed and state["churned_on"] is None:
            changed["churned_known_at"] = self.delivery.known(changed["churned_on"])
        # an owner given by hand stays until the file itself names somebody else
        if "owner_email" in changed or state["owner_id"] is None:
            owner_id = self._owner(changed.get("owner_email") or state["owner_email"])
            if owner_id and owner_id != state["owner_id"]:
                changed["owner_id"] = owner_id
        return changed

    def change(self, state: Stored, changed: Stored) -> Stored:
        terms = [name for name in TERMS if name in changed]
        if len(terms) < len(changed):
            super().change(state, changed)
        state.update(changed)
        if terms:
            self._add_version(state, self._terms_known_at(state, changed))
        return state

    def account_of(self, state: Stored) -> int:
        found: int = state["id"]
        return found

    def _terms_known_at(self, state: Stored, changed: Stored) -> dt.datetime:
        """Now; in a backfill the day new terms begin, where that continues what is known."""
        begin = self.delivery.known(changed.get("starts_on"))
        before = state["terms_known_at"]
        return begin if before is None or begin > before else self.delivery.now

    def _add_version(self, state: Stored, known_at: dt.datetime) -> None:
        state["terms_known_at"] = known_at
        self._versions[state["external_id"], known_at] = {name: state[name] for name in TERMS}

    def _owner(self, email: str | None) -> int | None:
        if not email:
            return None
        if email not in self._owners:
            found = fetch(OWNERS, [[email]])
            self._owners[email] = found[0]["id"] if found else None
        return self._owners[email]

    def write(self) -> None:
        own = ("external_id", *self.fields, *self.derived, "known_at", "batch_id")
        self.created = [{name: state[name] for name in own} for state in self.created]
        super().write()
        versions, self._versions = self._versions, {}
        ids = {
            record["external_id"]: record["id"]
            for record in fetch(IDS, [sorted({external_id for external_id, _ in versions})])
        }
        batch_id = self.delivery.batch_id
        replaced = [[ids[external_id] for external_id, _ in versions], [at for _, at in versions]]
        execute(KEPT, [batch_id, *replaced, batch_id])
        execute(REPLACED, replaced)
        contracts = [
            {"account_id": ids[external_id], **terms, "known_at": known_at, "batch_id": batch_id}
            for (external_id, known_at), terms in versions.items()
        ]
        insert_records("accounts_contract", contracts)
