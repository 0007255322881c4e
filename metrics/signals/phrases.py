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


def _first_value(value: Value, *, late: str = "") -> str:
    days = count(value.part, "day")
    return f"First value{late} after {days}" if value.n else f"No first value after {days}"


def _busiest(value: Value) -> str:
    share = value.part / value.whole if value.whole else value.raw
    return f"One person has {percent(share)} of active days"


def _nps(value: Value) -> str:
    return f"NPS {signed(value.raw)} from {count(value.n, 'answer')}"


def _bad_tickets(value: Value) -> str:
    if value.part == 0:
        return f"None of {count(value.whole, 'ticket')} severe or stuck"
    return f"{pair(value)} tickets severe or stuck"


def _detractors(value: Value) -> str:
    if value.part == 0:
        return f"No detractor in {count(value.whole, 'answer')}"
    return f"{pair(value)} answers from detractors"


@dataclass(frozen=True)
class Words:
    """How a signal speaks. value: in a table; bad and good: a cause of at most 40 characters;
    fell and rose: a claim about a change; back: the good cause of a rise, where it is another.
    """

    value: Callable[[Value], str]
    bad: Callable[[Value], str]
    good: Callable[[Value], str]
    fell: str
    rose: str
    back: Callable[[Value], str] | None = None


WORDS: Mapping[str, Words] = {
    "S01": Words(
        value=pair,
        bad=lambda v: f"Only {pair(v)} seats in use",
        good=lambda v: f"{pair(v)} seats in use",
        fell="Use fell behind the seats they pay for",
        rose="Use caught up with the seats they pay for",
    ),
    "S03": Words(
        value=pair,
        bad=lambda v: f"Only {pair(v)} value tasks done",
        good=lambda v: f"{pair(v)} value tasks done",
        fell="They fell behind with the value tasks",
        rose="They caught up with the value tasks",
    ),
    "S04": Words(
        value=lambda v: count(v.part, "day"),
        bad=lambda v: _first_value(v, late=" only"),
        good=_first_value,
        fell="They waited longer for a first value",
        rose="Their first value came sooner than it had seemed",
    ),
    "S05": Words(
        value=lambda v: f"{percent(v.raw)} of weeks",
        bad=lambda v: f"People come in only {percent(v.raw)} of weeks",
        good=lambda v: f"People come in {percent(v.raw)} of weeks",
        fell="People come back in fewer weeks",
        rose="People come back in more weeks",
    ),
    "S06": Words(
        value=lambda v: f"{v.raw:.1f} days a week",
        bad=lambda v: f"People come only {v.raw:.1f} days a week",
        good=lambda v: f"People come {v.raw:.1f} days a week",
        fell="People come on fewer days of a week",
        rose="People come on more days of a week",
    ),
    "S07": Words(
        value=lambda v: f"{signed(100 * v.raw)}{NBSP}%",
        bad=lambda v: f"Usage {_against_normal(v.raw)}",
        good=lambda v: f"Usage {_against_normal(v.raw)}",
        fell="Weekly active people fell against their own normal",
        rose="Weekly active people rose against their own normal",
        back=lambda v: _back_to_normal(v.raw),
    ),
    "S08": Words(
        value=pair,
        bad=lambda v: f"{pair(v)} people fell away",
        good=lambda v: f"{pair(v)} people fell away",
        fell="A larger share fell away after they had stopped discovering",
        rose="A smaller share fell away after they had stopped discovering",
    ),
    "S09": Words(
        value=lambda v: f"{percent(v.raw)} of features",
        bad=lambda v: f"Only {percent(v.raw)} of their features in use",
        good=lambda v: f"{percent(v.raw)} of their features in use",
        fell="People use fewer of the features meant for them",
        rose="People use more of the features meant for them",
    ),
    "S10": Words(
        value=lambda v: f"{percent(v.raw)} of expected",
        bad=lambda v: f"Advanced features at {percent(v.raw)} of usual",
        good=lambda v: f"Advanced features at {percent(v.raw)} of usual",
        fell="Use of advanced features fell against what is usual by now",
        rose="Use of advanced features rose against what is usual by now",
    ),
    "S11": Words(
        value=lambda v: f"{percent(v.raw)} of reference",
        bad=lambda v: f"Depth of use at {percent(v.raw)} of reference",
        good=lambda v: f"Depth of use at {percent(v.raw)} of reference",
        fell="Each person does less with it",
        rose="Each person does more with it",
    ),
    "S12": Words(
        value=pair,
        bad=lambda v: f"Only {pair(v)} groups active",
        good=lambda v: f"{pair(v)} groups active",
        fell="A smaller part of their groups is active",
        rose="A larger part of their groups is active",
    ),
    "S13": Words(
        value=lambda v: f"{percent(v.raw)} even",
        bad=lambda v: f"Groups use it unevenly ({percent(v.raw)} even)",
        good=lambda v: f"Groups use it evenly ({percent(v.raw)} even)",
        fell="The use is spread less evenly over the groups",
        rose="The use is spread more evenly over the groups",
    ),
    "S14": Words(
        value=lambda v: percent(v.part / v.whole) if v.whole else "–",
        bad=_busiest,
        good=_busiest,
        fell="They depend more on one person, for a team of their size",
        rose="They depend less on one person, for a team of their size",
    ),
    "S15": Words(
        value=pair,
        bad=lambda v: f"Only {pair(v)} newcomers onboarded",
        good=lambda v: f"{pair(v)} newcomers onboarded",
        fell="A smaller share of the new people finds its way in",
        rose="A larger share of the new people finds its way in",
    ),
    "S16": Words(
        value=lambda v: f"{percent(v.raw)} a year",
        bad=lambda v: f"{pair(v)} people gone in 6 months",
        good=lambda v: f"{pair(v)} people gone in 6 months",
        fell="People leave or fall silent at a higher rate",
        rose="People leave or fall silent at a lower rate",
    ),
    "S02": Words(
        value=pair,
        bad=lambda v: _missing(v, "people not trained"),
        good=lambda v: f"{pair(v)} people trained",
        fell="Training fell behind",
        rose="Training caught up",
    ),
    "S20": Words(
        value=lambda v: percent(v.raw),
        bad=lambda v: f"Only {pair(v)} ratings satisfied",
        good=lambda v: f"{pair(v)} ratings satisfied",
        fell="A smaller share of the ratings is good",
        rose="A larger share of the ratings is good",
    ),
    "S17": Words(
        value=lambda v: f"{v.raw:.1f}",
        bad=_tickets,
        good=_tickets,
        fell="The number of tickets moved away from what does well",
        rose="The number of tickets moved towards what does well",
    ),
    "S18": Words(
        value=lambda v: f"{pair(v)} introductory",
        bad=lambda v: f"{pair(v)} tickets introductory",
        good=lambda v: f"Only {pair(v)} tickets introductory",
        fell="Beginners' questions rose against what is usual by now",
        rose="Beginners' questions fell against what is usual by now",
    ),
    "S19": Words(
        value=lambda v: hours(v.part),
        bad=lambda v: f"First answer {hours(v.part)} (target {hours(v.whole)})",
        good=lambda v: f"First answer {hours(v.part)} (target {hours(v.whole)})",
        fell="First answers came later against their targets",
        rose="First answers came sooner against their targets",
    ),
    "S21": Words(
        value=pair,
        bad=_bad_tickets,
        good=_bad_tickets,
        fell="Their tickets go worse: more severe, escalated or stuck",
        rose="Their tickets go better: more are neither severe, escalated nor stuck",
    ),
    "S22": Words(
        value=lambda v: signed(v.raw),
        bad=_nps,
        good=_nps,
        fell="Their answers to the NPS question got worse",
        rose="Their answers to the NPS question got better",
    ),
    "S24": Words(
        value=pair,
        bad=_detractors,
        good=_detractors,
        fell="Detractors weigh more among the last answers",
        rose="Detractors weigh less among the last answers",
    ),
    "S23": Words(
        value=lambda v: percent(v.part / v.whole) if v.whole else "–",
        bad=_answers,
        good=_answers,
        fell="They answer a smaller share of our surveys",
        rose="They answer a larger share of our surveys",
    ),
}
