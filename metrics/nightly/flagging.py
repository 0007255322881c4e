"""The flags of a night: what each account's facts ask for, with reasons in words. Pure."""

from __future__ import annotations

import numpy as np

from metrics.nightly.cause import value
from metrics.scoring.caps import Capped
from metrics.scoring.explain import Level
from metrics.scoring.flags import Flag, FlagFacts, Reason, next_flags, worst
from metrics.scoring.score import Scored
from metrics.signals.base import Bools, Floats, Frames, State
from metrics.signals.catalogue import BY_CODE as SIGNAL
from metrics.signals.catalogue import SIGNALS
from metrics.signals.evaluate import Evaluated
from metrics.signals.words import cause_text


def flag_rows(
    frames: Frames,
    measured: Evaluated,
    scored: Scored,
    capped: Capped,
    *,
    bands: list[str],
    momentum: Floats,
    falling: Bools,
    before: list[list[Flag]],
) -> list[list[Flag]]:
    """Flags [A], open and waiting, after those of the night before."""
    renewal, notice = (
        frames.accounts[column].to_numpy(dtype=np.float64)
        for column in ("renews_in_days", "notice_in_days")
    )
    large = _large(frames)
    rows = []
    for row, was in enumerate(before):
        holds = frozenset(code for code, held in capped.holds.items() if held[row])
        facts = FlagFacts(
            day=frames.day,
            score=_known(capped.final[row]),
            band=bands[row],
            holds=holds,
            momentum=_known(momentum[row]),
            falling=bool(falling[row]),
            plateau=_plateau(measured, row),
            renews_in_days=_known(renewal[row]),
            notice_in_days=_known(notice[row]),
            large=bool(large[row]),
            reasons=_reasons(measured, scored, row),
        )
        rows.append(next_flags(was, facts))
    return rows


def _large(frames: Frames) -> Bools:
    """Accounts whose ARR is in the top fifth of their currency [A]."""
    limits = frames.accounts["currency"].map(dict(frames.portfolio.large_arr))
    large: Bools = frames.accounts["arr"].to_numpy(dtype=np.float64) >= limits.to_numpy(
        dtype=np.float64
    )
    return large


def _plateau(measured: Evaluated, row: int) -> bool | None:
    """The alarm of S08; None where it has no value tonight."""
    if measured.state[row, SIGNAL["S08"].slot] != State.OK.value:
        return None
    return bool(measured.details[row].get("S08", {}).get("alarm"))


def _reasons(measured: Evaluated, scored: Scored, row: int) -> tuple[Reason, ...]:
    """The three signals that take most against 70, with the facts behind them."""
    score = scored.score[row]
    if np.isnan(score):
        return ()
    weights, points = scored.weights[row], measured.points[row]
    counted = [signal for signal in SIGNALS if weights[signal.slot] > 0]
    level = Level(
        points={signal.code: float(points[signal.slot]) for signal in counted},
        weights={signal.code: float(weights[signal.slot]) for signal in counted},
        raw_score=float(score),
        score=float(score),
    )
    return tuple(
        Reason(
            code=code,
            moved=moved,
            text=cause_text(code, value(measured, row, SIGNAL[code].slot), good=False),
        )
        for code, moved in worst(level)
    )


def _known(number: float) -> float | None:
    return None if np.isnan(number) else float(number)
