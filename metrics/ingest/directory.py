"""Who a row is about: an explicit id first, then the e-mail, then its domain; never a name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from metrics.ingest.delivery import Delivery
from metrics.ingest.tables import fetch
from metrics.sources.base import Refusal, Row

CACHE = 200_000
# everybody has an address there: the domain says nothing about the customer
# fmt: off
FREE_MAIL = frozenset(
    {
        "163.com", "aol.com", "duck.com", "fastmail.com", "freenet.de", "gmail.com", "gmx.at",
        "gmx.com", "gmx.de", "gmx.net", "googlemail.com", "hey.com", "hotmail.co.uk",
        "hotmail.com", "hotmail.fr", "icloud.com", "laposte.net", "libero.it", "live.com",
        "mac.com", "mail.com", "mail.ru", "me.com", "msn.com", "naver.com", "o2.pl",
        "orange.fr", "outlook.com", "pm.me", "posteo.de", "proton.me", "protonmail.com",
        "qq.com", "rediffmail.com", "t-online.de", "tutanota.com", "wanadoo.fr", "web.de",
        "wp.pl", "yahoo.co.jp", "yahoo.co.uk", "yahoo.com", "yahoo.de", "yahoo.fr",
        "yandex.com", "yandex.ru", "ymail.com", "zoho.com",
    }
)
# fmt: on

ACCOUNTS = "SELECT external_id, id FROM accounts_account WHERE external_id = ANY(%s)"
PEOPLE = "SELECT external_id, id, account_id FROM accounts_person WHERE external_id = ANY(%s)"
EMAILS = "SELECT email, id, account_id FROM accounts_person WHERE email = ANY(%s)"
# an admin's word: where an id is unknown, and before addresses and domains that could be several
ALIASES = """
SELECT l.value, l.kind, l.person_id, coalesce(l.account_id, p.account_id) AS account_id
FROM metrics_alias l LEFT JOIN accounts_person p ON p.id = l.person_id
WHERE l.value = ANY(%s) AND l.removed_at IS NULL
"""
BEGINNINGS = "SELECT id, known_at FROM accounts_account WHERE id >= %s AND id < %s"
NEIGHBOURS = 10_000
DOMAINS = "SELECT domain, id FROM accounts_account WHERE domain = ANY(%s)"


class Who(NamedTuple):
    """The cells that say whom a row is about; empty where it does not say."""

    account: str | None = None
    person: str | None = None
    email: str | None = None


class Place(NamedTuple):
    """Whose row it is; no person where the source does not say who."""

    account_id: int
    person_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Nowhere:
    """Why a row cannot be placed, and what it waits for."""

    code: str
    message: str
    column: str
    account: str = ""
    person: str = ""

    def refuse(self, row: Row) -> Refusal:
        """The refusal of a row of such a Who."""
        return row.refused(
            self.code, self.message, column=self.column, account=self.account, person=self.person
        )


def domain_of(email: str) -> str:
    """The domain of an address, empty where everybody could have it."""
    domain = email.rpartition("@")[2]
    return "" if domain in FREE_MAIL else domain


class Directory:
    """Places rows. Reads only the ids that rows name, and remembers the answers."""

    def __init__(self, *, needs_person: bool = False) -> None:
        self._needs_person = needs_person
        self._places: dict[Who, Place | Nowhere] = {}

    def learn(self, whos: Iterable[Who]) -> None:
        """Looks up all that is not known yet, in five queries at most."""
        if len(self._places) > CACHE:
            self._places.clear()
        new = [who for who in set(whos) if who not in self._places]
        if not new:
            return
        known = _Known(new)
        for who in new:
            self._places[who] = known.place(who, needs_person=self._needs_person)

    def place(self, who: Who) -> Place | Nowhere:
        """The place of a Who that was learnt."""
        return self._places[who]


class _Known:
    def __init__(self, whos: list[Who]) -> None:
        emails = {who.email for who in whos if who.email and not who.person}
        domains = {domain_of(email) for email in emails} - {""}
        self.accounts = _one(ACCOUNTS, {who.account for who in whos})
        self.people = _one(PEOPLE, {who.person for who in whos})
        self.emails = _many(EMAILS, emails)
        self.domains = _many(DOMAINS, domains)
        self._add_aliases({*_values_of(whos), *(f"@{domain}" for domain in domains)})

    def _add_aliases(self, values: set[str]) -> None:
        for alias in fetch(ALIASES, [sorted(values)]) if values else []:
            value = alias["value"]
            found = [{"id": alias["person_id"] or alias["account_id"], **alias}]
            if alias["kind"] == "person":
                self.people.setdefault(value, found)
                self.emails[value] = found
            else:
                self.accounts.setdefault(value, found)
                self.domains[value.removeprefix("@")] = found

    def place(self, who: Who, *, needs_person: bool) -> Place | Nowhere:
        account = self.accounts.get(who.account)
        if who.person:
            return self._by_person(who, account)
        if who.account and not account:
            return Nowhere(
                code="unknown_account",
                message=f"no account {who.account!r} yet",
                column="account_external_id",
                account=who.account,
            )
        if who.email:
            return self._by_email(who.email, account, needs_person=needs_person)
        if account and not needs_person:
            return Place(account_id=account[0]["id"])
        column = "person_external_id" if needs_person else "account_external_id"
        return Nowhere(code="missing_value", message="must not be empty", column=column)

    def _by_person(self, who: Who, account: list[dict[str, Any]] | None) -> Place | Nowhere:
        person = self.people.get(who.person)
        if not person:
            return Nowhere(
                code="unknown_person",
                message=f"no person {who.person!r} yet",
                column="person_external_id",
                person=who.person or "",
            )
        its = person[0]["account_id"]
        if who.account and (not account or account[0]["id"] != its):
            return Nowhere(
                code="id_conflict",
                message=f"person {who.person!r} is known under another account",
                column="person_external_id",
            )
        return Place(account_id=its, person_id=person[0]["id"])

    def _by_email(
        self, email: str, account: list[dict[str, Any]] | None, *, needs_person: bool
    ) -> Place | Nowhere:
        only = account[0]["id"] if account else None
        people = [p for p in self.emails.get(email, []) if only in (None, p["account_id"])]
        if len(people) == 1:
            return Place(account_id=people[0]["account_id"], person_id=people[0]["id"])
        if people:
            message = f"{len(people)} people have the address {email}"
            return Nowhere(
                code="ambiguous_person", message=message, column="person_email", person=email
            )
        return self._by_domain(email, only, needs_person=needs_person)

    def _by_domain(
        self, email: str, account_id: int | None, *, needs_person: bool
    ) -> Place | Nowhere:
        domain = domain_of(email)
        owners = self.domains.get(domain, [])
        if account_id is None and len(owners) > 1:
            message = f"{len(owners)} accounts have the domain {domain}"
            return Nowhere(
                code="ambiguous_account",
                message=message,
                column="person_email",
                account=f"@{domain}",
            )
        found = account_id or (owners[0]["id"] if owners else None)
        if found is None or needs_person:
            return Nowhere(
                code="unknown_person",
                message=f"nobody has the address {email} yet",
                column="person_email",
                person=email,
                account=f"@{domain}" if domain and not needs_person else "",
            )
        return Place(account_id=found)


class Beginnings:
    """Since when accounts are known: in a backfill, what belongs to them from the start is too."""

    def __init__(self, delivery: Delivery) -> None:
        self._delivery = delivery
        self._known: dict[int, dt.datetime] = {}

    def known_at(self, account_id: int) -> dt.datetime:
        """Now, or for a backfill the moment the account became known."""
        if self._delivery.known_at == "import":
            return self._delivery.now
        if account_id not in self._known:
            # the accounts of one file lie close together
            found = fetch(BEGINNINGS, [account_id, account_id + NEIGHBOURS])
            self._known = {record["id"]: record["known_at"] for record in found}
        return self._known[account_id]


def _values_of(whos: list[Who]) -> set[str]:
    """All ids and addresses that some rows name."""
    return {value for who in whos for value in who if value}


def _one(query: str, names: set[str | None]) -> dict[str | None, list[dict[str, Any]]]:
    return _many(query, {name for name in names if name})


def _many(query: str, names: set[str]) -> dict[str | None, list[dict[str, Any]]]:
    found: dict[str | None, list[dict[str, Any]]] = {}
    for record in fetch(query, [sorted(names)]) if names else []:
        found.setdefault(next(iter(record.values())), []).append(record)
    return found
