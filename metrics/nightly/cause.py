"""One short sentence per account: what most stands in its way tonight."""

from __future__ import annotations

from typing import Any

import numpy as np

from metrics.scoring.bands import GREEN, GREY
from metrics.scoring.caps import RULES, Capped, binding
from metrics.scoring.explain import REFERENCE
from metrics.scoring.score import Scored
from metrics.signals.base import Frames, Source, SourceState
from metrics.signals.catalogue import SIGNALS
from metrics.signals.evaluate import Evaluated
from metrics.signals.numbers import Value
from metrics.signals.values import has_people
from metrics.signals.words import CAP_CAUSES, cause_text

NEW_ACCOUNT_DAYS = 30
STEADY = "Steady"
CODE_OF = {signal.slot: signal.code for signal in SIGNALS}


def causes(
    frames: Frames, measured: Evaluated, scored: Scored, capped: Capped, *, bands: list[str]
) -> list[str]:
    """Causes [A]: a rule that binds, why there is no score, or what takes most from 70."""
    losses = np.nan_to_num(scored.weights * (measured.points - REFERENCE))
    worst = losses.argmin(axis=1)
    known = has_people(frames)
    return [
        (CAP_CAUSES["R7"] if capped.holds["R7"][row] else "")
        or (_grey(row, frames, known=bool(known[row])) if band == GREY else "")
        or _rule(row, scored, capped)
        or (STEADY if band == GREEN or losses[row, worst[row]] >= 0 else "")
        or cause_text(CODE_OF[int(worst[row])], value(measured, row, int(worst[row])), good=False)
        for row, band in enumerate(bands)
    ]


def value(measured: Any, row: int, slot: int) -> Value:
    """The raw value of an account's signal with the pair behind it."""
    return Value(
        raw=float(measured.raw[row, slot]),
        part=float(measured.part[row, slot]),
        whole=float(measured.whole[row, slot]),
        n=float(measured.n[row, slot]),
    )


def _rule(row: int, scored: Scored, capped: Capped) -> str:
    """The cause of the cap that decides over the score."""
    held = {r.code: r.cap for r in RULES if r.cap is not None and capped.holds[r.code][row]}
    return CAP_CAUSES.get(binding(float(scored.score[row]), held), "")


def _grey(row: int, frames: Frames, *, known: bool) -> str:
    age = int(frames.accounts["age_days"].iloc[row])
    if age < NEW_ACCOUNT_DAYS:
        return f"Contract started {age} day{'' if age == 1 else 's'} ago"
    state = frames.source_state[Source.USAGE][row]
    if state in (SourceState.ABSENT.value, SourceState.NOT_BOUGHT.value):
        return "Usage not connected"
    return "Too few facts yet" if known else "No people known"
