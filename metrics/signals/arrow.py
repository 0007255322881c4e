"""The arrow beside S07: where usage has been going over twelve weeks. Never part of a score."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from metrics.scoring.trend import theil_sen
from metrics.signals.base import Floats

ARROW_WEEKS = 12
STEEP = 0.1  # a tenth more or less over twelve weeks


def usage_arrow(q: Floats, *, seats: Floats, weeks: npt.NDArray[np.intp]) -> Floats:
    """Change over twelve weeks at the pace of the last 12 kept `weeks` (columns, oldest first):
    exp(12 b) - 1 [A], b the median weekly slope (Theil-Sen) of ln(q + .5 / seats), of q and seats
    [A, W]. Half a person keeps an empty week finite; weeks that are not kept are no nights, so
    that the pace stays one per week of the calendar.
    """
    last = weeks[-ARROW_WEEKS:]
    level = np.full(q.shape, np.nan)
    level[:, last] = np.log(q[:, last] + 0.5 / seats[:, last])
    start = next(iter(last.tolist()), 0)
    change: Floats = np.expm1(ARROW_WEEKS * theil_sen(level[:, start:]))
    return change


def direction(arrow: float | None) -> str:
    """falling, rising, or "" in between and where there is no arrow."""
    if arrow is None or abs(arrow) < STEEP:
        return ""
    return "falling" if arrow < 0 else "rising"
