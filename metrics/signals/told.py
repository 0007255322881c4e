"""A signal's change as a sentence with two values that bear it out. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from metrics.signals.numbers import NBSP, Value, hours, number, pair
from metrics.signals.words import claim_text, value_text


@dataclass(frozen=True, kw_only=True)
class Told:
    """What happened, without a full stop, and what the signal was and is."""

    claim: str
    before: str
    after: str


def told(code: str, before: Value, after: Value, *, fell: bool) -> Told:
    """fell: its points did. Said otherwise where the values that are shown stood still or went the
    other way: they are only a part of what the raw value is made of.
    """
    special = SPECIAL.get(code)
    found = special(before, after, fell=fell) if special else None
    return found or told_as(claim_text(code, fell=fell), code, before, after)


def denied(code: str, before: Value, after: Value, *, fell: bool) -> str:
    """What stands beside the values of a table that do not bear its points out; empty else."""
    special = SPECIAL.get(code)
    found = special(before, after, fell=fell) if special else None
    return f"{found.claim}: {found.before}, now {found.after}" if found else ""


def told_as(claim: str, code: str, before: Value, after: Value) -> Told:
    """Another sentence beside the values as tables show them."""
    return Told(claim=claim, before=value_text(code, before), after=value_text(code, after))


def _speed(before: Value, after: Value, *, fell: bool) -> Told | None:
    """S19 is hours against targets that differ by channel, so that it also moves with the share of
    the channels and with what is promised.
    """
    if _went(before.part, after.part, up=fell, shown=hours):
        return None
    if _went(before.whole, after.whole, up=not fell, shown=hours):
        claim = "First answers were due sooner" if fell else "First answers had more time"
        return Told(claim=claim, before=_of_target(before), after=_of_target(after))
    if after.raw > before.raw if fell else after.raw < before.raw:
        claim = f"First answers took a {'larger' if fell else 'smaller'} part of their targets"
        return Told(claim=claim, before=_share(before.raw), after=_share(after.raw))
    return None


def _surveys(before: Value, after: Value, *, fell: bool) -> Told | None:
    """S23 is drawn towards what is usual while few surveys are sent: 9 of 10 says more than 3 of 3.
    Its share rises only by answers, and falls only by surveys without one.
    """
    shares = [value.part / value.whole if value.whole else 0.0 for value in (before, after)]
    if _went(shares[0], shares[1], up=not fell, shown=_share):
        return None
    more = before.whole - before.part, after.whole - after.part
    if not fell:
        more = before.part, after.part
    if not more[1] > more[0]:
        return None
    claim = f"More of our surveys {'stay without' if fell else 'have'} an answer"
    return Told(claim=claim, before=pair(before), after=pair(after))


SPECIAL: Mapping[str, Callable[..., Told | None]] = {"S19": _speed, "S23": _surveys}


def _went(was: float, now: float, *, up: bool, shown: Callable[[float], str]) -> bool:
    """Whether it moved that way as far as a reader can see; NaN never moves."""
    return (now > was if up else now < was) and shown(was) != shown(now)


def _of_target(value: Value) -> str:
    return f"{hours(value.part)} (target {hours(value.whole)})"


def _share(share: float) -> str:
    return f"{number(100 * share, 1)}{NBSP}%"
