"""The cheapest path to green: which signals, by how much, in whole people, tasks and days. Pure.

At fixed weights the score is linear in the points of its signals, so that a signal's curve and the
raw value that k units give (`moves`) say what k units bring. Searched are all single signals and
all pairs for the least effort; where no pair suffices, further signals are added, the most gain
for the effort first. One signal moves at a time: that a person who is trained may also come more
often is not counted, so that the path promises too little rather than too much.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from metrics.scoring.bands import GREEN
from metrics.scoring.config import ScorecardConfig
from metrics.scoring.rules import MIN_SEAT_SHARE, NEWCOMERS_TAUGHT, USAGE_FALL
from metrics.signals.base import Bools, Cadence
from metrics.signals.catalogue import BY_CODE
from metrics.signals.ladders import Ladder, here_of, ladders_of
from metrics.signals.moves import MOVES
from metrics.signals.numbers import Value
from metrics.signals.story import Stored, caps_of, value_of

SLACK = 1e-6  # points: the suggestion must survive being added up in another order
HOW: Mapping[str, str] = {
    "R1": "Get somebody to use the product again",
    "R2": "Have a successor of the champion named",
    "R3": "Solve every severe or escalated ticket that is open",
    "R4": "Get a fifth of the seats in use",
    "R5": "Get the newcomers going",
    "R6": "Come back to the unhappy decision maker",
    "R8": "Bring usage to within 40\u00a0% of their own normal",
}


@dataclass(frozen=True, kw_only=True)
class Step:
    """One signal moved by whole units: `text` says them ("Train 8 more people")."""

    code: str
    name: str
    units: int
    text: str
    raw_before: float
    raw_after: float
    points_before: float
    points_after: float
    gain: float  # points of the score


@dataclass(frozen=True, kw_only=True)
class Lift:
    """A cap that would hold the score below the target, and what ends it. by: the signal whose
    step does; "" where none can, and it must be done beside the steps.
    """

    rule: str
    cap: float
    text: str
    by: str


@dataclass(frozen=True, kw_only=True)
class Path:
    """target: the score at which the account really becomes green. reached: the score after all
    steps once the caps are lifted; below the target the path is not long enough.
    """

    target: float
    reached: float
    steps: tuple[Step, ...]
    lifts: tuple[Lift, ...]

    @property
    def reachable(self) -> bool:
        """Whether the steps lead to green."""
        return self.reached >= self.target


def _some(ladder: Ladder, value: Value) -> Bools:
    return ladder.units >= 1


def _a_fifth(ladder: Ladder, value: Value) -> Bools:
    return (value.part + ladder.units) / value.whole >= MIN_SEAT_SHARE


def _taught(ladder: Ladder, value: Value) -> Bools:
    return ladder.points >= NEWCOMERS_TAUGHT


def _near_normal(ladder: Ladder, value: Value) -> Bools:
    return ladder.raw > USAGE_FALL


# the signal whose step ends a rule, and on which of its rungs it has ended
ENDED_BY: Mapping[str, tuple[str, Callable[[Ladder, Value], Bools]]] = {
    "R1": ("S01", _some),
    "R4": ("S01", _a_fifth),
    "R5": ("S15", _taught),
    "R8": ("S07", _near_normal),
}


def cheapest_path(
    stored: Stored, config: ScorecardConfig, *, band: str, cadence: Cadence = Cadence.DAILY
) -> Path | None:
    """The path of one account out of its snapshot; None where it is green or has no score."""
    if stored.raw_score is None or band == GREEN:
        return None
    target = config.green_from + config.margin
    ladders = ladders_of(stored, config, cadence)
    lifts = []
    for rule, cap in sorted(caps_of(stored).items(), key=lambda item: (item[1], item[0])):
        if cap < target:
            lifts.append(_lift(rule, cap, stored, ladders))
    start = stored.raw_score + sum(float(ladder.gain[0]) for ladder in ladders.values())
    rungs = _search(list(ladders.values()), target + SLACK - start)
    steps = [
        _step(stored, ladder, rung, cadence)
        for code, ladder in ladders.items()
        if ladder.units[rung := rungs.get(code, 0)] > 0
    ]
    steps.sort(key=lambda step: -step.gain)
    return Path(
        target=target,
        reached=stored.raw_score + sum(step.gain for step in steps),
        steps=tuple(steps),
        lifts=tuple(lifts),
    )


def _lift(rule: str, cap: float, stored: Stored, ladders: dict[str, Ladder]) -> Lift:
    """How a cap ends. Where a signal can end it, its ladder keeps only the rungs that do."""
    code, ends = ENDED_BY.get(rule, ("", None))
    if ends is None or code not in ladders:
        return Lift(rule=rule, cap=cap, text=HOW[rule], by="")
    enough = ends(ladders[code], value_of(stored, code))
    if enough.any():
        ladders[code] = ladders[code].only(enough)
    return Lift(rule=rule, cap=cap, text=HOW[rule], by=code if enough.any() else "")


def _search(ladders: Sequence[Ladder], need: float) -> dict[str, int]:
    """The rung to climb to, by code: one ladder or two for the least effort, or more."""
    useful = [ladder for ladder in ladders if ladder.extra[-1] > 0]
    if need <= 0 or not useful:
        return {}
    alone = [(float(ladder.cheapest(need)[1]), ladder) for ladder in useful]
    cost, best = min(alone, key=lambda pair: pair[0])
    found = {best.code: int(best.cheapest(need)[0])}
    for first, second in combinations(useful, 2):
        rung, other = second.cheapest(need - first.extra)
        total = first.cost + other
        place = int(total.argmin())
        if total[place] < cost:
            cost, found = float(total[place]), {first.code: place, second.code: int(rung[place])}
    return found if np.isfinite(cost) else _climb(useful, need)


def _climb(useful: Sequence[Ladder], need: float) -> dict[str, int]:
    """More than two: the most gain for the effort first, the last one only as far as needed."""
    found: dict[str, int] = {}
    for ladder in sorted(useful, key=lambda each: -each.extra[-1] / each.cost[each.top]):
        found[ladder.code] = min(int(ladder.cheapest(need)[0]), ladder.top)
        need -= float(ladder.extra[found[ladder.code]])
        if need <= 0:
            break
    return found


def _step(stored: Stored, ladder: Ladder, rung: int, cadence: Cadence) -> Step:
    units = int(ladder.units[rung])
    here = here_of(stored, ladder.code, cadence)
    return Step(
        code=ladder.code,
        name=BY_CODE[ladder.code].name,
        units=units,
        text=MOVES[ladder.code].say(units, here),
        raw_before=here.value.raw,
        raw_after=float(ladder.raw[rung]),
        points_before=float(stored.points[BY_CODE[ladder.code].slot] or 0.0),
        points_after=float(ladder.points[rung]),
        gain=float(ladder.gain[rung]),
    )
