"""Raw values in words: people, tickets and answers, never code names. Pure."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from metrics.signals.numbers import Value
from metrics.signals.phrases import WORDS

MAX_CAUSE = 40
STATE_WORDS: Mapping[str, str] = {
    "NOT_APPLICABLE": "does not apply here",
    "TOO_LITTLE": "too little to say",
    "STALE": "source is late, last value kept",
    "BROKEN": "source is down, frozen",
}
CAP_CAUSES: Mapping[str, str] = {
    "R1": "Nobody active for 21 working days",
    "R2": "Champion left, nobody has taken over",
    "R3": "A severe ticket stays open",
    "R4": "Less than a fifth of seats in use",
    "R5": "New people, and nobody gets them going",
    "R6": "A decision maker is unhappy, unanswered",
    "R7": "Notice given",
    "R8": "Usage fell by 40\u00a0% or more",
    "R9": "They have gone silent",
}
CAP_LIFTED: Mapping[str, str] = {
    "R1": "Somebody is active again",
    "R2": "The champion's leaving is behind them",
    "R3": "The severe tickets are solved",
    "R4": "A fifth of the seats in use again",
    "R5": "New people no longer left on their own",
    "R6": "No recent bad answer stays unanswered",
    "R8": "Usage is no longer far below normal",
}


def value_text(code: str, value: Value) -> str:
    """The raw value as a table shows it; an en dash where there is none."""
    return "–" if np.isnan(value.raw) else WORDS[code].value(value)


def cause_text(code: str, value: Value, *, good: bool, rose: bool = False) -> str:
    """A cause of at most 40 characters; `rose`: of a change for the better."""
    if np.isnan(value.raw):
        return "A source is missing"
    words = WORDS[code]
    say = (rose and words.back) or (words.good if good else words.bad)
    return say(value)[:MAX_CAUSE]


def claim_text(code: str, *, fell: bool) -> str:
    """What happened, as a sentence without a full stop."""
    return WORDS[code].fell if fell else WORDS[code].rose
