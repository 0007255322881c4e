"""A computed chunk as rows of snapshots, in the order of `store.COLUMNS`."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from metrics.models import Run
from metrics.nightly import binary
from metrics.nightly.funnel import seat_funnels
from metrics.nightly.night import Night
from metrics.scoring.caps import BY_CODE
from metrics.scoring.version import CODE_VERSION
from metrics.signals.base import Floats


def rows(run: Run, night: Night, chosen: npt.NDArray[np.intp]) -> bytes:
    """The chosen accounts as rows of binary COPY, columns in the order of `store.COLUMNS`."""
    measured, scored = night.measured, night.scored
    picked = chosen.tolist()
    bands = [night.bands[i] for i in picked]
    funnels = seat_funnels(night.frames)
    ages = night.frames.accounts["age_days"].to_numpy()[chosen].astype(np.int64)
    held = [[code for code, holds in night.capped.holds.items() if holds[i]] for i in picked]
    same = len(picked)
    return binary.rows(
        [
            binary.whole(night.account_ids[chosen].tolist(), size=8),
            binary.days([run.business_day] * same),
            binary.whole([run.pk] * same, size=8),
            binary.whole([night.scorecard_id] * same, size=8),
            binary.numbers(night.capped.final[chosen]),
            binary.numbers(scored.score[chosen]),
            binary.texts(band.band for band in bands),
            binary.texts(band.pending for band in bands),
            binary.days(band.since for band in bands),
            binary.whole((band.count for band in bands), size=2),
            binary.texts(night.stages[i] for i in picked),
            binary.whole(ages.tolist(), size=4),
            binary.numbers(np.minimum(scored.coverage[chosen], 1.0)),
            binary.texts(scored.confidence[i] for i in picked),
            binary.numbers(night.momentum[chosen]),
            binary.numbers(night.short.slope[chosen]),
            binary.numbers(night.long.slope[chosen]),
            binary.texts(night.direction[i] for i in picked),
            binary.jsons(
                [_held(run, night, code, i) for code in codes]
                for codes, i in zip(held, picked, strict=True)
            ),
            binary.jsons([flag.to_dict() for flag in night.flags[i]] for i in picked),
            binary.texts("leaving" if "R7" in codes else "" for codes in held),
            binary.number_arrays(measured.raw[chosen]),
            binary.number_arrays(measured.n[chosen]),
            binary.number_arrays(measured.part[chosen]),
            binary.number_arrays(measured.whole[chosen]),
            binary.number_arrays(measured.points[chosen]),
            binary.number_arrays(scored.weights[chosen]),
            binary.word_arrays(measured.state[chosen].tolist()),
            binary.day_arrays(measured.as_of[chosen]),
            binary.number_arrays(scored.dimensions[chosen]),
            binary.number_arrays(night.dimension_weights[chosen]),
            binary.jsons(measured.details[i] for i in picked),
            binary.jsons(funnels[i] for i in picked),
            binary.texts(night.causes[i] for i in picked),
            [binary.data(_input_hash(night, i)) for i in picked],
        ]
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
