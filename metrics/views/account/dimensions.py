"""Dimension cards and signals: value, points, weight, what it gives; and how the score is made."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from metrics.models import Snapshot
from metrics.models.spread import STEPS
from metrics.scoring.caps import BY_CODE as RULES
from metrics.scoring.explain import rounded
from metrics.signals.base import Dimension, Signal, State
from metrics.signals.catalogue import BY_CODE, SIGNALS
from metrics.signals.story import caps_of, dimension_name
from metrics.signals.summary import Part, binding_cap, shown_gives
from metrics.views.account.signal_rows import (
    FROZEN,
    Compared,
    change_of,
    concerns,
    signal_line,
    signal_row,
)

ALL = "all"
# a part of a statement of `together`: the share of the portfolio's accounts that show fewer points
# in a signal; arrays begin with 1
SPREAD = """
SELECT code, below[place] AS below
FROM metrics_pointsspread
JOIN unnest(%(codes)s::text[], %(places)s::int[]) AS shown (code, place) USING (code)
WHERE run_id = %(run)s
"""


def cards(nights: Compared, terms: list[Part]) -> list[dict[str, Any]]:
    """One card per dimension, in page order; `points` is None where it says nothing. terms: the
    parts of the score.
    """
    now, before = nights.now, nights.before
    gives = shown_gives(now, terms)
    shares = _shown_shares(terms)
    return [
        {
            "key": dimension.value,
            "name": dimension_name(dimension),
            "points": now.dimensions[place],
            "change": change_of(now.dimensions, before.dimensions if before else None, place),
            "weight": now.dimension_weights[place],
            "of": shares.get(dimension),
            "gives": gives.get(dimension_name(dimension)),
            "frozen": _frozen_since(now, dimension),
            "signals": [signal_line(signal, nights) for signal in _of(dimension, now)],
        }
        for place, dimension in enumerate(Dimension)
    ]


def opened(asked: str, terms: list[Part]) -> str:
    """Which dimension's signals are listed: the asked one, or the one that takes most from 70."""
    if asked == ALL or asked in list(Dimension):
        return asked
    losses = {part.dimension.value: part.share * (part.points - 70) for part in terms}
    return min(losses, key=losses.__getitem__, default=ALL)


def table(
    asked: str,
    cards: list[dict[str, Any]],
    nights: Compared,
    *,
    spread: Iterable[Any],
    remarks: dict[str, str],
) -> dict[str, Any]:
    """The signals of a dimension, or all of them, the lowest points first within each. spread: the
    rows of SPREAD.
    """
    chosen = [card for card in cards if asked in (ALL, card["key"])]
    rows = [
        row
        for card in chosen
        for row in sorted(card["signals"], key=lambda row: (row["points"] is None, row["points"]))
    ]
    better = {row.code: 100 * row.below for row in spread}
    name = "All signals" if asked == ALL else chosen[0]["name"]
    return {
        "key": asked,
        "name": name,
        "rows": [
            row
            | {
                "better_than": better.get(row["code"]),
                "remark": remarks.get(row["code"]) or row["denied"],
            }
            for row in (signal_row(line, nights) for line in rows)
        ],
    }


def _of(dimension: Dimension, now: Snapshot) -> list[Signal]:
    """A signal of a stage that is over is not shown as missing."""
    return [signal for signal in SIGNALS if signal.dimension is dimension and concerns(signal, now)]


def connected(now: Snapshot) -> dict[str, bool]:
    """Whether the account has the sources that tell about people."""
    missing = State.NOT_APPLICABLE.value
    return {
        source: now.states[BY_CODE[code].slot] != missing
        for source, code in (("usage", "S01"), ("training", "S02"))
    }


def _frozen_since(now: Snapshot, dimension: Dimension) -> dt.date | None:
    """The day of the oldest frozen value, where every value of the dimension is frozen."""
    slots = [s.slot for s in SIGNALS if s.dimension is dimension and now.points[s.slot] is not None]
    days = [now.as_of[slot] for slot in slots if now.states[slot] in FROZEN]
    known = [day for day in days if isinstance(day, dt.date)]
    return min(known) if slots and len(days) == len(slots) and known else None


def _shown_shares(terms: list[Part]) -> dict[Dimension, float]:
    """Share of each dimension in per cent, to .1, so that the shown ones sum to 100."""
    tenths = rounded([100 * part.share for part in terms], 100.0 if terms else 0.0)
    return {part.dimension: share for part, share in zip(terms, tenths, strict=True)}


def spread_over(now: Snapshot) -> dict[str, Any]:
    """The parameters of SPREAD: the signals that have points, and how many, from 0 on."""
    had = {signal.code: now.points[signal.slot] for signal in SIGNALS}
    shown = {code: int(points + 0.5) for code, points in had.items() if points is not None}
    return {
        "codes": list(shown),
        "places": [min(points, STEPS - 1) + 1 for points in shown.values()],
    }


def made_of(now: Snapshot, terms: list[Part]) -> dict[str, Any]:
    """The printed line: share x points of each dimension, their sum, and the cap that binds."""
    gives = shown_gives(now, terms)
    return {
        "terms": [
            {
                "key": part.dimension.value,
                "name": part.name,
                "share": part.share,
                "points": part.points,
                "gives": gives[part.name],
            }
            for part in terms
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
