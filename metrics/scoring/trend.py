"""Where a score is going: slopes that a few odd nights cannot bend, and whether they are chance.

The slope is the median of the slopes of all pairs of nights (Theil 1950; Sen 1968, "Estimates of
the regression coefficient based on Kendall's tau"). Whether it is more than chance says the test
of Mann (1945) and Kendall (1975, "Rank Correlation Methods"), in its normal approximation with the
correction for ties and for continuity. Scores of neighbouring nights share most of their facts, so
that p is smaller than it should be: hence the slope must be steep as well.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

SHORT_DAYS, LONG_DAYS = 28, 91
PER_DAYS = 30.0
# fewer of 28 nights (of 91: 26) say nothing, however steep the line through them
MIN_NIGHTS_SHARE = 8 / 28
STEEP = 4.0  # points per 30 days
CHANCE = 0.05
BLOCK = 250  # accounts at a time: all pairs of 91 nights are 4,095 numbers per account


@dataclass(frozen=True, kw_only=True)
class Trend:
    """slope [A]: points per 30 days, NaN with too few nights; p [A]: the chance that scores in a
    random order look as ordered as these (two-sided), NaN likewise.
    """

    slope: Floats
    p: Floats

    @property
    def falling(self) -> Bools:
        """At least 4 points per 30 days down, and no chance."""
        steep: Bools = self.slope <= -STEEP
        return steep & (self.p < CHANCE)

    @property
    def rising(self) -> Bools:
        """At least 4 points per 30 days up, and no chance."""
        steep: Bools = self.slope >= STEEP
        return steep & (self.p < CHANCE)


def trend(scores: Floats, *, days: int = SHORT_DAYS) -> Trend:
    """The trend of daily scores [A, D], oldest first, the last column tonight, NaN = no night,
    over the last `days` columns; fewer columns are nights that are missing.
    """
    window = scores[:, -days:]
    nights = (~np.isnan(window)).sum(axis=1)
    enough = nights >= max(math.ceil(MIN_NIGHTS_SHARE * days), 2)
    slope, p = np.full(len(scores), np.nan), np.full(len(scores), np.nan)
    rows = np.flatnonzero(enough)
    for start in range(0, len(rows), BLOCK):
        block = rows[start : start + BLOCK]
        slope[block] = PER_DAYS * theil_sen(window[block])
        p[block] = mann_kendall(window[block])
    return Trend(slope=slope, p=p)


def direction(short: Trend, long: Trend) -> list[str]:
    """`falling`, `rising` or "" per account: what the short window says, else the long one."""
    falling = short.falling | (long.falling & ~short.rising)
    rising = short.rising | (long.rising & ~short.falling)
    words: list[str] = np.select([falling, rising], ["falling", "rising"], "").tolist()
    return words


def theil_sen(values: Floats) -> Floats:
    """The median slope per column over all pairs of values [A, D], D >= 2, that are there [A]; NaN
    where fewer than two are.
    """
    first, second = np.triu_indices(values.shape[1], k=1)
    slopes = (values[:, second] - values[:, first]) / (second - first)
    slopes.sort(axis=1)  # NaN last
    pairs = (~np.isnan(slopes)).sum(axis=1)
    rows, high = np.arange(len(values)), np.minimum(pairs // 2, slopes.shape[1] - 1)
    low = np.maximum(pairs - 1, 0) // 2
    middle: Floats = (slopes[rows, low] + slopes[rows, high]) / 2  # without pairs all are NaN
    return middle


def mann_kendall(values: Floats) -> Floats:
    """Two-sided p [A] of no order in values [A, D], NaN = not there.

    S = sum over pairs of sign(later - earlier); Var S = (n(n-1)(2n+5) - sum over ties t(t-1)(2t+5))
    / 18; z = (S - sign S) / sqrt(Var S). Where all values are equal nothing is ordered: p = 1.
    """
    first, second = np.triu_indices(values.shape[1], k=1)
    exact = values.round(9)  # equal scores may differ in their last bits
    s = np.nansum(np.sign(exact[:, second] - exact[:, first]), axis=1)
    n = (~np.isnan(values)).sum(axis=1).astype(np.float64)
    variance = np.maximum(n * (n - 1) * (2 * n + 5) - _tied(exact), 0.0) / 18
    z = np.divide(s - np.sign(s), np.sqrt(variance), out=np.zeros_like(s), where=variance > 0)
    return np.array([math.erfc(abs(score) / math.sqrt(2)) for score in z.tolist()])


def _tied(values: Floats) -> Floats:
    """Sum over groups of equal values of t(t-1)(2t+5) [A].

    Each value of a group of t has t equals, itself included; (t-1)(2t+5) summed over the t of
    them is the group's share.
    """
    equals = (values[:, :, None] == values[:, None, :]).sum(axis=2).astype(np.float64)
    shares: Floats = np.where(equals > 0, (equals - 1) * (2 * equals + 5), 0.0).sum(axis=1)
    return shares
