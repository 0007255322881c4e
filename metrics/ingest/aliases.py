"""Aliases that a product says itself: two ids are one person."""

from __future__ import annotations

from collections.abc import Sequence

from metrics.ingest.delivery import Tally
from metrics.ingest.tables import fetch
from metrics.models import Alias as StoredAlias
from metrics.sources.base import Refusal
from metrics.sources.segment import Alias

PEOPLE = "SELECT external_id, id FROM accounts_person WHERE external_id = ANY(%s)"


def store_aliases(
    aliases: Sequence[Alias], tally: Tally, *, by: int | None = None
) -> list[Refusal]:
    """Counts what is new and what stands already; returns the rest. In the caller's transaction.

    What an admin said of an id stays: she may take it back herself.
    """
    names = {alias.person for alias in aliases} | {alias.previous for alias in aliases}
    people = {row["external_id"]: row["id"] for row in fetch(PEOPLE, [sorted(names)])}
    standing = dict(
        StoredAlias.objects.standing()
        .filter(kind=StoredAlias.Kind.PERSON, value__in=[alias.previous for alias in aliases])
        .values_list("value", "person_id")
    )
    refused = []
    for alias in aliases:
        person = people.get(alias.person)
        if person is None:
            refused.append(_refuse(alias, "unknown_person", f"no person {alias.person!r} yet"))
        elif standing.get(alias.previous) == person:
            tally.duplicate += 1
        elif alias.previous in people or alias.previous in standing:
            message = f"{alias.previous!r} is somebody else already"
            refused.append(_refuse(alias, "id_conflict", message))
        else:
            StoredAlias.objects.create(
                kind=StoredAlias.Kind.PERSON,
                value=alias.previous,
                person_id=person,
                created_by_id=by,
            )
            standing[alias.previous] = person
            tally.created += 1
    return refused


def _refuse(alias: Alias, code: str, message: str) -> Refusal:
    column = "userId" if code == "unknown_person" else "previousId"
    return Refusal(line=alias.line, code=code, message=message, column=column, raw=alias.raw)
