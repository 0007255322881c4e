"""The order of a day: every factor pulls one way, and the numbers of the documentation hold."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.scoring import ranking
from metrics.scoring.ranking import (
    FLOOR,
    MOST_NOW,
    RENEWAL_OVER,
    Factors,
    Stakes,
    cannot_wait,
    deadline,
    dropping_since,
    factors,
    silent_since,
)

DAY = dt.date(2026, 3, 18)
scores = st.floats(0, 100)
money = st.floats(0, 1e9)
stakes = st.builds(
    Stakes,
    score=st.none() | scores,
    falling=st.booleans(),
    leaving=st.booleans(),
    arr=st.none() | money,
    largest=st.none() | money,
    days_left=st.none() | st.integers(-2000, 4000),
    age=st.integers(0, 4000),
)


def rank(of: Stakes, **over: Any) -> float:
    return factors(replace(of, **over)).rank


def test_the_rank_is_the_product_of_the_factors() -> None:
    assert Factors(risk=0.5, arr=0.4, renewal=1.0, recency=0.25).rank == pytest.approx(0.05)


@given(stakes)
def test_every_factor_lies_between_the_floor_and_one(of: Stakes) -> None:
    found = factors(of)
    parts = (found.risk, found.arr, found.renewal, found.recency)
    assert all(FLOOR <= part <= 1 for part in parts)
    assert found.rank == pytest.approx(parts[0] * parts[1] * parts[2] * parts[3])


@given(stakes, scores, scores)
def test_a_lower_score_never_ranks_lower(of: Stakes, one: float, other: float) -> None:
    assert rank(of, score=min(one, other)) >= rank(of, score=max(one, other))


@given(stakes)
def test_falling_and_leaving_never_rank_lower(of: Stakes) -> None:
    assert rank(of, falling=True) >= rank(of, falling=False)
    assert rank(of, leaving=True) >= rank(of, leaving=False)


@given(stakes, money, money)
def test_more_money_never_ranks_lower(of: Stakes, one: float, other: float) -> None:
    assert rank(of, arr=max(one, other)) >= rank(of, arr=min(one, other))


@given(stakes, st.integers(-RENEWAL_OVER, 4000), st.integers(-RENEWAL_OVER, 4000))
def test_a_nearer_renewal_never_ranks_lower(of: Stakes, one: int, other: int) -> None:
    assert rank(of, days_left=min(one, other)) >= rank(of, days_left=max(one, other))


@given(stakes, st.integers(0, 4000), st.integers(0, 4000))
def test_what_is_newer_never_ranks_lower(of: Stakes, one: int, other: int) -> None:
    assert rank(of, age=min(one, other)) >= rank(of, age=max(one, other))


@given(stakes, stakes, st.floats(1e3, 1e6), st.floats(1e6, 1e9))
def test_the_largest_account_of_a_list_does_not_change_its_order(
    one: Stakes, other: Stakes, small: float, large: float
) -> None:
    """Above the floor it is the same factor for all."""
    pair = [replace(one, arr=small / 2), replace(other, arr=small)]
    if any(factors(replace(of, largest=large)).arr == FLOOR for of in pair):
        return
    near, far = ([rank(of, largest=most) for of in pair] for most in (small, large))
    assert (near[0] - near[1]) * (far[0] - far[1]) >= -1e-12


@pytest.mark.parametrize(
    ("over", "factor", "expected"),
    [
        ({"score": 40}, "risk", 1.0),
        ({"score": 70}, "risk", 0.5),
        ({"score": 70, "falling": True}, "risk", 0.65),
        ({"score": 100}, "risk", 0.1),
        ({"score": 90, "leaving": True}, "risk", 1.0),
        ({"score": None}, "risk", 0.5),
        ({"arr": 25, "largest": 100}, "arr", 0.5),
        ({"arr": 0, "largest": 100}, "arr", 0.1),
        ({"arr": None, "largest": 100}, "arr", 0.3),
        ({"arr": 100, "largest": None}, "arr", 0.3),
        ({"arr": 0, "largest": 0}, "arr", 0.3),
        ({"days_left": 0}, "renewal", 1.0),
        ({"days_left": 150}, "renewal", 0.5),
        ({"days_left": -30}, "renewal", 1.0),
        ({"days_left": -31}, "renewal", 0.3),
        ({"days_left": None}, "renewal", 0.3),
        ({"age": 0}, "recency", 1.0),
        ({"age": 9}, "recency", 0.5),
        ({"age": -1}, "recency", 1.0),
        ({"age": 400}, "recency", 0.1),
    ],
)
def test_the_formula_gives_these_numbers(
    over: dict[str, Any], factor: str, expected: float
) -> None:
    found = factors(replace(Stakes(score=50), **over))
    assert getattr(found, factor) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("renews_in", "notice_days", "expected"),
    [
        (None, 30, (None, None)),
        (90, None, (90, False)),
        (90, 30, (60, True)),
        (30, 30, (0, True)),
        (29, 30, (29, False)),
        (-5, 30, (-5, False)),
    ],
)
def test_the_day_that_decides_is_the_last_one_for_notice_while_it_is_to_come(
    renews_in: int | None, notice_days: int | None, expected: tuple[int | None, bool | None]
) -> None:
    renews_on = None if renews_in is None else DAY + dt.timedelta(days=renews_in)
    day, for_notice = deadline(renews_on=renews_on, notice_days=notice_days, day=DAY)
    assert (None if day is None else (day - DAY).days) == expected[0]
    assert for_notice == bool(expected[1])


def test_a_drop_stands_since_the_first_of_the_days_that_lost_so_much() -> None:
    steady = [80.0] * 20
    assert dropping_since([*steady, 70.0], DAY) == DAY
    assert dropping_since([*steady, 70.0, 70.0, 71.0], DAY) == DAY - dt.timedelta(days=2)
    assert dropping_since([*steady, 75.0, 70.0, 70.0], DAY) == DAY - dt.timedelta(days=1)
    assert dropping_since([*steady, 70.0, None, 70.0], DAY) == DAY
    assert dropping_since([], DAY) == DAY


def test_silence_begins_on_the_day_after_the_last_score() -> None:
    assert silent_since([80.0, None, None], DAY) == DAY - dt.timedelta(days=1)
    assert silent_since([80.0, 80.0, None], DAY) == DAY
    assert silent_since([None, None], DAY) is None
    assert silent_since([], DAY) is None


def test_what_ranks_high_cannot_wait_but_never_more_than_seven() -> None:
    assert cannot_wait([]) == 0
    assert cannot_wait([0.9, 0.12, 0.119]) == 2
    assert cannot_wait([0.9] * 20) == MOST_NOW


@pytest.mark.parametrize(
    "text",
    [
        f"(100 − score) / {ranking.WORST_SPAN:.0f}",
        f"{ranking.FALLING} more while the score is falling",
        f"{ranking.NO_SCORE} without a score",
        f"{ranking.UNKNOWN} where it is unknown",
        f"2^(−days / {ranking.RENEWAL_HALVES:.0f})",
        f"2^(−days / {ranking.RECENCY_HALVES:.0f})",
        f"1 up to {ranking.RENEWAL_OVER} days after the renewal",
    ],
)
def test_the_formula_is_written_down_with_these_numbers(text: str) -> None:
    page = Path(__file__).parents[2] / "docs" / "my-day.md"
    assert text in page.read_text(encoding="utf-8")
    assert text in " ".join((ranking.__doc__ or "").split())


def test_the_limits_are_written_down() -> None:
    page = Path(__file__).parents[2] / "docs" / "my-day.md"
    text = " ".join(page.read_text(encoding="utf-8").split())
    assert f"From a rank of {ranking.NOW} on an item is for now, at most {MOST_NOW} of them" in text
    assert f"lost {ranking.DROP:.0f} points or more in {ranking.DROP_DAYS} days" in text
    assert f"Each factor lies between {FLOOR} and 1" in text
