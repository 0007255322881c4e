"""The order of a day: how much there is to lose, how soon, and how new it is. Pure.

    rank = risk × ARR × renewal × recency, each from FLOOR (0.1) to 1

    risk     (100 − score) / 60, and 0.15 more while the score is falling;
             1 once notice is given; 0.5 without a score
    ARR      √(ARR / the largest ARR in the list in the same currency); 0.3 where it is unknown
    renewal  2^(−days / 150), days until the last day on which notice can be given, or until the
             renewal where that day is over or unknown; 1 up to 30 days after the renewal;
             0.3 where it is unknown or longer over
    recency  2^(−days / 9), days since the newest of its reasons opened

The parts are multiplied, not added: a large account with nothing wrong is no reason to act, and
neither is a small trouble that has stood for a year.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass

FLOOR = 0.1
WORST_SPAN = 60.0  # points below 100 at which the risk is full: a score of 40
FALLING = 0.15
NO_SCORE = 0.5
UNKNOWN = 0.3
RENEWAL_HALVES = 150.0  # days
RENEWAL_OVER = 30  # days after which a renewal that nobody recorded says nothing any more
RECENCY_HALVES = 9.0  # days
NOW = 0.12  # from this rank on it cannot wait for another day
MOST_NOW = 7  # nobody does more in a day
DROP, DROP_DAYS = 8.0, 7  # points lost in so many days that are a sudden drop


@dataclass(frozen=True, kw_only=True)
class Stakes:
    """One account on a day. score: None without enough data. arr: None unknown; largest: of the
    list, in the same currency. days_left: negative once it is over, None unknown. age: days.
    """

    score: float | None
    falling: bool = False
    leaving: bool = False
    arr: float | None = None
    largest: float | None = None
    days_left: int | None = None
    age: int = 0


@dataclass(frozen=True, kw_only=True)
class Factors:
    """Each from 0.1 to 1."""

    risk: float
    arr: float
    renewal: float
    recency: float

    @property
    def rank(self) -> float:
        """Their product: what is ranked by."""
        return self.risk * self.arr * self.renewal * self.recency


def factors(stakes: Stakes) -> Factors:
    """The four factors of the module's formula."""
    return Factors(
        risk=_risk(stakes),
        arr=_size(stakes.arr, stakes.largest),
        renewal=_renewal(stakes.days_left),
        recency=_within(2.0 ** (-max(stakes.age, 0) / RECENCY_HALVES)),
    )


def deadline(
    *, renews_on: dt.date | None, notice_days: int | None, day: dt.date
) -> tuple[dt.date | None, bool]:
    """(the day that decides, whether it is the last one for notice)."""
    if renews_on is None or notice_days is None:
        return renews_on, False
    notice_by = renews_on - dt.timedelta(days=notice_days)
    return (notice_by, True) if notice_by >= day else (renews_on, False)


def dropping_since(scores: Sequence[float | None], day: dt.date) -> dt.date:
    """The day on which the sudden drop that stands on `day` began.

    scores: one per day, the last on `day`; None where there is none, which ends the search.
    """
    back = 0
    while back + 1 + DROP_DAYS < len(scores):
        now, then = scores[-2 - back], scores[-2 - back - DROP_DAYS]
        if now is None or then is None or now - then > -DROP:
            break
        back += 1
    return day - dt.timedelta(days=back)


def silent_since(scores: Sequence[float | None], day: dt.date) -> dt.date | None:
    """The first day without a score up to `day`; None where none of the days has one."""
    known = [place for place, score in enumerate(scores) if score is not None]
    return day - dt.timedelta(days=len(scores) - 2 - known[-1]) if known else None


def cannot_wait(ranks: Sequence[float]) -> int:
    """How many of a list, ranked downwards, are for now; the others are for this week."""
    return min(sum(1 for rank in ranks if rank >= NOW), MOST_NOW)


def _risk(stakes: Stakes) -> float:
    if stakes.leaving:
        return 1.0
    if stakes.score is None:
        return NO_SCORE
    return _within((100.0 - stakes.score) / WORST_SPAN + (FALLING if stakes.falling else 0.0))


def _size(arr: float | None, largest: float | None) -> float:
    if arr is None or not largest or largest <= 0:
        return UNKNOWN
    return _within(math.sqrt(max(arr, 0.0) / largest))


def _renewal(days_left: int | None) -> float:
    if days_left is None or days_left < -RENEWAL_OVER:
        return UNKNOWN
    return _within(2.0 ** (-max(days_left, 0) / RENEWAL_HALVES))


def _within(value: float) -> float:
    return min(max(value, FLOOR), 1.0)
