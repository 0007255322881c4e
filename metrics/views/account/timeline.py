"""What happened to an account, out of everything that is known: the newest first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from metrics.models.together import read, together
from metrics.views.account import events, happenings
from metrics.views.account.events import Event
from metrics.views.account.flags import FLAG_CHANGES
from metrics.views.account.judgements import OVERRIDES, overrides_of
from metrics.views.account.known import CONTRACTS, MOVEMENTS, Known
from metrics.views.account.night import Day
from metrics.views.account.onboarding import MILESTONES


@dataclass(frozen=True, kw_only=True)
class Told:
    """What the kinds are made of. rows: the lists of their parts."""

    known: Known
    history: list[Day]
    rows: Mapping[str, list[Any]]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """How a kind of events is called, what reads it, and the parts of a statement that it needs."""

    label: str
    reads: Callable[[Told], Iterable[Event]]
    parts: Mapping[str, str] = field(default_factory=dict)


KINDS: dict[str, Kind] = {
    "bands": Kind(label="Bands", reads=lambda told: events.bands(told.history)),
    "flags": Kind(
        label="Flags",
        reads=lambda told: happenings.flags(told.rows["flags"]),
        parts={"flags": FLAG_CHANGES},
    ),
    "tickets": Kind(
        label="Tickets",
        reads=lambda told: happenings.tickets(told.known, told.rows["tickets"]),
        parts={"tickets": happenings.TICKETS},
    ),
    "surveys": Kind(
        label="Surveys",
        reads=lambda told: happenings.surveys(told.known, told.rows["surveys"]),
        parts={"surveys": happenings.SURVEYS},
    ),
    "onboarding": Kind(
        label="Onboarding",
        reads=lambda told: happenings.onboarding(told.known, told.rows["milestones"]),
        parts={"milestones": MILESTONES},
    ),
    "contract": Kind(
        label="Contract",
        reads=lambda told: events.contract(told.rows["movements"], told.rows["contracts"]),
        parts={"movements": MOVEMENTS, "contracts": CONTRACTS},
    ),
    "people": Kind(
        label="People",
        reads=lambda told: happenings.people(told.known, told.rows["people"]),
        parts={"people": happenings.PEOPLE},
    ),
    "scorecards": Kind(label="Scorecards", reads=lambda told: events.scorecards(told.history)),
    "overrides": Kind(
        label="Overrides",
        reads=lambda told: events.overrides(
            overrides_of(told.rows["overrides"]), told.known.organisation
        ),
        parts={"overrides": OVERRIDES},
    ),
    "notes": Kind(
        label="Notes",
        reads=lambda told: happenings.notes(told.known, told.rows["notes"]),
        parts={"notes": happenings.NOTES},
    ),
    "tasks": Kind(
        label="Tasks",
        reads=lambda told: happenings.tasks(told.known, told.rows["tasks"]),
        parts={"tasks": happenings.TASKS},
    ),
    "sources": Kind(
        label="Sources",
        reads=lambda told: happenings.sources(told.known, told.rows["sources"]),
        parts={"sources": happenings.SOURCES},
    ),
}
ALL_PARTS = {name: part for kind in KINDS.values() for name, part in kind.parts.items()}
MARKS, DOTS = 6, 40
RANK = {"overrides": 1, "people": 1, "scorecards": 2, "contract": 3, "tickets": 4, "surveys": 5}


@dataclass(frozen=True, kw_only=True)
class Page:
    """Some events, and how many come before the first and after the last of them."""

    events: list[Event]
    after: int
    older: int
    total: int


def timeline(known: Known, history: list[Day], *, kind: str, after: int, most: int) -> Page:
    """Events of a kind, or of every kind, from place `after` on."""
    chosen = [KINDS[kind]] if kind in KINDS else list(KINDS.values())
    parts = KINDS[kind].parts if kind in KINDS else ALL_PARTS
    rows = read(together(**parts), known.parameters) if parts else {}
    told = Told(known=known, history=history, rows=rows)
    found = [event for one in chosen for event in one.reads(told)]
    # of one day what was read first stays above
    found.sort(key=lambda event: event.day, reverse=True)
    first = min(max(after, 0), len(found))
    shown = found[first : first + most]
    return Page(
        events=shown,
        after=first,
        older=len(found) - first - len(shown),
        total=len(found),
    )


def marks(
    found: Iterable[Event], *, first: dt.date, last: dt.date = dt.date.max
) -> tuple[list[Event], list[Event]]:
    """For the trend: events with a label, which are the rarer kinds and the newest that do not lie
    on top of one another; and those that are a mark only.
    """
    marked = [event for event in found if event.mark and first <= event.day <= last]
    room = max((last - first).days // 20, 1)
    labelled: list[Event] = []
    for event in sorted(marked, key=lambda e: (RANK.get(e.kind, 9), -e.day.toordinal())):
        is_far = all(abs((event.day - other.day).days) > room for other in labelled)
        if len(labelled) < MARKS and is_far:
            labelled.append(event)
    rest = sorted(marked, key=lambda event: event.day, reverse=True)[:DOTS]
    rest = [event for event in rest if event not in labelled]
    return sorted(labelled, key=lambda e: e.day), sorted(rest, key=lambda e: e.day)
