"""A computed chunk as rows of snapshots, in the order of `store.COLUMNS`."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from metrics.models import Run
from metrics.nightly.funnel import seat_funnels
from metrics.nightly.night import Night
from metrics.scoring.caps import BY_CODE
from metrics.scoring.version import CODE_VERSION
from metrics.signals.base import Floats


def rows(run: Run, night: Night, chosen: npt.NDArray[np.intp]) -> Iterator[tuple[Any, ...]]:
    """One row for each of the chosen accounts."""
    measured, scored = night.measured, night.scored
    funnels = seat_funnels(night.frames)
    ages = night.frames.accounts["age_days"].to_numpy()
    days = measured.as_of.astype(str)
    for i in chosen.tolist():
        band = night.bands[i]
        held = [code for code, holds in night.capped.holds.items() if holds[i]]
        yield (
            int(night.account_ids[i]),
            run.business_day,
            run.pk,
            night.scorecard_id,
            _number(night.capped.final[i]),
            _number(scored.score[i]),
            band.band,
            band.pending,
            band.since,
            band.count,
            night.stages[i],
            int(ages[i]),
            min(float(scored.coverage[i]), 1.0),
            scored.confidence[i],
            _number(night.momentum[i]),
            _number(night.short.slope[i]),
            _number(night.long.slope[i]),
            night.direction[i],
            json.dumps([_held(run, night, code, i) for code in held]),
            json.dumps([flag.to_dict() for flag in night.flags[i]]),
            "leaving" if "R7" in held else "",
            _array(measured.raw[i]),
            _array(measured.n[i]),
            _array(measured.part[i]),
            _array(measured.whole[i]),
            _array(measured.points[i]),
            _array(scored.weights[i]),
            f"{{{','.join(measured.state[i])}}}",
            f"{{{','.join(days[i]).replace('NaT', 'NULL')}}}",
            _array(scored.dimensions[i]),
            _array(night.dimension_weights[i]),
            json.dumps(measured.details[i]),
            json.dumps(funnels[i]),
            night.causes[i],
            _input_hash(night, i),
        )


def _held(run: Run, night: Night, code: str, row: int) -> dict[str, Any]:
    """A rule that holds; cap None: a status or a flag. until: the first day without it."""
    left = night.capped.expires[code][row]
    until = None if np.isnan(left) else run.business_day + dt.timedelta(days=int(left))
    return {
        "rule": code,
        "cap": BY_CODE[code].cap,
        "until": until.isoformat() if until else None,
    }


def _input_hash(night: Night, row: int) -> bytes:
    measured = night.measured
    values = (measured.raw, measured.n, measured.part, measured.whole, measured.points)
    return input_hash(
        night.scorecard_id, [of_all[row] for of_all in values], measured.state[row].tolist()
    )


def input_hash(scorecard_id: int, values: Iterable[Floats], states: Iterable[str]) -> bytes:
    """What the score of one account was computed from: raw, n, part, whole and points, and the
    states. Two runs can be compared by it, and a row with what was stored.
    """
    digest = hashlib.sha256(f"{CODE_VERSION} {scorecard_id}".encode())
    for numbers in values:
        # there are many NaN, and the database knows one of them
        digest.update(np.where(np.isnan(numbers), np.nan, numbers).tobytes())
    digest.update(" ".join(states).encode())
    return digest.digest()


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _array(values: Floats) -> str:
    """As PostgreSQL reads an array of floats, NaN as NULL: the driver's own way, number by number,
    took longer than the score.
    """
    numbers = ["NULL" if value != value else repr(value) for value in values.tolist()]
    return f"{{{','.join(numbers)}}}"
