"""Why a signal has no value although its sources live, in words. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from metrics.signals.base import Source, SourceState, State
from metrics.signals.catalogue import BY_CODE
from metrics.signals.evidence.base import Case
from metrics.signals.heard import looks_back
from metrics.signals.numbers import count
from metrics.signals.outages import owes_weeks

NEEDED: Mapping[str, str] = {
    "S01": "people, a known number of seats and an account of at least 7 days",
    "S02": "at least 2 people with access",
    "S03": "at least one value task with a due day",
    "S04": "a first value, or a target that is over",
    "S05": "at least 2 people who have been there for 4 of the last 12 weeks",
    "S06": "at least 10 weeks in which a person came",
    "S07": "at least 8 normal weeks with 3 active people, and a recent one",
    "S08": "an account of half a year and 3 people who have been there as long and know 3 features",
    "S09": "at least 2 active people, and to hear which features they use",
    "S10": "at least 3 active people with advanced features, and to hear which they use",
    "S11": "at least 2 active people, and to hear which features they use",
    "S13": "at least 20 active days in 12 weeks",
    "S14": "at least one active person",
    "S15": "an account older than 112 days with at least 2 newcomers",
    "S16": "an account of half a year with at least 3 people on average",
    "S17": "at least one known person, and to hear of usage in the last 12 weeks",
    "S18": "at least 4 tickets of which somebody said what they are about",
    "S19": "at least one ticket with a first answer",
    "S20": "at least 2 ratings",
    "S21": "at least 2 tickets",
    "S22": "at least one answer",
    "S23": "at least 3 surveys sent",
    "S24": "at least one answer",
}
DAYS: Mapping[str, int] = {
    "S01": 28, "S09": 56, "S10": 56, "S11": 28, "S12": 28, "S13": 84, "S14": 84
}  # fmt: skip
NOT_HERE: Mapping[str, str] = {
    "S06": "Nobody needs the product on several days of a week",
    "S12": "Fewer than two groups should use the product",
    "S13": "Fewer than two groups should use the product",
    "S23": "No survey was sent in 12 months",
}


GONE = (SourceState.NOT_BOUGHT.value, SourceState.ABSENT.value)
DOWN = {SourceState.LATE.value: "late", SourceState.BROKEN.value: "down"}


def missing(case: Case, code: str) -> str:
    """A sentence where a source that the signal needs was never connected; "" otherwise."""
    gone = [source for source in BY_CODE[code].needs if _state(case, source) in GONE]
    names = " and ".join(source.value.capitalize() for source in gone)
    return f"{names} not connected: nothing is known" if gone else ""


def late(case: Case, code: str) -> str:
    """Which sources are late or down, and for how long, or back without what they owe, or were
    down so that the signal looks back further; "" where all live.
    """
    signal = BY_CODE[code]
    parts = [
        f"{source.value.capitalize()} {DOWN[_state(case, source)]} for"
        f" {count(case.of(case.frames.late_days[source]), 'day')}"
        for source in (*signal.needs, *signal.uses)
        if _state(case, source) in DOWN
    ]
    if not parts and Source.USAGE in signal.needs and owes_weeks(case.frames)[case.account]:
        parts = ["Usage is back but owes most of four weeks"]
    if not parts and code in DAYS:
        reach = int(looks_back(case.frames, days=DAYS[code])[case.account])
        if reach > DAYS[code]:
            return f"Usage was down for some weeks: this looks {reach} days back"
    return f"{', '.join(parts)}: what has not arrived is not in here" if parts else ""


def _state(case: Case, source: Source) -> str:
    return str(case.frames.source_state[source][case.account])


def why_not(code: str, state: str) -> str:
    """A sentence for a signal without a value."""
    if state == State.NOT_APPLICABLE.value:
        return NOT_HERE[code]
    return f"Too little to say: this needs {NEEDED[code]}"
