"""Trends: computed by hand, by a plain loop, and by law."""

from __future__ import annotations

import math
from itertools import combinations
from statistics import median

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.scoring.trend import Trend, direction, mann_kendall, theil_sen, trend

NAN = float("nan")


def row(*values: float) -> np.ndarray:
    return np.array([values], dtype=np.float64)


def line(slope: float, nights: int = 28, *, noise: float = 0.0) -> np.ndarray:
    wiggle = np.array([noise * (-1) ** night for night in range(nights)])
    return (70 + slope * np.arange(nights) + wiggle)[None, :]


@pytest.mark.parametrize(
    ("values", "slope"),
    [
        ((1, 2), 1),
        ((1, 2, 4), 1.5),  # 1, 2 and 3/2
        ((10, 8, 9, 4), -2),  # -2, -1/2, -2, 1, -2, -5
        ((10, NAN, 6), -2),
        ((10, 9, NAN, 1), -3),  # -1, -3, -4
        ((5, 5, 5, 90), 14.166666666666666),  # 0, 0, 0 and 85 over 3, 2 and 1
        ((NAN, 7, NAN), NAN),
    ],
)
def test_the_slope_is_the_median_of_all_slopes(values: tuple[float, ...], slope: float) -> None:
    assert theil_sen(row(*values))[0] == pytest.approx(slope, nan_ok=True)


@pytest.mark.parametrize(
    ("values", "p"),
    [
        # S = 10, Var = 5*4*15/18 = 16.6667, z = 9/4.0825 = 2.2045
        ((1, 2, 3, 4, 5), 0.0274863361),
        ((5, 4, 3, 2, 1), 0.0274863361),
        # S = 8, one tie of two: Var = (300 - 18)/18 = 15.6667, z = 8/3.9581 = 2.0212
        ((1, 2, 2, 3, 4), 0.0432627278),
        # S = 0: no order at all
        ((1, 2, 1, 2, 1), 1.0),
        ((3, 3, 3, 3), 1.0),
        ((1, NAN, 2, 3, NAN, 4, 5), 0.0274863361),
        ((7,), 1.0),
    ],
)
def test_whether_it_is_chance(values: tuple[float, ...], p: float) -> None:
    assert mann_kendall(row(*values))[0] == pytest.approx(p, abs=1e-7)


def test_equal_scores_that_differ_in_their_last_bits_are_equal() -> None:
    assert mann_kendall(row(0.3, 0.1 + 0.2, 0.3 + 1e-12, 0.3 + 2e-12, 0.3 + 3e-12))[0] == 1


def plain(values: list[float]) -> tuple[float, float]:
    """Slope and p, straight from the formulas."""
    there = [(day, value) for day, value in enumerate(values) if not math.isnan(value)]
    pairs = list(combinations(there, 2))
    slope = median((b - a) / (j - i) for (i, a), (j, b) in pairs)
    s = sum((b > a) - (b < a) for (_, a), (_, b) in pairs)
    n = len(there)
    sizes = [sum(1 for _, v in there if v == value) for value in {v for _, v in there}]
    ties = sum(t * (t - 1) * (2 * t + 5) for t in sizes)
    variance = (n * (n - 1) * (2 * n + 5) - ties) / 18
    z = 0.0 if s == 0 else (s - math.copysign(1, s)) / math.sqrt(variance)
    return slope, math.erfc(abs(z) / math.sqrt(2))


# quarters: their differences are exact, as in tables of marks
quarters = st.integers(0, 400).map(lambda value: value / 4)


def with_gaps(values: list[float], gaps: list[int]) -> list[float]:
    """Nights that were not calculated, in between."""
    nights = list(values)
    for gap in gaps:
        nights.insert(gap, NAN)
    return nights


histories = st.builds(
    with_gaps,
    st.lists(quarters, min_size=8, max_size=20),
    st.lists(st.integers(0, 20), max_size=8),
)


@given(histories)
def test_it_agrees_with_a_plain_loop(values: list[float]) -> None:
    found = trend(row(*values))
    slope, p = plain(values)
    assert found.slope[0] == pytest.approx(30 * slope)
    assert found.p[0] == pytest.approx(p, abs=1e-12)


