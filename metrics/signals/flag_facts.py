"""What the flags of a night look at, per account, out of frames and of what was scored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from metrics.scoring.explain import Level
from metrics.scoring.flags import FlagFacts, Reason, worst
from metrics.scoring.score import Scored
from metrics.signals.base import Bools, Floats, Frames, State
from metrics.signals.catalogue import BY_CODE, SIGNALS
from metrics.signals.evaluate import Evaluated
from metrics.signals.numbers import Value
from metrics.signals.words import cause_text

PLATEAU = BY_CODE["S08"]


def flag_facts(
    frames: Frames,
    measured: Evaluated,
    scored: Scored,
    *,
    final: Floats,
    bands: Sequence[str],
    holds: Mapping[str, Bools],
    momentum: Floats,
    falling: Bools,
) -> list[FlagFacts]:
    """Facts for `flags.next_flags`, one account after the other. final [A]: scores after caps;
    bands: after hysteresis; holds: rule -> [A]; momentum [A], NaN unknown; falling [A].
    """
    renews = frames.accounts["renews_in_days"].to_numpy(dtype=np.float64)
    notice = frames.accounts["notice_in_days"].to_numpy(dtype=np.float64)
    large = large_arr(frames)
    return [
        FlagFacts(
            day=frames.day,
            score=_known(final[row]),
            band=band,
            holds=frozenset(code for code, held in holds.items() if held[row]),
            momentum=_known(momentum[row]),
            falling=bool(falling[row]),
            plateau=_alarm(measured, row),
            renews_in_days=_known(renews[row]),
            notice_in_days=_known(notice[row]),
            large=bool(large[row]),
            reasons=_reasons(measured, scored, row),
        )
        for row, band in enumerate(bands)
    ]


def large_arr(frames: Frames) -> Bools:
    """Accounts whose ARR is in the top fifth of their currency [A]."""
    limits = frames.accounts["currency"].map(dict(frames.portfolio.large_arr))
    arr = frames.accounts["arr"].to_numpy(dtype=np.float64)
    large: Bools = arr >= limits.to_numpy(dtype=np.float64)
    return large


def _alarm(measured: Evaluated, row: int) -> bool | None:
    """Whether S08 sounds the alarm; None where it has no value of tonight."""
    if measured.state[row, PLATEAU.slot] != State.OK.value:
        return None
    return bool(measured.details[row].get(PLATEAU.code, {}).get("alarm", False))


def _reasons(measured: Evaluated, scored: Scored, row: int) -> tuple[Reason, ...]:
    """The three signals that take most, and the facts behind them."""
    if np.isnan(scored.score[row]):
        return ()
    counted = {s.code: s.slot for s in SIGNALS if scored.weights[row, s.slot] > 0}
    score = float(scored.score[row])
    level = Level(
        points={code: float(measured.points[row, slot]) for code, slot in counted.items()},
        weights={code: float(scored.weights[row, slot]) for code, slot in counted.items()},
        raw_score=score,
        score=score,
    )
    return tuple(
        Reason(code=code, moved=moved, text=_text(measured, row, code))
        for code, moved in worst(level)
    )


def _text(measured: Evaluated, row: int, code: str) -> str:
    slot = BY_CODE[code].slot
    values = (getattr(measured, name)[row, slot] for name in ("raw", "part", "whole", "n"))
    raw, part, whole, n = map(float, values)
    return cause_text(code, Value(raw=raw, part=part, whole=whole, n=n), good=False)


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
