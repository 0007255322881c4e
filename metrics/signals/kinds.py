"""What kind of reason moved a signal: what people did, or what we know of it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

from metrics.signals.base import State
from metrics.signals.catalogue import BY_CODE

Numbers = Sequence[float | None]
LOST = {State.STALE.value, State.BROKEN.value}


class Kind(StrEnum):
    """Why a signal reads otherwise than before."""

    BEHAVIOUR = "behaviour"
    MISSING = "missing source"
    EXPIRED = "facts expired"
    NEW = "new facts"
    STAGE = "stage and coverage"


class Facts(Protocol):
    """What a snapshot keeps of the facts; arrays have 24 places."""

    @property
    def states(self) -> Sequence[str]: ...
    @property
    def n(self) -> Numbers: ...
    @property
    def part(self) -> Numbers: ...
    @property
    def whole(self) -> Numbers: ...


def kind_of(before: Facts, after: Facts, code: str, *, rose: bool) -> Kind:
    """The kind of reason for which a signal rose or fell between two days."""
    slot = BY_CODE[code].slot
    was, now = before.states[slot], after.states[slot]
    if LOST & {was, now}:
        return Kind.MISSING
    if State.NOT_APPLICABLE.value in (was, now):
        return Kind.STAGE
    if was != now:
        return Kind.EXPIRED if was == State.OK.value else Kind.NEW
    return Kind.EXPIRED if _forgotten(before, after, code, rose=rose) else Kind.BEHAVIOUR


def _forgotten(before: Facts, after: Facts, code: str, *, rose: bool) -> bool:
    """Whether old answers have left their window and none came that would explain the change: an
    account that got better only by forgetting, or worse only because its praise grew old.
    """
    if code not in ("S20", "S22", "S23"):
        return False
    good_was, bad_was = _answers(before, code)
    good_now, bad_now = _answers(after, code)
    if rose:
        return bad_now < bad_was and good_now <= good_was
    return good_now < good_was and bad_now <= bad_was


def _answers(facts: Facts, code: str) -> tuple[float, float]:
    """Good and bad answers: satisfied or not, promoters and detractors, answered or not."""
    slot = BY_CODE[code].slot
    good = facts.part[slot] or 0.0
    bad = facts.whole[slot] if code == "S22" else (facts.n[slot] or 0.0) - good
    return good, bad or 0.0
