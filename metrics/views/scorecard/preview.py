"""What a draft would change, out of last night's stored values: no facts are read again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from metrics.models.scorecards import in_order
from metrics.models.scores import Band
from metrics.scoring.config import ScorecardConfig
from metrics.signals.catalogue import BY_CODE as SIGNAL
from metrics.signals.catalogue import SIGNALS
from metrics.signals.numbers import Value
from metrics.signals.story import dimension_name
from metrics.signals.words import cause_text
from metrics.views.scorecard.night_values import ORDER, NightValues, values_behind
from metrics.views.scorecard.rescored import (
    GREEN_AT,
    GREY_AT,
    RED_AT,
    Scored,
    places_of,
    scored,
    scored_live,
)

LARGEST = 20
SHOWN = 0.05  # a smaller change rounds to nothing
TOO_GREEN = 0.8  # of the accounts with a score: who needs help is no longer told apart


@dataclass(frozen=True, kw_only=True)
class Moved:
    """One account under both versions."""

    account_id: int
    name: str
    before: float
    after: float
    band_before: str
    band_after: str
    reason: str

    @property
    def change(self) -> float:
        """Points."""
        return self.after - self.before

    @property
    def word_before(self) -> str:
        """The band's word, for the icon."""
        return Band(self.band_before).label

    @property
    def word_after(self) -> str:
        """The band's word, for the icon."""
        return Band(self.band_after).label


