"""Why a signal has no value although its sources live, in words. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from metrics.signals.base import State

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
    "S17": "at least one known person",
    "S18": "at least 4 tickets of which somebody said what they are about",
    "S19": "at least one ticket with a first answer",
    "S20": "at least 2 ratings",
    "S21": "at least 2 tickets",
    "S22": "at least one answer",
    "S23": "at least 3 surveys sent",
    "S24": "at least one answer",
}
NOT_HERE: Mapping[str, str] = {
    "S06": "Nobody needs the product on several days of a week",
    "S12": "Fewer than two groups should use the product",
    "S13": "Fewer than two groups should use the product",
    "S23": "No survey was sent in 12 months",
}


def why_not(code: str, state: str) -> str:
    """A sentence for a signal without a value."""
    if state == State.NOT_APPLICABLE.value:
        return NOT_HERE[code]
    return f"Too little to say: this needs {NEEDED[code]}"
