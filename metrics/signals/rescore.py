"""Points to a score under a scorecard: for tonight, for a preview, and for "what if".

Everything a scorecard decides is decided here, out of stored raw values; no facts are read.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from accounts.stages import stage_mix
from metrics.scoring.config import ScorecardConfig
from metrics.scoring.score import Scored, score
from metrics.signals.base import SLOTS, Bools, Dimension, Floats, Stage, State
from metrics.signals.catalogue import SIGNALS
from metrics.signals.evaluate import stage_membership

States = npt.NDArray[np.object_]


def dimension_of() -> npt.NDArray[np.intp]:
    """Place of each slot's dimension [24], -1 for a slot without a signal."""
    places = np.full(SLOTS, -1, dtype=np.intp)
    order = list(Dimension)
    for signal in SIGNALS:
        places[signal.slot] = order.index(signal.dimension)
    return places


def outer_weights(age_days: Floats, config: ScorecardConfig) -> Floats:
    """Per cent of each dimension [A, 6], blended over the stages of each account."""
    table = np.array(
        [[config.dimensions[stage.value][d.value] for d in Dimension] for stage in Stage]
    )
    blended: Floats = stage_mix(age_days) @ table
    return blended


def inner_weights(age_days: Floats, config: ScorecardConfig) -> Floats:
    """Weight of each signal inside its dimension [A, 24]; it fades with the stages it is for."""
    weights = np.zeros(SLOTS)
    for signal in SIGNALS:
        weights[signal.slot] = config.signals[signal.code]
    return stage_membership(stage_mix(age_days)) * weights


def score_points(
    points: Floats, *, counted: Bools, age_days: Floats, config: ScorecardConfig
) -> Scored:
    """The score of points [A, 24] at ages [A]; see `score`."""
    return score(
        points,
        counted=counted,
        inner=inner_weights(age_days, config),
        outer=outer_weights(age_days, config),
        dimension_of=dimension_of(),
        min_coverage=config.min_coverage,
    )


def points_under(
    config: ScorecardConfig,
    *,
    raw: Floats,
    states: States,
    points: Floats,
) -> Floats:
    """Points [A, 24] of stored raw values; what was carried or frozen stays as it was."""
    return curved(
        config, raw=raw, measured=(states == State.OK.value) & ~np.isnan(raw), points=points
    )


def curved(config: ScorecardConfig, *, raw: Floats, measured: Bools, points: Floats) -> Floats:
    """Points [A, 24] of the raw values that were measured [A, 24]."""
    new = points.copy()
    for signal in SIGNALS:
        rows = measured[:, signal.slot]
        new[rows, signal.slot] = config.curves[signal.code](raw[rows, signal.slot])
    return new


def rescore(
    config: ScorecardConfig,
    *,
    raw: Floats,
    states: States,
    points: Floats,
    age_days: Floats,
) -> tuple[Floats, Scored]:
    """Points [A, 24] and scores of stored snapshots under another scorecard; where people are not
    expected every day, one that `for_cadence` made.
    """
    new = points_under(config, raw=raw, states=states, points=points)
    counted = ~np.isnan(new) & (states != State.BROKEN.value)
    return new, score_points(new, counted=counted, age_days=age_days, config=config)
