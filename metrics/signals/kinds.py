"""What kind of reason moved a signal: what people did, or what we know of it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

from metrics.signals.base import State
from metrics.signals.catalogue import BY_CODE
from metrics.signals.sentiment import RECENCY_PRIOR

Numbers = Sequence[float | None]
LOST = {State.STALE.value, State.BROKEN.value}
# what these are made of leaves their window as time passes; the others run dry only when people go
# or stay away, and that is behaviour
AGEING = frozenset({"S15", "S18", "S19", "S20", "S21", "S22", "S23", "S24"})
# part is what speaks for the account, or against it; S22 has one in part and the other in whole
GOOD_IN_PART = frozenset({"S20", "S22", "S23"})
BAD_IN_PART = frozenset({"S18", "S21", "S24"})


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
    def raw(self) -> Numbers: ...
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
    if was != now and was != State.OK.value:
        return Kind.NEW
    if was != now:
        return Kind.EXPIRED if code in AGEING else Kind.BEHAVIOUR
    return Kind.EXPIRED if _forgotten(before, after, code, rose=rose) else Kind.BEHAVIOUR


def _forgotten(before: Facts, after: Facts, code: str, *, rose: bool) -> bool:
    """Whether old answers or tickets have left their window and none came that would explain the
    change: an account that got better only by forgetting, or worse only because its praise grew
    old. Only the numbers are kept: one that left and one of its kind that came cannot be told from
    nothing at all, and count as behaviour (but see `_faded`).
    """
    if code not in GOOD_IN_PART | BAD_IN_PART:
        return False
    good_was, bad_was = _answers(before, code)
    good_now, bad_now = _answers(after, code)
    if code == "S24" and good_now <= good_was and bad_now <= bad_was and _faded(before, after):
        return True
    if rose:
        return bad_now < bad_was and good_now <= good_was
    return good_now < good_was and bad_now <= bad_was


def _faded(before: Facts, after: Facts) -> bool:
    """Whether S24 only moved towards its prior, as it does while answers grow old and nobody gives
    a new one. (A promoter who repeats herself among many detractors looks the same.)
    """
    slot = BY_CODE["S24"].slot
    was, now = before.raw[slot] or 0.0, after.raw[slot] or 0.0
    return min(was, RECENCY_PRIOR) <= now <= max(was, RECENCY_PRIOR)


def _answers(facts: Facts, code: str) -> tuple[float, float]:
    """Good and bad: satisfied or not, promoters and detractors, answered or not; advanced and
    introductory tickets, ordinary and bad ones; other people and detractors.
    """
    slot = BY_CODE[code].slot
    part = facts.part[slot] or 0.0
    rest = (facts.whole if code == "S22" else facts.n)[slot] or 0.0
    if code != "S22":
        rest -= part
    return (rest, part) if code in BAD_IN_PART else (part, rest)
