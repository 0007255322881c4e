"""What the people of an account look like as a whole: by group and role, and who is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from metrics.signals.numbers import count
from metrics.signals.remarks import in_words
from metrics.templatetags.formats import day
from metrics.views.account.people import People, PersonRow

PEOPLE = ("person", "people")
NAMED = 4  # in one sentence
NOT_SAID = "Not said"


@dataclass(frozen=True, kw_only=True)
class Part:
    """One group or role: how many people, and how many of them come and are trained."""

    name: str
    people: int
    active: int
    trained: int


def overview(people: People, sources: dict[str, bool]) -> dict[str, Any]:
    """sources: whether usage and training are connected; what they would say is left out."""
    here = people.here
    return {
        "count": len(here),
        "left": people.left,
        "new": [row for row in here if row.is_new],
        "champions": [row for row in here if row.person.champion],
        "groups": parts(here, lambda row: row.person.group),
        "personas": parts(here, lambda row: row.person.persona),
        "quiet": sum(1 for row in here if row.is_quiet) if sources["usage"] else 0,
        "gaps": list(gaps(people, sources)),
    }


def parts(rows: list[PersonRow], key: Callable[[PersonRow], str]) -> list[Part]:
    """The largest first; people of whom nobody says it come last."""
    found: dict[str, list[PersonRow]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    ordered = sorted(found.items(), key=lambda item: (not item[0], -len(item[1]), item[0]))
    return [
        Part(
            name=name or NOT_SAID,
            people=len(members),
            active=sum(1 for row in members if row.is_active),
            trained=sum(1 for row in members if row.is_trained),
        )
        for name, members in ordered
    ]


def gaps(people: People, sources: dict[str, bool]) -> Iterator[str]:
    """Who is missing, in sentences without a full stop; the most dangerous first."""
    if not people.here:
        return
    yield from _champions(people, sources)
    if not any(row.person.decision_maker for row in people.here):
        yield "No decision maker is named"
    if sources["usage"]:
        yield from _silent(people.here)
    if sources["training"]:
        yield from _untrained(people.here)


def _champions(people: People, sources: dict[str, bool]) -> Iterator[str]:
    champions = [row for row in people.here if row.person.champion]
    gone = next((row for row in people.left if row.person.champion), None)
    if not champions and gone:
        yield f"No champion: {gone.name} left on {day(gone.left_on)}, and nobody has followed"
    elif not champions:
        yield "No champion is named"
    elif sources["usage"] and not any(row.is_active for row in champions):
        yield f"No active champion: {in_words([_absent(row) for row in champions[:NAMED]])}"


def _absent(row: PersonRow) -> str:
    """Such as "Maya Fletcher has not come for 31 days"."""
    if row.silent is None:
        return f"{row.name} has never come"
    return f"{row.name} has not come for {count(row.silent, 'day')}"


def _silent(here: list[PersonRow]) -> Iterator[str]:
    """Groups where nobody comes, people who never came, newcomers who have not begun."""
    groups = [part for part in parts(here, lambda row: row.person.group) if part.name != NOT_SAID]
    silent = [part.name for part in groups if not part.active]
    if len(groups) > 1 and silent:
        names = [*silent[:NAMED], *([f"{len(silent) - NAMED} more"] if silent[NAMED:] else [])]
        yield f"Nobody active in {in_words(names)}"
    never = [row for row in here if row.since and row.silent is None]
    new = [row for row in never if row.is_new]
    old = len(never) - len(new)
    if old:
        has = "has" if old == 1 else "have"
        yield f"{count(old, *PEOPLE)} {has} had access for more than eight weeks and never came"
    if new:
        every = count(sum(1 for row in here if row.is_new), "newcomer")
        yield f"{len(new)} of {every} {'has' if len(new) == 1 else 'have'} not come yet"


def _untrained(here: list[PersonRow]) -> Iterator[str]:
    """Roles of two or more people of whom nobody is trained."""
    roles = [
        part.name
        for part in parts(here, lambda row: row.person.persona)
        if part.name != NOT_SAID and part.people > 1 and not part.trained
    ]
    if roles:
        yield f"Nobody with the role {in_words(roles[:NAMED])} is trained"