@dataclass(frozen=True, kw_only=True)
class Preview:
    """matrix[old band][new band] = accounts, bands in the order of `ORDER`; `arr_before` and
    `arr_after` are ARR in red, None where there are several currencies or none is known. below_red,
    from_green: accounts whose score lies below or from the draft's own threshold, margin aside.
    """

    accounts: int
    matrix: list[list[int]]
    largest: list[Moved]
    arr_before: float | None
    arr_after: float | None
    currency: str
    below_red: int
    from_green: int

    @property
    def order(self) -> list[str]:
        """Bands in the order of rows and columns."""
        return ORDER

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The matrix for a template: cells with their kind, and the sum of each row."""
        return [
            {
                "band": band,
                "total": sum(counts),
                "cells": [
                    {"count": count, "kind": _kind(old, new, count)}
                    for new, count in enumerate(counts)
                ],
            }
            for old, (band, counts) in enumerate(zip(ORDER, self.matrix, strict=True))
        ]

    @property
    def totals(self) -> list[int]:
        """Sums of the columns."""
        return [sum(column) for column in zip(*self.matrix, strict=True)]

    @property
    def arr_moved(self) -> float | None:
        """How much more ARR is in red."""
        if self.arr_before is None or self.arr_after is None:
            return None
        return self.arr_after - self.arr_before

    @property
    def arr_fallen(self) -> float | None:
        """How much less ARR is in red."""
        return None if self.arr_moved is None else -self.arr_moved

    @property
    def worse(self) -> int:
        """Accounts that go to a worse band."""
        return sum(self.matrix[old][new] for old in range(3) for new in range(old))

    @property
    def better(self) -> int:
        """Accounts that go to a better band."""
        return sum(self.matrix[old][new] for old in range(3) for new in range(old + 1, 3))

    @property
    def other(self) -> int:
        """Accounts that get a score or lose it."""
        return self.changing - self.worse - self.better

    @property
    def green_percent(self) -> float:
        """Accounts that would be green, of those with a score."""
        known = sum(self.totals) - self.totals[GREY_AT]
        return 100 * self.totals[GREEN_AT] / known if known else 0.0

    @property
    def is_too_green(self) -> bool:
        """Whether so many would be green that the band says little."""
        return self.green_percent > 100 * TOO_GREEN

    @property
    def changing(self) -> int:
        """Accounts that change band, to or from "not enough data" too."""
        return sum(map(sum, self.matrix)) - sum(self.matrix[i][i] for i in range(len(ORDER)))


def _kind(old: int, new: int, count: int) -> str:
    """same, worse, better, other (to or from grey), none."""
    if not count:
        return "none"
    if old == new:
        return "same"
    if GREY_AT in (old, new):
        return "other"
    return "worse" if new < old else "better"


def preview(
    values: NightValues,
    *,
    line: str,
    before: Mapping[str, ScorecardConfig],
    after: Mapping[str, ScorecardConfig],
) -> Preview:
    """A line's accounts (those it has, and those it would get) under the configurations of all
    lines before and after, bands as they settle if the score stays where it is.

    Both sides are computed, so that only what the draft changes shows: neither a band change that
    is under way anyway, nor a night that was calculated with an older version.
    """
    new_names = sorted(after, key=in_order)
    new = [after[name] for name in new_names]
    now = places_of(values, new)
    concerned = now == new_names.index(line)
    if line in before:
        old_names = sorted(before, key=in_order)
        then = places_of(values, [before[name] for name in old_names])
        concerned |= then == old_names.index(line)
    rows = np.flatnonzero(concerned)
    chosen = values.take(rows)
    live = scored_live(values, before).take(rows)
    return _compared(chosen, live, scored(chosen, new, now[rows]))


def _compared(values: NightValues, before: Scored, after: Scored) -> Preview:
    size = len(ORDER)
    matrix = np.bincount(before.bands * size + after.bands, minlength=size * size)
    change = after.final - before.final
    seen = np.flatnonzero(np.abs(np.nan_to_num(change)) >= SHOWN)
    order = seen[np.argsort(-np.abs(change[seen]), kind="stable")][:LARGEST]
    return Preview(
        accounts=len(values.ids),
        matrix=matrix.reshape(size, size).tolist(),
        largest=_moved(values, before, after, order.tolist()),
        arr_before=_arr_in_red(values, before),
        arr_after=_arr_in_red(values, after),
        currency=values.currency,
        below_red=int(np.sum(after.final < after.red_below)),
        from_green=int(np.sum(after.final >= after.green_from)),
    )


def _moved(values: NightValues, before: Scored, after: Scored, rows: Sequence[int]) -> list[Moved]:
    """The accounts of these rows, each with the main reason in words."""
    codes = [_main(before, after, row) for row in rows]
    facts = values_behind(values, rows, [code for code, _ in codes])
    return [
        Moved(
            account_id=int(values.ids[row]),
            name=values.names[row],
            before=float(before.final[row]),
            after=float(after.final[row]),
            band_before=ORDER[before.bands[row]],
            band_after=ORDER[after.bands[row]],
            reason=_reason(code, value, good=good, before=before, after=after, row=row),
        )
        for row, (code, good), value in zip(rows, codes, facts, strict=True)
    ]


def _main(before: Scored, after: Scored, row: int) -> tuple[str, bool]:
    """The signal whose part of the score changes most in the direction of the change, and whether
    it speaks for the account.
    """
    middle = (before.final[row] + after.final[row]) / 2
    new, old = np.nan_to_num(after.points[row]), np.nan_to_num(before.points[row])
    parts = after.weights[row] * (new - middle) - before.weights[row] * (old - middle)
    rising = after.final[row] > before.final[row]
    slots = [signal.slot for signal in SIGNALS]
    place = int(np.argmax(parts[slots] if rising else -parts[slots]))
    return SIGNALS[place].code, bool(new[slots[place]] >= middle)


def _reason(code: str, value: Value, *, good: bool, before: Scored, after: Scored, row: int) -> str:
    slot = SIGNAL[code].slot
    if after.weights[row, slot] < before.weights[row, slot]:
        return f"{dimension_name(SIGNAL[code].dimension)} counts less"
    return cause_text(code, value, good=good)


def _arr_in_red(values: NightValues, scored: Scored) -> float | None:
    if not values.currency:
        return None
    return float(np.nansum(values.arr[scored.bands == RED_AT]))
