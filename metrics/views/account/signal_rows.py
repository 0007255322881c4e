"""What a page shows of one signal: value then and now, target, points, source and its state."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from metrics.models import Snapshot
from metrics.scoring.config import ScorecardConfig
from metrics.signals.base import Cadence, Signal, Source, State
from metrics.signals.catalogue import BY_CODE
from metrics.signals.evaluate import curve_for
from metrics.signals.evidence import subject
from metrics.signals.story import value_of
from metrics.signals.told import denied
from metrics.signals.words import STATE_WORDS, value_text
from metrics.views.account.targets import target_text

BAR = 38  # px
# how many a signal needs at least to say anything, and why it may not apply
NEEDED = {"S02": 2, "S05": 2, "S09": 2, "S12": 2, "S19": 1, "S20": 2, "S22": 1, "S23": 3}
NOT_HERE = {"S03": "no value tasks", "S12": "fewer than two groups", "S23": "no survey sent"}
FROZEN = (State.STALE.value, State.BROKEN.value)
SOURCES = {
    Source.USAGE: "usage",
    Source.TRAINING: "training",
    Source.TICKETS: "tickets",
    Source.SURVEYS: "surveys",
    Source.MILESTONES: "value tasks",
    Source.PEOPLE: "people",
}


@dataclass(frozen=True, kw_only=True)
class Compared:
    """Two nights of an account, and the scorecard that the newer one was read with."""

    now: Snapshot
    before: Snapshot | None
    config: ScorecardConfig
    cadence: Cadence


def concerns(signal: Signal, now: Snapshot) -> bool:
    """Whether a signal is for the account's stage, or still fades out."""
    return now.stage in {stage.value for stage in signal.stages} or bool(now.weights[signal.slot])


def signal_line(signal: Signal, nights: Compared) -> dict[str, Any]:
    """What the card of its dimension shows of a signal."""
    now, points = nights.now, nights.now.points[signal.slot]
    return {
        "code": signal.code,
        "name": signal.name,
        "value": value_text(signal.code, value_of(now, signal.code)),
        "points": points,
        "bar": 0.0 if points is None else round(BAR * points / 100, 1),
        "is_low": points is not None and points < nights.config.red_below,
        "note": _note(now, signal.code),
    }


def signal_row(line: dict[str, Any], nights: Compared) -> dict[str, Any]:
    """Everything a page shows of a signal, beyond its line."""
    signal, now, before = BY_CODE[line["code"]], nights.now, nights.before
    points, weight = line["points"], now.weights[signal.slot] or 0.0
    curve = curve_for(signal, nights.config, nights.cadence)
    change = change_of(now.points, before.points if before else None, signal.slot)
    return line | {
        "question": signal.question,
        "subject": subject(signal.code),
        "before": value_text(signal.code, value_of(before, signal.code)) if before else "–",
        "target": target_text(
            signal.code,
            curve,
            nights.config.green_from,
            value_of(now, signal.code),
            now.details.get(signal.code) or {},
        ),
        "change": change,
        "denied": _denied(signal, now, before, change),
        "gives": weight * points if points is not None and now.score is not None else None,
        "weight": 100 * weight,
        "source": SOURCES[signal.needs[0]],
    }


def _denied(signal: Signal, now: Snapshot, before: Snapshot | None, change: float | None) -> str:
    """What the two values leave open where the points went the other way; empty where nothing."""
    if before is None or change is None or not round(change):
        return ""
    if {before.states[signal.slot], now.states[signal.slot]} != {State.OK.value}:
        return ""
    values = value_of(before, signal.code), value_of(now, signal.code)
    return denied(signal.code, *values, fell=change < 0)


def unheard(now: Snapshot, code: str) -> str:
    """Why the source of a signal says nothing; empty where it is connected."""
    signal, state = BY_CODE[code], now.states[BY_CODE[code].slot]
    name = SOURCES[signal.needs[0]].capitalize()
    if state == State.NOT_APPLICABLE.value and code not in NOT_HERE:
        return f"{name} are not connected."
    as_of = now.as_of[signal.slot]
    if state in FROZEN and isinstance(as_of, dt.date):
        return f"{name} have not come since {as_of.day} {as_of:%b}."
    return ""


def said(now: Snapshot, codes: tuple[str, ...]) -> list[dict[str, Any]]:
    """Values of some signals in words, where there are any."""
    return [
        {
            "code": code,
            "name": BY_CODE[code].name,
            "value": value_text(code, value_of(now, code)),
            "points": now.points[BY_CODE[code].slot],
        }
        for code in codes
        if now.raw[BY_CODE[code].slot] is not None
    ]


def change_of(now: Any, before: Any, place: int) -> float | None:
    """Points gained or lost; None where one of the days has none."""
    if before is None or now[place] is None or before[place] is None:
        return None
    return float(now[place] - before[place])


def _note(now: Snapshot, code: str) -> str:
    """How old the value is, or why there is none."""
    slot = BY_CODE[code].slot
    state, as_of = now.states[slot], now.as_of[slot]
    if state == State.OK.value:
        return "last night"
    if isinstance(as_of, dt.date) and state in FROZEN:
        return f"frozen since {as_of:%-d %b}"
    if state == State.TOO_LITTLE.value:
        n, needed = now.n[slot], NEEDED.get(code, 0)
        short = n is not None and n < needed
        return f"not enough data (n = {n:.0f}, {needed} needed)" if short else "not enough data"
    if state == State.NOT_APPLICABLE.value:
        usage = now.states[BY_CODE["S01"].slot] != State.NOT_APPLICABLE.value
        return NOT_HERE.get(code, "not connected") if usage else "not connected"
    return STATE_WORDS.get(state, "")
