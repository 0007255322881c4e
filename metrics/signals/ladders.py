"""What each number of units of a signal would bring to the score of one account. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from metrics.scoring.config import ScorecardConfig
from metrics.signals.base import Bools, Cadence, Floats, State
from metrics.signals.catalogue import SIGNALS
from metrics.signals.evaluate import curve_for
from metrics.signals.moves import MOVES, Here, Move
from metrics.signals.story import Stored, value_of

MOST_RUNGS = 1000  # of a long ladder, only so many are looked at


@dataclass(frozen=True, kw_only=True)
class Ladder:
    """What each number of units of a signal brings; the first rung is the least that is allowed."""

    code: str
    units: npt.NDArray[np.int64]
    raw: Floats
    points: Floats
    gain: Floats  # against today

    @cached_property
    def extra(self) -> Floats:
        """Gain beyond the first rung, the best so far."""
        best: Floats = np.maximum.accumulate(self.gain - self.gain[0])
        return best

    @cached_property
    def cost(self) -> Floats:
        """Effort beyond the first rung."""
        effort: Floats = (self.units - self.units[0]) * MOVES[self.code].effort
        return effort

    @cached_property
    def top(self) -> int:
        """The first rung from which no other brings more."""
        return int(self.extra.argmax())

    def cheapest(self, need: float | Floats) -> tuple[npt.NDArray[np.intp], Floats]:
        """The first rung that brings each need, and its cost; infinite where none does."""
        rung = np.searchsorted(self.extra, np.asarray(need), side="left")
        cost: Floats = np.append(self.cost, np.inf)[rung]
        return rung, cost

    def only(self, rungs: Bools) -> Ladder:
        """Some of the rungs."""
        return replace(
            self,
            units=self.units[rungs],
            raw=self.raw[rungs],
            points=self.points[rungs],
            gain=self.gain[rungs],
        )


def ladders_of(stored: Stored, config: ScorecardConfig, cadence: Cadence) -> dict[str, Ladder]:
    """By code, in page order: signals that were measured tonight and that somebody can move."""
    ladders = {}
    for signal in SIGNALS:
        points, weight = stored.points[signal.slot], stored.weights[signal.slot] or 0.0
        measured = points is not None and stored.states[signal.slot] == State.OK.value
        if signal.code in MOVES and points is not None and measured:
            here = here_of(stored, signal.code, cadence)
            units = _units(MOVES[signal.code], here)
            raw = MOVES[signal.code].raw(here, units[1:].astype(np.float64))
            reached = np.append(points, curve_for(signal, config, cadence)(raw))
            ladders[signal.code] = Ladder(
                code=signal.code,
                units=units,
                raw=np.append(here.value.raw, raw),
                points=reached,
                gain=weight * (reached - points),
            )
    return ladders


def here_of(stored: Stored, code: str, cadence: Cadence) -> Here:
    return Here(value=value_of(stored, code), age_days=stored.age_days, cadence=cadence)


def _units(move: Move, here: Here) -> npt.NDArray[np.int64]:
    most = move.most(here)
    room = int(most + 1e-9) if most > 0 else 0  # an unknown pair has no room
    rungs = np.linspace(0, room, min(room, MOST_RUNGS) + 1).round()
    return rungs.astype(np.int64)
