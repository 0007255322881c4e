"""Dimension cards and signals: value, points, weight, what it gives; and how the score is made."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connection

from metrics.models import Run, Snapshot
from metrics.scoring.caps import BY_CODE as RULES
from metrics.scoring.explain import rounded
from metrics.signals.base import Dimension, Signal, State
from metrics.signals.catalogue import BY_CODE, SIGNALS
from metrics.signals.evidence import subject
from metrics.signals.story import caps_of, dimension_name, value_of
from metrics.signals.summary import binding_cap, parts, shown_gives
from metrics.signals.words import STATE_WORDS, value_text

ALL = "all"
BAR = 38  # px
# how many a signal needs at least to say anything, and why it may not apply
NEEDED = {"S02": 2, "S05": 2, "S09": 2, "S12": 2, "S19": 1, "S20": 2, "S22": 1, "S23": 3}
NOT_HERE = {"S03": "no value tasks", "S12": "fewer than two groups", "S23": "no survey sent"}
FROZEN = (State.STALE.value, State.BROKEN.value)


def cards(now: Snapshot, before: Snapshot | None, *, red_below: float) -> list[dict[str, Any]]:
    """One card per dimension, in page order; `points` is None where it says nothing."""
    gives = shown_gives(now)
    shares = _shown_shares(now)
    return [
        {
            "key": dimension.value,
            "name": dimension_name(dimension),
            "points": now.dimensions[place],
            "change": _change(now.dimensions, before.dimensions if before else None, place),
            "weight": now.dimension_weights[place],
            "of": shares.get(dimension),
            "gives": gives.get(dimension_name(dimension)),
            "frozen": _frozen_since(now, dimension),
            "signals": [
                signal_row(signal, now, before, red_below) for signal in _of(dimension, now)
            ],
        }
        for place, dimension in enumerate(Dimension)
    ]


def opened(asked: str, now: Snapshot) -> str:
    """Which dimension's signals are listed: the asked one, or the one that takes most from 70."""
    if asked == ALL or asked in list(Dimension):
        return asked
    losses = {part.dimension.value: part.share * (part.points - 70) for part in parts(now)}
    return min(losses, key=losses.__getitem__, default=ALL)


def table(
    asked: str, cards: list[dict[str, Any]], run: Run, *, remarks: dict[str, str]
) -> dict[str, Any]:
    """The signals of a dimension, or all of them, the lowest points first within each."""
    chosen = [card for card in cards if asked in (ALL, card["key"])]
    rows = [
        row
        for card in chosen
        for row in sorted(card["signals"], key=lambda row: (row["points"] is None, row["points"]))
    ]
    better = _better_than(rows, run)
    name = "All signals" if asked == ALL else chosen[0]["name"]
    return {
        "key": asked,
        "name": name,
        "rows": [
            row | {"better_than": better.get(row["code"]), "remark": remarks.get(row["code"], "")}
            for row in rows
        ],
    }


def _of(dimension: Dimension, now: Snapshot) -> list[Signal]:
    """A signal of a stage that is over is not shown as missing."""
    return [signal for signal in SIGNALS if signal.dimension is dimension and concerns(signal, now)]


def concerns(signal: Signal, now: Snapshot) -> bool:
    """Whether a signal is for the account's stage, or still fades out."""
    return now.stage in {stage.value for stage in signal.stages} or bool(now.weights[signal.slot])


def signal_row(
    signal: Signal, now: Snapshot, before: Snapshot | None, red_below: float
) -> dict[str, Any]:
    """Everything a page shows of a signal."""
    slot = signal.slot
    points, weight = now.points[slot], now.weights[slot] or 0.0
    return {
        "code": signal.code,
        "name": signal.name,
        "question": signal.question,
        "subject": subject(signal.code),
        "value": value_text(signal.code, value_of(now, signal.code)),
        "before": value_text(signal.code, value_of(before, signal.code)) if before else "–",
        "points": points,
        "change": _change(now.points, before.points if before else None, slot),
        "gives": weight * points if points is not None and now.score is not None else None,
        "weight": 100 * weight,
        "bar": 0.0 if points is None else round(BAR * points / 100, 1),
        "is_low": points is not None and points < red_below,
        "note": _note(now, signal.code),
    }


def connected(now: Snapshot) -> dict[str, bool]:
    """Whether the account has the sources that tell about people."""
    missing = State.NOT_APPLICABLE.value
    return {
        source: now.states[BY_CODE[code].slot] != missing
        for source, code in (("usage", "S01"), ("training", "S02"))
    }


def _change(now: Any, before: Any, place: int) -> float | None:
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


def _frozen_since(now: Snapshot, dimension: Dimension) -> dt.date | None:
    """The day of the oldest frozen value, where every value of the dimension is frozen."""
    slots = [s.slot for s in SIGNALS if s.dimension is dimension and now.points[s.slot] is not None]
    days = [now.as_of[slot] for slot in slots if now.states[slot] in FROZEN]
    known = [day for day in days if isinstance(day, dt.date)]
    return min(known) if slots and len(days) == len(slots) and known else None


def _shown_shares(now: Snapshot) -> dict[Dimension, float]:
    """Share of each dimension in per cent, to .1, so that the shown ones sum to 100."""
    terms = parts(now)
    tenths = rounded([100 * part.share for part in terms], 100.0 if terms else 0.0)
    return {part.dimension: share for part, share in zip(terms, tenths, strict=True)}


def _better_than(rows: list[dict[str, Any]], run: Run) -> dict[str, float]:
    """Per cent of the portfolio's accounts that have fewer points in a signal."""
    known = [(BY_CODE[row["code"]], row["points"]) for row in rows if row["points"] is not None]
    if not known:
        return {}
    # places of an array come from the catalogue, never from outside
    columns = ", ".join(
        f"100.0 * count(*) FILTER (WHERE points[{signal.slot + 1}] < %s)"
        f" / greatest(count(points[{signal.slot + 1}]), 1)"
        for signal, _ in known
    )
    query = f"SELECT {columns} FROM metrics_snapshot WHERE day = %s AND run_id = %s"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(query, [*(points for _, points in known), run.business_day, run.pk])
        shares = cursor.fetchone()
    return {signal.code: float(share) for (signal, _), share in zip(known, shares, strict=True)}


def made_of(now: Snapshot) -> dict[str, Any]:
    """The printed line: share x points of each dimension, their sum, and the cap that binds."""
    gives = shown_gives(now)
    return {
        "terms": [
            {
                "key": part.dimension.value,
                "name": part.name,
                "share": part.share,
                "points": part.points,
                "gives": gives[part.name],
            }
            for part in parts(now)
        ],
        "raw_score": now.raw_score,
        "score": now.score,
        "cap": binding_cap(now),
        "rules": _rules(now),
    }


def _rules(now: Snapshot) -> list[dict[str, Any]]:
    """Caps that hold, the lowest first, with how each ends; `ends`: the first day without it."""
    ends = {held["rule"]: held["until"] for held in now.caps}
    return [
        {
            "rule": RULES[code],
            "ends": dt.date.fromisoformat(ends[code]) if ends[code] else None,
            "is_felt": now.raw_score is None or cap < now.raw_score,
        }
        for code, cap in sorted(caps_of(now).items(), key=lambda item: (item[1], item[0]))
    ]
