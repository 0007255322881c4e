"""Raw values in words: people, tickets and answers, never code names. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

MINUS, NBSP = "\u2212", "\u00a0"
MAX_CAUSE = 40
ABOUT_NORMAL = 0.05  # a week is never exactly like the others


@dataclass(frozen=True)
class Value:
    """A signal's raw value, with the pair behind it where there is one (NaN otherwise)."""

    raw: float
    part: float
    whole: float
    n: float


def number(value: float, decimals: int = 0) -> str:
    """A number with a true minus sign."""
    text = f"{abs(value):.{decimals}f}"
    return f"{MINUS}{text}" if value < 0 and float(text) != 0 else text


def percent(share: float) -> str:
    """94 % with a no-break space."""
    return f"{number(100 * share)}{NBSP}%"


def signed(value: float, decimals: int = 0) -> str:
    """+24 or −24; 0 without a sign."""
    text = number(value, decimals)
    return f"+{text}" if value > 0 and float(text) != 0 else text


def count(value: float, noun: str, plural: str = "") -> str:
    """1 ticket, 2 tickets."""
    whole = round(value)
    return f"{whole} {noun if whole == 1 else plural or noun + 's'}"


def pair(value: Value) -> str:
    """11 of 24."""
    return f"{round(value.part)} of {round(value.whole)}"


def hours(value: float) -> str:
    """6.0 h, 12 min or 45 s."""
    if value >= 1:
        return f"{value:.1f}{NBSP}h"
    minutes = value * 60
    return f"{minutes:.0f}{NBSP}min" if minutes >= 1 else f"{value * 3600:.0f}{NBSP}s"


def _against_normal(raw: float) -> str:
    if abs(raw) < 0.005:
        return "as usual"
    return f"{percent(abs(raw))} {'below' if raw < 0 else 'above'} their own normal"


def _back_to_normal(raw: float) -> str:
    """Usage that rose: what is a little below normal is back, what is far below is on its way."""
    if -ABOUT_NORMAL <= raw <= ABOUT_NORMAL:
        return "Usage back to their own normal"
    if raw < 0:
        return f"Usage recovering, {percent(-raw)} below normal"
    return f"Usage {_against_normal(raw)}"


def _tickets(value: Value) -> str:
    if value.part == 0:
        return "No tickets in 12 weeks"
    expected = f"{value.whole:.1f}" if value.whole < 9.5 else f"{value.whole:.0f}"
    return f"{count(value.part, 'ticket')}, {expected} expected"


def _missing(value: Value, doing: str) -> str:
    left = max(round(value.whole) - round(value.part), 0)
    return f"{left} of {round(value.whole)} {doing}"


def _answers(value: Value) -> str:
    if value.part == 0:
        return "No survey answered in 12 months"
    return f"{pair(value)} surveys answered"


def _nps(value: Value) -> str:
    return f"NPS {signed(value.raw)} from {count(value.n, 'answer')}"


@dataclass(frozen=True)
class Words:
    """How a signal speaks. value: in a table; bad and good: a cause of at most 40 characters;
    fell and rose: a claim about a change.
    """

    value: Callable[[Value], str]
    bad: Callable[[Value], str]
    good: Callable[[Value], str]
    fell: str
    rose: str


