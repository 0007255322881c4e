"""Changes of the facts that must not change a score, or only in one direction."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.signals.base import HISTORY_DAYS, Bools, Frames, Stage
from metrics.signals.catalogue import BY_CODE, SIGNALS
from metrics.signals.defaults import effective_percentages
from metrics.signals.weeks import active_28
from tests.frames_maker import make_frames, person, weekdays
from tests.signals.any_frames import CONFIG, any_frames, score_of

seeds = st.integers(0, 10_000)


def lively(copies: int = 1, shift: int = 0, day: dt.date | None = None) -> Frames:
    people = [
        person(
            tenure=420,
            active=weekdays(*range(1, 31), days=(0, place % 5)),
            group="AB"[place % 2],
            intended=True,
        )
        for place in range(6)
    ] * copies
    training = [{"person": place, "completed_days_ago": 9} for place in range(0, 6 * copies, 2)]
    used = [{"person": p, "feature": p % 2, "last_days_ago": 4} for p in range(6 * copies)]
    return make_frames(
        seats=8 * copies,
        people=people,
        training=training,
        feature_use=used,
        features=[{"key": "a"}, {"key": "b"}],
        **({"day": day} if day else {}),
    )


RATIOS = ("S01", "S02", "S05", "S06", "S07", "S09", "S11", "S12", "S13")


@pytest.mark.parametrize("code", RATIOS)
def test_twice_the_people_and_seats_are_the_same_ratio(code: str) -> None:
    signal = next(signal for signal in SIGNALS if signal.code == code)
    once, twice = signal.raw(lively()), signal.raw(lively(copies=2))
    assert once["raw"][0] == pytest.approx(twice["raw"][0])
    assert once["state"][0] == "OK"


@pytest.mark.parametrize("weeks", [1, 5, 26])
def test_everything_a_few_weeks_later_is_the_same(weeks: int) -> None:
    frames = lively()
    later, _ = score_of(lively(day=frames.day + dt.timedelta(weeks=weeks)))
    assert np.array_equal(score_of(frames)[0].points, later.points, equal_nan=True)


def test_the_order_of_people_does_not_matter() -> None:
    people = [person(tenure=300, active=weekdays(1, 2, 3, days=(p % 5,))) for p in range(8)]
    forth, back = make_frames(people=people), make_frames(people=people[::-1])
    assert np.allclose(score_of(forth)[0].points, score_of(back)[0].points, equal_nan=True)


@settings(max_examples=20, deadline=None)
@given(seeds, st.integers(1, HISTORY_DAYS))
def test_more_active_days_never_lower_consistency(seed: int, ago: int) -> None:
    frames = any_frames(seed)
    if not len(frames.people):
        return
    more = frames.active.copy()
    more[0, HISTORY_DAYS - ago] = True
    before, after = (score_of(f)[0].points[:, 4] for f in (frames, replace(frames, active=more)))
    assert (np.isnan(before) | (after >= before - 1e-9)).all()


@settings(max_examples=20, deadline=None)
@given(seeds, st.integers(1, 51))
def test_more_days_in_a_week_they_came_never_lower_regularity(seed: int, week: int) -> None:
    """Who comes back for a single day after a pause brings one more week to take the mean over."""
    frames = any_frames(seed)
    more = frames.active.copy()
    days = [HISTORY_DAYS - ago for ago in weekdays(week, days=range(7))]
    more[:, days] |= frames.active[:, days].any(axis=1, keepdims=True)
    assert_not_lower("S06", frames, more)


@settings(max_examples=20, deadline=None)
@given(seeds, st.integers(1, HISTORY_DAYS))
def test_more_days_of_active_people_never_lower_depth(seed: int, ago: int) -> None:
    frames = any_frames(seed)
    more = frames.active.copy()
    more[:, HISTORY_DAYS - ago] |= active_28(frames)
    assert_not_lower("S11", frames, more)


def assert_not_lower(code: str, frames: Frames, active: Bools) -> None:
    raw = BY_CODE[code].raw
    before, after = (raw(f)["raw"] for f in (frames, replace(frames, active=active)))
    assert (before.isna() | (after >= before - 1e-9)).all()


@pytest.mark.parametrize(
    "day", [dt.date(2028, 2, 29), dt.date(2026, 3, 29), dt.date(2026, 10, 25), dt.date(2027, 1, 1)]
)
@pytest.mark.parametrize("age", [0, 1, 7, 90, 91, 365, 366, 4000])
def test_the_strangest_account_has_a_defined_state_and_no_score(day: dt.date, age: int) -> None:
    measured, score = score_of(make_frames(age=age, seats=1, day=day))
    assert np.isnan(score[0])
    assert set(measured.state[0]) <= {"TOO_LITTLE", "NOT_APPLICABLE"}


@pytest.mark.parametrize("stage", list(Stage))
def test_effective_percentages_sum_to_a_hundred(stage: Stage) -> None:
    shares = effective_percentages(CONFIG, stage)
    assert sum(shares.values()) == pytest.approx(100)
    assert ("S03" in shares) == (stage is Stage.ONBOARDING)
    assert ("S05" in shares) == (stage is not Stage.ONBOARDING)
