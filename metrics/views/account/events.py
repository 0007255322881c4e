"""Things that happened, as pure data: each with its day, its kind, and words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from accounts.models import ArrMovement, Organisation
from metrics.models import Override, Scorecard
from metrics.models.scores import Band
from metrics.scoring.overrides import points_text
from metrics.templatetags.formats import full_money
from metrics.views.account.night import Day


@dataclass(frozen=True, kw_only=True)
class Event:
    """One thing that happened. icon: which small picture stands beside it; mark: its label on the
    trend, empty for none.
    """

    day: dt.date
    kind: str
    title: str
    detail: str = ""
    icon: str = "dot"
    mark: str = ""


def bands(history: list[Day]) -> Iterator[Event]:
    """Days on which the band changed."""
    worse = {Band.GREEN: 0, Band.AMBER: 1, Band.RED: 2}
    for was, now in pairwise(history):
        if was.band != now.band:
            # to be red is bad news, whatever was known before; to know nothing is none that is good
            fell = worse.get(Band(now.band), 3) > worse.get(Band(was.band), 0)
            yield Event(
                day=now.day,
                kind="bands",
                icon="arrow-falling" if fell else "arrow-rising",
                title=f"Band changed to {Band(now.band).label.lower()}",
                detail=f"Before that {Band(was.band).label.lower()}",
            )


def scorecards(history: list[Day]) -> list[Event]:
    """Days from which another version was used."""
    # most accounts have one version all the time
    if not history or all(day.scorecard_id == history[0].scorecard_id for day in history):
        return []
    changed = [
        (now.day, now.scorecard_id)
        for was, now in pairwise(history)
        if was.scorecard_id != now.scorecard_id
    ]
    cards = Scorecard.objects.in_bulk({card for _, card in changed})
    return [
        Event(
            day=day,
            kind="scorecards",
            icon="sliders",
            title=f"Scorecard {cards[card]}",
            detail=cards[card].reason,
            mark=f"Scorecard {cards[card]}",
        )
        for day, card in changed
    ]


def contract(movements: list[Any], versions: list[Any]) -> Iterator[Event]:
    """Changes of ARR, and the notice: rows of MOVEMENTS, and of CONTRACTS, the newest first."""
    currency = next((terms.currency for terms in versions if terms.currency), "")
    for movement in movements:
        name = ArrMovement.Type(movement.type).label
        sign = "+" if movement.amount >= 0 else ""
        is_new = movement.type == ArrMovement.Type.NEW
        yield Event(
            day=movement.moved_on,
            kind="contract",
            icon="document",
            title="Contract began" if is_new else name,
            detail=f"ARR {sign}{full_money(movement.amount, currency)}",
            mark="" if is_new else name,
        )
    notice = next((terms.notice_on for terms in versions if terms.notice_on), None)
    if notice:
        yield Event(
            day=notice,
            kind="contract",
            icon="warning",
            title="Notice given",
            mark="Notice given",
        )


def overrides(given: list[Override], organisation: Organisation) -> Iterator[Event]:
    """Overrides that somebody gave or withdrew."""
    for override in given:
        name = f"Override {points_text(override.points)}"
        by = f" by {override.created_by}" if override.created_by else ""
        yield Event(
            day=override.starts_on,
            kind="overrides",
            icon="edit",
            title=f"{name}{by}",
            detail=override.reason,
            mark=name,
        )
        ended = override.ended_on(organisation.zone)
        if ended < override.expires_on:
            by = f" by {override.withdrawn_by}" if override.withdrawn_by else ""
            yield Event(day=ended, kind="overrides", icon="edit", title=f"{name} withdrawn{by}")