WORDS: Mapping[str, Words] = {
    "S01": Words(
        value=pair,
        bad=lambda v: f"Only {pair(v)} seats in use",
        good=lambda v: f"{pair(v)} seats in use",
        fell="Fewer of the seats they pay for are in use",
        rose="More of the seats they pay for are in use",
    ),
    "S03": Words(
        value=pair,
        bad=lambda v: f"Only {pair(v)} value tasks done",
        good=lambda v: f"{pair(v)} value tasks done",
        fell="They fell behind with the value tasks",
        rose="They caught up with the value tasks",
    ),
    "S05": Words(
        value=lambda v: f"{percent(v.raw)} of weeks",
        bad=lambda v: f"People come in only {percent(v.raw)} of weeks",
        good=lambda v: f"People come in {percent(v.raw)} of weeks",
        fell="People come back in fewer weeks",
        rose="People come back in more weeks",
    ),
    "S07": Words(
        value=lambda v: f"{signed(100 * v.raw)}{NBSP}%",
        bad=lambda v: f"Usage {_against_normal(v.raw)}",
        good=lambda v: _back_to_normal(v.raw),
        fell="Weekly active people fell against their own normal",
        rose="Weekly active people rose against their own normal",
    ),
    "S09": Words(
        value=lambda v: f"{percent(v.raw)} of features",
        bad=lambda v: f"Only {percent(v.raw)} of their features in use",
        good=lambda v: f"{percent(v.raw)} of their features in use",
        fell="People use fewer of the features meant for them",
        rose="People use more of the features meant for them",
    ),
    "S12": Words(
        value=pair,
        bad=lambda v: f"Only {pair(v)} groups active",
        good=lambda v: f"{pair(v)} groups active",
        fell="Fewer groups are active",
        rose="More groups are active",
    ),
    "S02": Words(
        value=pair,
        bad=lambda v: _missing(v, "people not trained"),
        good=lambda v: f"{pair(v)} people trained",
        fell="A smaller share of the people is trained",
        rose="A larger share of the people is trained",
    ),
    "S20": Words(
        value=lambda v: percent(v.raw),
        bad=lambda v: f"Only {pair(v)} ratings satisfied",
        good=lambda v: f"{pair(v)} ratings satisfied",
        fell="Fewer ratings of our answers are good",
        rose="More ratings of our answers are good",
    ),
    "S17": Words(
        value=lambda v: f"{v.raw:.1f}",
        bad=_tickets,
        good=_tickets,
        fell="The number of tickets moved away from what is usual",
        rose="The number of tickets moved towards what is usual",
    ),
    "S19": Words(
        value=lambda v: hours(v.part),
        bad=lambda v: f"First answer {hours(v.part)} (target {hours(v.whole)})",
        good=lambda v: f"First answer {hours(v.part)} (target {hours(v.whole)})",
        fell="They wait longer for a first answer",
        rose="They get a first answer sooner",
    ),
    "S22": Words(
        value=lambda v: signed(v.raw),
        bad=_nps,
        good=_nps,
        fell="Their answers to the NPS question got worse",
        rose="Their answers to the NPS question got better",
    ),
    "S23": Words(
        value=lambda v: percent(v.part / v.whole) if v.whole else "–",
        bad=_answers,
        good=_answers,
        fell="They answer fewer of our surveys",
        rose="They answer more of our surveys",
    ),
}
STATE_WORDS: Mapping[str, str] = {
    "NOT_APPLICABLE": "does not apply here",
    "TOO_LITTLE": "too little to say",
    "STALE": "source is late, last value kept",
    "BROKEN": "source is down, frozen",
}
CAP_CAUSES: Mapping[str, str] = {
    "R1": "Nobody active for 21 working days",
    "R4": "Less than a fifth of seats in use",
    "R7": "Notice given",
}
CAP_LIFTED: Mapping[str, str] = {
    "R1": "Somebody is active again",
    "R4": "A fifth of the seats in use again",
}


def value_text(code: str, value: Value) -> str:
    """The raw value as a table shows it; an en dash where there is none."""
    return "–" if np.isnan(value.raw) else WORDS[code].value(value)


def cause_text(code: str, value: Value, *, good: bool) -> str:
    """A cause of at most 40 characters."""
    if np.isnan(value.raw):
        return "A source is missing"
    words = WORDS[code]
    return (words.good if good else words.bad)(value)[:MAX_CAUSE]


def claim_text(code: str, *, fell: bool) -> str:
    """What happened, as a sentence without a full stop."""
    return WORDS[code].fell if fell else WORDS[code].rose
