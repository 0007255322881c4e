"""The weighted mean, coverage, and the laws: missing is never zero, and what is shown adds up."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from metrics.scoring.score import Scored, score

# six dimensions of one to three signals each
DIMENSION_OF = np.array([0, 0, 1, 1, 1, 2, 2, 3, 4, 4, 5, 5])
SIGNALS = len(DIMENSION_OF)


def scored(
    points: list[float],
    weights: list[float] | None = None,
    outer: tuple[float, ...] = (20,) * 5 + (0,),
) -> Scored:
    row = np.array([points], dtype=np.float64)
    return score(
        row,
        counted=~np.isnan(row),
        inner=np.array([weights or [1.0] * SIGNALS]),
        outer=np.array([outer], dtype=np.float64),
        dimension_of=DIMENSION_OF,
        min_coverage=0.35,
    )


points_or_null = st.one_of(st.floats(0, 100), st.just(np.nan))
rows = arrays(np.float64, SIGNALS, elements=points_or_null)
inner_weights = arrays(np.float64, SIGNALS, elements=st.floats(0.1, 9))
outer_weights = arrays(np.float64, 6, elements=st.floats(0.5, 50))


def test_a_score_is_the_mean_of_dimensions_of_means_of_signals() -> None:
    result = scored([100, 50, 60, 60, 60, 40, 40, 80, 20, 20, 0, 0])
    assert result.score[0] == pytest.approx((75 + 60 + 40 + 80 + 20) / 5)
    assert result.dimensions[0].tolist() == [75, 60, 40, 80, 20, 0]
    assert (result.coverage[0], result.confidence[0]) == (pytest.approx(1.0), "high")


def test_a_perfect_account_has_a_hundred_and_not_a_little_more() -> None:
    """The database refuses more, and with one row all of its chunk."""
    random = np.random.default_rng(7)
    rows = np.where(random.random((500, SIGNALS)) < 0.3, np.nan, 100.0)
    result = score(
        rows,
        counted=~np.isnan(rows),
        inner=random.uniform(1, 5, size=rows.shape),
        outer=random.uniform(1, 30, size=(500, 6)),
        dimension_of=DIMENSION_OF,
        min_coverage=0.35,
    )
    known = ~np.isnan(result.score)
    assert (np.sum(result.weights * 100.0, axis=1) > 100).any()
    assert (result.score[known] <= 100).all()
    assert result.score[known] == pytest.approx(100, abs=1e-9)


def test_a_null_is_left_out_and_lowers_coverage() -> None:
    nan = np.nan
    result = scored([100, nan, 60, 60, 60, 40, 40, 80, 20, 20, 0, 0])
    assert result.score[0] == pytest.approx((100 + 60 + 40 + 80 + 20) / 5)
    assert result.coverage[0] == pytest.approx(0.9)
    assert result.weights[0, 1] == 0


def test_a_dimension_needs_three_tenths_of_its_weight() -> None:
    weights = [1.0] * SIGNALS
    weights[2:5] = [2.0, 5.0, 3.0]
    nan = np.nan
    enough = scored([50, 50, nan, nan, 90, 50, 50, 50, 50, 50, 0, 0], weights)
    assert enough.dimensions[0, 1] == 90
    too_little = scored([50, 50, 90, nan, nan, 50, 50, 50, 50, 50, 0, 0], weights)
    assert np.isnan(too_little.dimensions[0, 1])
    assert too_little.score[0] == pytest.approx(50)
    assert too_little.coverage[0] == pytest.approx(0.84)


def test_below_the_least_coverage_there_is_no_score_and_never_a_default() -> None:
    nan = np.nan
    result = scored([90, 90, nan, nan, nan, nan, nan, nan, nan, nan, nan, nan])
    assert np.isnan(result.score[0])
    assert (result.coverage[0], result.confidence[0]) == (pytest.approx(0.2), "none")
    assert result.weights[0].sum() == 0


@pytest.mark.parametrize(
    ("present", "confidence"), [(5, "high"), (4, "high"), (3, "medium"), (2, "low")]
)
def test_confidence_follows_coverage(present: int, confidence: str) -> None:
    row = [90.0 if dimension < present else np.nan for dimension in DIMENSION_OF]
    assert scored(row).confidence[0] == confidence


@given(rows, inner_weights, outer_weights)
def test_contributions_sum_to_the_score(
    points: np.ndarray, inner: np.ndarray, outer: np.ndarray
) -> None:
    result = scored(points.tolist(), inner.tolist(), tuple(outer))
    if np.isnan(result.score[0]):
        assert result.weights[0].sum() == 0
        return
    assert result.weights[0].sum() == pytest.approx(1, abs=1e-12)
    contributions = result.weights[0] * np.nan_to_num(points)
    assert contributions.sum() == pytest.approx(result.score[0], abs=1e-9)
    assert np.nanmin(points) - 1e-9 <= result.score[0] <= np.nanmax(points) + 1e-9


@given(rows, inner_weights, outer_weights)
def test_missing_is_never_zero(points: np.ndarray, inner: np.ndarray, outer: np.ndarray) -> None:
    """A null where the others stand at 80 leaves 80; a true zero does not."""
    level = np.where(np.isnan(points), np.nan, 80.0)
    result = scored(level.tolist(), inner.tolist(), tuple(outer))
    assert np.isnan(result.score[0]) or result.score[0] == pytest.approx(80)


@given(rows, inner_weights, outer_weights, st.integers(0, SIGNALS - 1))
def test_more_nulls_never_raise_coverage(
    points: np.ndarray, inner: np.ndarray, outer: np.ndarray, place: int
) -> None:
    fewer = points.copy()
    fewer[place] = np.nan
    before = scored(points.tolist(), inner.tolist(), tuple(outer))
    after = scored(fewer.tolist(), inner.tolist(), tuple(outer))
    assert after.coverage[0] <= before.coverage[0] + 1e-12
