"""Last night's stored values scored once more, each account under the scorecard of its line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from metrics.scoring.assign import Places
from metrics.scoring.bands import GREY, asked_band
from metrics.scoring.caps import BY_CODE
from metrics.scoring.config import ScorecardConfig
from metrics.signals.base import SLOTS, Floats
from metrics.signals.evaluate import for_cadence
from metrics.signals.rescore import rescore
from metrics.views.scorecard.night_values import NightValues


@dataclass(frozen=True, kw_only=True)
class Scored:
    """final [A]: after caps, NaN where there is no score. points, weights [A, 24]. bands: as they
    settle.
    """

    final: Floats
    points: Floats
    weights: Floats
    bands: list[str]


def scored(values: NightValues, configs: Sequence[ScorecardConfig], of: Places) -> Scored:
    """All accounts; of [A] is the place of each one's scorecard in `configs`."""
    accounts = len(values.ids)
    score = np.full(accounts, np.nan)
    points, weights = np.full((accounts, SLOTS), np.nan), np.zeros((accounts, SLOTS))
    for place in np.unique(of):
        rows = np.flatnonzero(of == place)
        part = values.take(rows)
        points[rows], found = rescore(
            for_cadence(configs[place], values.cadence),
            raw=part.raw,
            states=part.states,
            points=part.points,
            age_days=part.age_days,
        )
        score[rows], weights[rows] = found.score, found.weights
    limit = [_cap(held, configs[place]) for held, place in zip(values.held, of, strict=True)]
    final = np.minimum(score, np.array(limit, dtype=np.float64))  # NaN stays NaN
    bands = [
        GREY if np.isnan(score) else asked_band(float(score), band, configs[place])
        for score, band, place in zip(final, values.bands, of, strict=True)
    ]
    return Scored(final=final, points=points, weights=weights, bands=bands)


def _cap(held: frozenset[str], config: ScorecardConfig) -> float:
    caps = [BY_CODE[code].cap for code in held if config.caps.get(code)]
    return min((cap for cap in caps if cap is not None), default=100.0)
