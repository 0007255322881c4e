"""People by external id; by e-mail where a row has no id."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any

from accounts.models import Change
from metrics.ingest.delivery import Delivery
from metrics.ingest.directory import Beginnings, Directory, Nowhere, Place, Who, domain_of
from metrics.ingest.entities import EntityLoader
from metrics.ingest.folding import Stored
from metrics.ingest.tables import fetch
from metrics.sources.base import BadCell, Values
from metrics.sources.catalogue import PEOPLE

EMAILS = """
SELECT email, array_agg(external_id ORDER BY id) AS ids FROM accounts_person
WHERE email = ANY(%s) GROUP BY email
"""
ACCOUNTS = "SELECT external_id, account_id FROM accounts_person WHERE external_id = ANY(%s)"


class PeopleLoader(EntityLoader):
    """A known person never moves to another account: that is a conflict of ids."""

    source = PEOPLE
    table = "accounts_person"
    kind = Change.Kind.PERSON
    fields = (
        "email", "name", "group", "persona", "level", "intended", "champion", "decision_maker",
        "provisioned_at", "deactivated_at",
    )  # fmt: skip
    derived = ("deactivated_known_at",)
    scored = (*fields[2:], *derived)  # all but the e-mail and the name

    def __init__(self, delivery: Delivery) -> None:
        super().__init__(delivery)
        self._directory = Directory()
        self._beginnings = Beginnings(delivery)

    def place(self, rows: list[Values]) -> Iterable[Values | Nowhere]:
        """The account by its id, else by the domain of the person's e-mail."""
        known = self._ids_by_email(rows)
        accounts = self._accounts_by_id(rows)
        whos = [_who(row) for row in rows]
        self._directory.learn(whos)
        for row, who in zip(rows, whos, strict=True):
            ids = [row["external_id"]] if row["external_id"] else known.get(row["email"], [])
            if len(ids) > 1:
                message = f"{len(ids)} people have the address {row['email']}"
                yield Nowhere(code="ambiguous_person", message=message, column="email")
                continue
            external_id = ids[0] if ids else row["email"]
            if external_id in accounts and not _account(row):
                yield row | {"external_id": external_id, "account_id": accounts[external_id]}
                continue
            found = self._directory.place(who)
            if isinstance(found, Place):
                accounts[external_id] = found.account_id
                yield row | {"external_id": external_id, "account_id": found.account_id}
            else:
                yield _waiting(found, row)

    def _ids_by_email(self, rows: list[Values]) -> dict[str, list[str]]:
        emails = sorted({row["email"] for row in rows if not row["external_id"]})
        return {r["email"]: r["ids"] for r in fetch(EMAILS, [emails])} if emails else {}

    def _accounts_by_id(self, rows: list[Values]) -> dict[str, int]:
        """Of people whom rows name without their account: they stay where they are."""
        ids = sorted({r["external_id"] for r in rows if r["external_id"] and not _account(r)})
        return {r["external_id"]: r["account_id"] for r in fetch(ACCOUNTS, [ids])} if ids else {}

    def key(self, values: Values) -> Any:
        return values["external_id"]

    def fetch(self, keys: Collection[Any]) -> dict[Any, Stored]:
        query = "SELECT * FROM accounts_person WHERE external_id = ANY(%s)"
        return {record["external_id"]: record for record in fetch(query, [sorted(keys)])}

    def create(self, values: Values) -> Stored:
        left = values["deactivated_at"]
        texts = {
            name: values[name] or "" for name in ("email", "name", "group", "persona", "level")
        }
        return self.add(
            {
                "external_id": values["external_id"],
                "account_id": values["account_id"],
                **texts,
                "intended": values["intended"],
                "champion": bool(values["champion"]),
                "decision_maker": bool(values["decision_maker"]),
                "provisioned_at": values["provisioned_at"],
                "deactivated_at": left,
                "deactivated_known_at": self.delivery.known(left) if left else None,
                "known_at": self._known_at(values),
                "batch_id": self.delivery.batch_id,
            }
        )

    def merge(self, state: Stored, values: Values) -> Stored:
        if state["account_id"] != values["account_id"]:
            message = f"person {values['external_id']!r} is known under another account"
            raise BadCell("id_conflict", message, column="account_external_id")
        changed = super().merge(state, values)
        merged = state | changed
        came, left = merged["provisioned_at"], merged["deactivated_at"]
        if came and left and left < came:
            message = f"deactivated {left}, before {came}"
            raise BadCell("out_of_order", message, column="deactivated_at")
        if "deactivated_at" in changed and state["deactivated_at"] is None:
            changed["deactivated_known_at"] = self.delivery.known(left)
        return changed

    def _known_at(self, values: Values) -> Any:
        """In a backfill: since she got her login; the roster is as old as the account."""
        if values["provisioned_at"]:
            return self.delivery.known(values["provisioned_at"])
        return self._beginnings.known_at(values["account_id"])


def _account(row: Values) -> str | None:
    account: str | None = row["account_external_id"]
    return account


def _who(row: Values) -> Who:
    """The account alone: the e-mail serves for its domain, not to find a person."""
    account = _account(row)
    domain = domain_of(row["email"]) if row["email"] and not account else ""
    return Who(account=account, email=f"@{domain}" if domain else None)


def _waiting(found: Nowhere, row: Values) -> Nowhere:
    if found.code == "ambiguous_account":
        return replace(found, column="email")
    if _account(row):
        return found
    if row["external_id"] and found.code == "missing_value":
        return Nowhere(
            code="unknown_account",
            message="it names no account, and nobody knows this person yet",
            column="account_external_id",
            person=row["external_id"],
        )
    if found.code != "unknown_person":
        return found
    return Nowhere(
        code="unknown_account",
        message=f"no account has the domain of {row['email']} yet",
        column="account_external_id",
        account=found.account,
        person=row["external_id"] or "",
    )
