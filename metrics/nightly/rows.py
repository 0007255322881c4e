"""A computed chunk as rows of snapshots, in the order of `store.COLUMNS`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from metrics.models import Run
from metrics.nightly.funnel import seat_funnels
from metrics.scoring.bands import BandState
from metrics.scoring.caps import BY_CODE
from metrics.scoring.score import Scored
from metrics.scoring.version import CODE_VERSION
from metrics.signals.base import Bools, Floats, Frames
from metrics.signals.evaluate import Evaluated


@dataclass(frozen=True, kw_only=True)
class Night:
    """Everything computed for A accounts of a chunk."""

    account_ids: npt.NDArray[np.int64]
    frames: Frames
    measured: Evaluated
    scored: Scored
    final: Floats
    holds: Mapping[str, Bools]
    bands: list[BandState]
    stages: list[str]
    momentum: Floats
    dimension_weights: Floats
    causes: list[str]


def rows(run: Run, night: Night) -> Iterator[tuple[Any, ...]]:
    """One row per account."""
    measured, scored = night.measured, night.scored
    funnels = seat_funnels(night.frames)
    ages = night.frames.accounts["age_days"].to_numpy()
    for i, account_id in enumerate(night.account_ids.tolist()):
        band = night.bands[i]
        held = [code for code, holds in night.holds.items() if holds[i]]
        yield (
            account_id,
            run.business_day,
            run.pk,
            run.scorecard_id,
            _number(night.final[i]),
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
            json.dumps([{"rule": c, "cap": BY_CODE[c].cap} for c in held if BY_CODE[c].cap]),
            "leaving" if "R7" in held else "",
            _numbers(measured.raw[i]),
            _numbers(measured.n[i]),
            _numbers(measured.part[i]),
            _numbers(measured.whole[i]),
            _numbers(measured.points[i]),
            scored.weights[i].tolist(),
            measured.state[i].tolist(),
            [None if np.isnat(day) else day.item() for day in measured.as_of[i]],
            _numbers(scored.dimensions[i]),
            night.dimension_weights[i].tolist(),
            json.dumps(funnels[i]),
            night.causes[i],
            _input_hash(run, night, i),
        )


def _input_hash(run: Run, night: Night, row: int) -> bytes:
    """What the score of one account was computed from: two runs can be compared by it."""
    measured = night.measured
    digest = hashlib.sha256(f"{CODE_VERSION} {run.scorecard_id}".encode())
    for values in (measured.raw, measured.n, measured.part, measured.whole, measured.points):
        digest.update(values[row].tobytes())
    digest.update(" ".join(measured.state[row]).encode())
    return digest.digest()


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _numbers(values: Floats) -> list[float | None]:
    return [None if value != value else value for value in values.tolist()]
