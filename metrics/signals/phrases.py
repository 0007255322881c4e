"""How each signal speaks of its value and of its changes, by code. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from metrics.signals.numbers import NBSP, Value, count, hours, pair, percent, signed

ABOUT_NORMAL = 0.05  # a week is never exactly like the others


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