@given(st.lists(histories, min_size=1, max_size=4))
def test_every_account_for_itself(accounts: list[list[float]]) -> None:
    padded = [[NAN] * (28 - len(values)) + values for values in accounts]
    together = trend(np.array(padded))
    for place, values in enumerate(padded):
        alone = trend(row(*values))
        assert together.slope[place] == pytest.approx(alone.slope[0], nan_ok=True)
        assert together.p[place] == pytest.approx(alone.p[0], nan_ok=True)


def test_more_accounts_than_a_block() -> None:
    scores = np.repeat(line(-0.2), 600, axis=0)
    assert trend(scores).falling.all()


@given(histories, st.integers(-50, 50))
def test_a_constant_changes_nothing(values: list[float], constant: int) -> None:
    before, after = trend(row(*values)), trend(row(*values) + constant)
    assert after.slope[0] == pytest.approx(before.slope[0])
    assert after.p[0] == pytest.approx(before.p[0])


@given(histories)
def test_time_turned_round_turns_the_slope(values: list[float]) -> None:
    before, after = trend(row(*values)), trend(row(*reversed(values)))
    assert after.slope[0] == pytest.approx(-before.slope[0])
    assert after.p[0] == pytest.approx(before.p[0])


@given(st.lists(st.floats(0.15, 3), min_size=12, max_size=28))
def test_what_only_falls_is_falling_and_what_only_rises_rising(losses: list[float]) -> None:
    down = trend(100 - np.cumsum([losses], axis=1))
    up = trend(np.cumsum([losses], axis=1))
    assert (down.falling.tolist(), down.rising.tolist()) == ([True], [False])
    assert (up.falling.tolist(), up.rising.tolist()) == ([False], [True])


@given(st.permutations([float(value) for value in range(28)]))
def test_no_order_of_the_nights_looks_more_ordered_than_the_sorted_one(
    values: list[float],
) -> None:
    shuffled, ordered = mann_kendall(row(*values)), mann_kendall(row(*sorted(values)))
    assert shuffled[0] >= ordered[0]
    assert abs(theil_sen(row(*values))[0]) <= 1


def test_a_shuffled_fall_is_mostly_no_fall() -> None:
    random = np.random.default_rng(7)
    scores = np.array([random.permutation(line(-1.0)[0]) for _ in range(2000)])
    found = trend(scores)
    assert 0.03 < (found.p < 0.05).mean() < 0.07  # the test holds its level


@pytest.mark.parametrize(
    ("scores", "falling"),
    [
        (line(-0.1334), True),  # 4.002 points per 30 days
        (line(-0.1332), False),
        (line(-0.2, nights=8), True),
        (line(-0.2, nights=7), False),
        (row(80, 60, 82, 61, 79, 58, 75, 57), False),  # steep, but it may be chance
        (line(0.2), False),
    ],
)
def test_falling_is_steep_and_no_chance(scores: np.ndarray, falling: bool) -> None:
    assert bool(trend(scores).falling[0]) is falling
    assert bool(trend(-scores).rising[0]) is falling


def test_one_odd_night_bends_nothing() -> None:
    scores = line(-0.2)
    scores[0, 27] = 100
    assert trend(scores).slope[0] == pytest.approx(-6, abs=0.5)


def test_the_long_window_asks_for_more_nights_and_only_its_own_days() -> None:
    scores = np.concatenate([line(3.0, nights=60), line(-0.2, nights=91)], axis=1)
    assert trend(scores, days=91).slope[0] == pytest.approx(-6)
    sparse = np.full((1, 91), NAN)
    sparse[0, ::4] = line(-0.8, nights=23)[0]
    assert np.isnan(trend(sparse, days=91).slope[0])
    sparse[0, 1:13:4] = sparse[0, 0:12:4]
    assert trend(sparse, days=91).falling[0]


def test_too_few_nights_say_nothing() -> None:
    for scores in (np.full((2, 28), NAN), np.zeros((2, 0)), line(-1, nights=7)):
        found = trend(scores)
        assert np.isnan(found.slope).all()
        assert np.isnan(found.p).all()
        assert not (found.falling | found.rising).any()


def test_the_short_window_speaks_first() -> None:
    def of(*slopes: float) -> Trend:
        return Trend(slope=np.array(slopes), p=np.full(len(slopes), 0.01))

    short = of(-5, 5, 0, 0, 0, -5, 5, NAN)
    long = of(0, 0, -5, 5, 0, 5, -5, -5)
    assert direction(short, long) == [
        "falling",
        "rising",
        "falling",
        "rising",
        "",
        "falling",
        "rising",
        "falling",
    ]
