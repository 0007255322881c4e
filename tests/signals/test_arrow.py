"""The arrow beside S07: the pace of twelve weeks, by hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import combinations
from statistics import median

import numpy as np
import pytest

from metrics.signals.arrow import direction, usage_arrow
from metrics.signals.base import Portfolio
from metrics.signals.engagement import usage_against_own_normal
from metrics.signals.weeks import complete_weeks
from tests.frames_maker import DAY, make_frames, person, weekdays

MANY = 1e9  # so many seats that half a person is nothing


def arrow(users: list[float], *, seats: float = MANY, weeks: list[int] | None = None) -> float:
    sold = np.full((1, len(users)), seats)
    columns = np.array(weeks if weeks is not None else range(len(users)), dtype=np.intp)
    return float(usage_arrow(np.array([users]) / sold, seats=sold, weeks=columns)[0])


def test_the_arrow_of_the_specification() -> None:
    falling = arrow([MANY / 2 * np.exp(-0.03 * week) for week in range(12)])
    assert falling == pytest.approx(np.exp(12 * -0.03) - 1, abs=1e-6)
    assert falling == pytest.approx(-0.3023, abs=5e-5)
    assert direction(falling) == "falling"


def test_only_the_last_twelve_weeks_count_and_as_usual_is_no_arrow() -> None:
    assert arrow([100.0, 300.0] * 10 + [200.0] * 12) == pytest.approx(0)
    assert arrow([20.0] * 12, seats=40) == 0


def test_one_odd_week_bends_nothing() -> None:
    users = [MANY / 2 * np.exp(0.02 * week) for week in range(12)]
    users[5] = 0.0
    assert arrow(users) == pytest.approx(np.exp(12 * 0.02) - 1, abs=0.02)


def test_weeks_that_are_left_out_keep_their_place_in_time() -> None:
    users = [MANY / 2 * np.exp(-0.03 * week) for week in range(14)]
    users[6] = users[7] = 1.0
    kept = [week for week in range(14) if week not in (6, 7)]
    assert arrow(users, weeks=kept) == pytest.approx(np.exp(12 * -0.03) - 1, abs=1e-6)


def test_an_empty_week_is_half_a_person() -> None:
    # ln .25 for six weeks, then ln .05: 36 of the 66 slopes are a fall of ln 5 in 1 to 11 weeks
    pairs = combinations(range(12), 2)
    fall = median(np.log(5) / (j - i) if i < 6 <= j else 0.0 for i, j in pairs)
    assert arrow([2.0] * 6 + [0.0] * 6, seats=10) == pytest.approx(np.expm1(-12 * fall))


def test_s07_tells_its_arrow_where_it_has_a_value() -> None:
    people = [person(active=weekdays(*range(1 + lost, 31))) for lost in range(12)]
    steady = [person(active=weekdays(*range(1, 31))) for _ in range(8)]
    table = usage_against_own_normal(make_frames(people=people + steady))
    detail = table["detail"].iloc[0]
    users = [20.0] + [20.0 - lost for lost in range(1, 12)]
    assert detail == {"arrow": pytest.approx(arrow(users, seats=20), abs=1e-6)}
    assert direction(detail["arrow"]) == "falling"
    assert usage_against_own_normal(make_frames())["detail"].iloc[0] is None


def test_s07_has_no_arrow_where_one_week_of_twelve_was_heard() -> None:
    frames = make_frames(people=[person(active=weekdays(*range(1, 31))) for _ in range(5)])
    unheard = np.zeros((1, len(frames.weeks)), dtype=bool)
    unheard[0, -12:-1] = True
    row = usage_against_own_normal(replace(frames, unheard=unheard)).iloc[0]
    assert (row["state"], row["detail"]) == ("OK", None)


def test_s07_takes_the_season_out_of_its_arrow() -> None:
    last = complete_weeks(DAY)[-1]
    season = {last - dt.timedelta(weeks=back): 0.8 for back in range(6)}
    people = [person(active=weekdays(*range(1, 31))) for _ in range(16)]
    people += [person(active=weekdays(*range(7, 31))) for _ in range(4)]
    frames = make_frames(people=people, seats=1000, portfolio=Portfolio(season=season))
    found = usage_against_own_normal(frames)["detail"].iloc[0]["arrow"]
    assert found == pytest.approx(0, abs=0.02)


@pytest.mark.parametrize(
    ("value", "word"),
    [
        (-0.1, "falling"),
        (-0.09, ""),
        (0.0, ""),
        (0.09, ""),
        (0.1, "rising"),
        (None, ""),
    ],
)
def test_a_tenth_is_an_arrow(value: float | None, word: str) -> None:
    assert direction(value) == word
