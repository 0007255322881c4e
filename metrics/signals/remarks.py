"""What stands beside a signal's value, out of the details that a night keeps with it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from metrics.signals.arrow import direction
from metrics.signals.numbers import Value, count, pair, percent

Detail = Mapping[str, Any]
Names = Mapping[str, str]  # feature key -> its name
NAMED = 4
PEOPLE = ("person", "people")
WENT_WRONG = (  # of tickets, in the order of the sentence
    ("escalated", "escalated"),
    ("severe", "severe"),
    ("reopened", "re-opened twice"),
    ("stuck", "stuck for weeks"),
)


def remark(code: str, detail: Detail, value: Value, *, names: Names) -> str:
    """One sentence without a full stop; "" where there is nothing to add."""
    say = REMARKS.get(code)
    return say(detail, value, names) if say and detail else ""


def in_words(words: Sequence[str]) -> str:
    """Reports, Alerts and Import."""
    head, last = ", ".join(words[:-1]), words[-1] if words else ""
    return f"{head} and {last}" if head else last


def plateau(detail: Detail, value: Value, names: Names) -> str:
    """S08: who cooled down, where they stopped, and where others go on to."""
    flagged = round(value.part)
    if not flagged:
        return ""
    have = "has" if flagged == 1 else "have"
    text = f"{pair(value)} people {have} cooled down since they stopped discovering"
    ceiling = [names.get(key, key) for key in detail.get("ceiling", ())]
    further = [names.get(key, key) for key in detail.get("next", ())]
    if ceiling:
        who = "they all" if flagged > 1 else "they"
        text = f"{text}; {who} stopped at {_features(ceiling)}"
    if ceiling and further:
        text = f"{text}; others go on to {in_words(further)}"
    return text


def _features(names: Sequence[str]) -> str:
    """All of a few; of many how many, and the last two, which are the least basic."""
    if len(names) <= NAMED:
        return in_words(names)
    return f"{len(names)} features, such as {in_words(names[-2:])}"


def _seats(detail: Detail, value: Value, names: Names) -> str:
    return "Over-sold: more seats than people who should use it" if detail.get("over_sold") else ""


def _open(detail: Detail, value: Value, names: Names) -> str:
    if not detail.get("open"):
        return ""
    return f"Not reached yet; the target is {count(value.whole, 'day')}"


def _arrow(detail: Detail, value: Value, names: Names) -> str:
    arrow = detail.get("arrow")
    word = direction(arrow)
    if not word:
        return ""
    return f"{word.capitalize()} by {percent(abs(arrow or 0.0))} in twelve weeks"


def _personas(detail: Detail, value: Value, names: Names) -> str:
    some, every = detail["personas"]
    return f"{some} of {count(every, 'persona')} reached" if every else ""


def _bus_factor(detail: Detail, value: Value, names: Names) -> str:
    factor = detail["bus_factor"]
    return f"{count(factor, *PEOPLE)} {'does' if factor == 1 else 'do'} half of the work"


def _newcomers(detail: Detail, value: Value, names: Names) -> str:
    came = f"{detail['active']} of {count(value.whole, 'newcomer')} came often enough"
    trained = detail.get("trained")
    if trained is None:
        return came
    return f"{came}, {trained} {'is' if trained == 1 else 'are'} trained"


def _gone(detail: Detail, value: Value, names: Names) -> str:
    left, silent = detail["deactivated"], detail["silent"]
    said = ((left, f"{left} left"), (silent, f"{silent} fell silent"))
    return in_words([text for some, text in said if some])


def _beginners(detail: Detail, value: Value, names: Names) -> str:
    usual = f"{percent(detail['expected'])} is usual at this age"
    new = detail["by_newcomers"]
    if not new:
        return usual
    return (
        f"{usual}; {count(new, 'ticket')} from new people {'counts' if new == 1 else 'count'} half"
    )


def _went_wrong(detail: Detail, value: Value, names: Names) -> str:
    return in_words([f"{detail[key]} {word}" for key, word in WENT_WRONG if detail.get(key)])


def _detractors(detail: Detail, value: Value, names: Names) -> str:
    ago, deciders = detail.get("last_days_ago"), detail.get("deciders", 0)
    if ago is None:
        return ""
    last = f"The last one answered {count(ago, 'day')} ago"
    if not deciders:
        return last
    they = "decides or is a champion" if deciders == 1 else "decide or are champions"
    return f"{last}; {deciders} of them {they}"


REMARKS: Mapping[str, Callable[[Detail, Value, Names], str]] = {
    "S01": _seats,
    "S04": _open,
    "S07": _arrow,
    "S08": plateau,
    "S12": _personas,
    "S14": _bus_factor,
    "S15": _newcomers,
    "S16": _gone,
    "S18": _beginners,
    "S21": _went_wrong,
    "S24": _detractors,
}
