"""The weighted mean, by dimension, over what is present; and how much of it is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

# a dimension speaks if at least this share of its inner weight is present
MIN_INNER = 0.3
HIGH, MEDIUM = 0.75, 0.5
MOST = 100.0


@dataclass(frozen=True, kw_only=True)
class Scored:
    """score [A] before caps (NaN: not enough data), coverage [A] 0-1, confidence [A],
    weights [A, K] effective (sum 1 where there is a score), dimensions [A, D] points (NaN: none).
    """

    score: Floats
    coverage: Floats
    confidence: npt.NDArray[np.object_]
    weights: Floats
    dimensions: Floats


def score(
    points: Floats,
    *,
    counted: Bools,
    inner: Floats,
    outer: Floats,
    dimension_of: npt.NDArray[np.intp],
    min_coverage: float,
) -> Scored:
    """Scores A accounts out of K points.

    points [A, K]: NaN where null. counted [A, K]: whether there were data behind them (a frozen
    value keeps its weight but is no coverage). inner [A, K]: weights of signals inside their
    dimension, outer [A, D]: weights of dimensions, both nominal and blended over the stages.
    dimension_of [K]: the dimension of each signal, -1 for none.

    S_d = sum(w_i s_i) / sum(w_i) over present signals; S = sum(W_d S_d) / sum(W_d) over present
    dimensions; coverage = sum over d of W_d * (inner weight with data / inner weight), against the
    nominal weights, never renormalised.
    """
    member = dimension_of[:, None] == np.arange(outer.shape[1])  # [K, D]
    present = np.where(np.isnan(points), 0.0, inner)
    nominal, there = inner @ member, present @ member
    speaks = (there > 0) & (there >= MIN_INNER * nominal - 1e-12)
    said = np.where(speaks, outer, 0.0)
    total = said.sum(axis=1, keepdims=True)
    # weight of a signal: its share of its dimension's present weight, times that dimension's share
    per_dimension = _divide(said, there * total)
    weights = present * (per_dimension @ member.T)
    covered = _divide(np.where(counted, inner, 0.0) @ member, nominal)
    coverage = (outer * covered).sum(axis=1) / outer.sum(axis=1)
    enough = (coverage >= min_coverage - 1e-12) & (total[:, 0] > 0)
    # the weights of a perfect account may sum to a little more than 1: 100.00000000000001 is none
    mean = np.minimum((weights * np.nan_to_num(points)).sum(axis=1), MOST)
    dimensions = _divide((present * np.nan_to_num(points)) @ member, there)
    return Scored(
        score=np.where(enough, mean, np.nan),
        coverage=coverage,
        confidence=confidence(coverage, enough),
        weights=np.where(enough[:, None], weights, 0.0),
        dimensions=np.where(speaks, dimensions, np.nan),
    )


def confidence(coverage: Floats, enough: Bools) -> npt.NDArray[np.object_]:
    """high from .75, medium from .5, low below; none where there is no score."""
    names = np.where(coverage >= HIGH, "high", np.where(coverage >= MEDIUM, "medium", "low"))
    return np.where(enough, names, "none").astype(object)


def _divide(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)
