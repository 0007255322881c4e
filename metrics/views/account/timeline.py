"""What happened to an account, out of everything that is known: the newest first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from metrics.views.account import events, happenings
from metrics.views.account.events import Event
from metrics.views.account.known import Known
from metrics.views.account.night import Night

Reader = Callable[[Known, Night], Iterable[Event]]
# by kind: how it is called, and what reads it
KINDS: dict[str, tuple[str, Reader]] = {
    "bands": ("Bands", lambda known, night: events.bands(night.history)),
    "flags": ("Flags", happenings.flags),
    "tickets": ("Tickets", happenings.tickets),
    "surveys": ("Surveys", happenings.surveys),
    "onboarding": ("Onboarding", happenings.onboarding),
    "contract": ("Contract", happenings.contract),
    "people": ("People", happenings.people),
    "scorecards": ("Scorecards", lambda known, night: events.scorecards(night.history)),
    "overrides": ("Overrides", happenings.overrides),
    "notes": ("Notes", happenings.notes),
    "tasks": ("Tasks", happenings.tasks),
    "sources": ("Sources", happenings.sources),
}
MARKS, DOTS = 6, 40
RANK = {"overrides": 1, "people": 1, "scorecards": 2, "contract": 3, "tickets": 4, "surveys": 5}


@dataclass(frozen=True, kw_only=True)
class Page:
    """Some events, and how many come before the first and after the last of them."""

    events: list[Event]
    after: int
    older: int
    total: int


def timeline(known: Known, night: Night, *, kind: str, after: int, most: int) -> Page:
    """Events of a kind, or of every kind, from place `after` on."""
    chosen = [KINDS[kind]] if kind in KINDS else list(KINDS.values())
    found = [event for _, read in chosen for event in read(known, night)]
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
