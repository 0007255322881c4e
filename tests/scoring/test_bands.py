"""Bands with hysteresis: a band changes when the score means it."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.scoring.bands import BandState, asked_band, next_band, plain_band
from metrics.signals.defaults import default_config

CONFIG = default_config()
START = dt.date(2026, 1, 5)


def run(scores: list[float | None], *, every: int = 1, at_once: bool = False) -> list[str]:
    state: BandState | None = None
    bands = []
    for place, score in enumerate(scores):
        day = START + dt.timedelta(days=place * every)
        state = next_band(state, day=day, score=score, at_once=at_once, config=CONFIG)
        bands.append(state.band)
    return bands


@pytest.mark.parametrize(
    ("score", "band"),
    [(0, "red"), (59.99, "red"), (60, "amber"), (74.99, "amber"), (75, "green"), (100, "green")],
)
def test_the_thresholds(score: float, band: str) -> None:
    assert plain_band(score, CONFIG) == band


@pytest.mark.parametrize(
    ("band", "score", "asked"),
    [
        ("amber", 57, "amber"),
        ("amber", 56.9, "red"),
        ("amber", 77.9, "amber"),
        ("amber", 78, "green"),
        ("red", 62.9, "red"),
        ("red", 63, "amber"),
        ("red", 78, "green"),
        ("green", 72, "green"),
        ("green", 71.9, "amber"),
        ("green", 56, "red"),
    ],
)
def test_leaving_a_band_takes_three_points_more(band: str, score: float, asked: str) -> None:
    assert asked_band(score, band, CONFIG) == asked


def test_a_change_takes_seven_days_in_a_row() -> None:
    assert run([80, *[70] * 7]) == ["green"] * 7 + ["amber"]
    assert run([80, *[70] * 6, 80, *[70] * 6]) == ["green"] * 14


def test_or_two_evaluations_a_week_apart() -> None:
    assert run([80, 70, 70], every=7) == ["green", "green", "amber"]


def test_a_score_that_falls_on_leaves_green_after_seven_days_all_the_same() -> None:
    assert run([80, 70, 66, 62, *[50] * 4]) == ["green"] * 7 + ["amber"]
    assert run([80, *[50] * 3, *[65] * 4]) == ["green"] * 7 + ["amber"]
    assert run([80, *[50] * 7]) == ["green"] * 7 + ["red"]


def test_a_change_of_direction_begins_anew() -> None:
    assert run([65, *[50] * 6, *[80] * 6]) == ["amber"] * 13
    assert run([65, *[50] * 6, *[80] * 7])[-1] == "green"


def test_inside_the_margin_nothing_ever_changes() -> None:
    assert set(run([76, *[72.5] * 30])) == {"green"}


def test_grey_comes_and_goes_at_once() -> None:
    assert run([80, None, 70]) == ["green", "grey", "amber"]


def test_an_urgent_cap_is_followed_at_once() -> None:
    assert run([80, 30], at_once=True) == ["green", "red"]


def test_a_band_of_long_ago_protects_nothing() -> None:
    assert run([80, 70], every=15) == ["green", "amber"]


@given(st.lists(st.floats(73, 77), min_size=2, max_size=60))
def test_noise_around_a_threshold_never_flaps(scores: list[float]) -> None:
    assert len(set(run(list(scores)))) == 1
