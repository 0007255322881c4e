"""Changes of the facts that must not change a score, or only in one direction."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.signals.base import HISTORY_DAYS, Bools, Cadence, Floats, Frames, Stage
from metrics.signals.catalogue import BY_CODE
from metrics.signals.defaults import effective_percentages
from metrics.signals.weeks import active_28
from tests.frames_maker import make_frames, person, weekdays
from tests.reference.accounts import DAYS, all_frames
from tests.signals.any_frames import CONFIG, any_frames, score_of
from tests.signals.changed import later, raws, shuffled, twice

seeds = st.integers(0, 10_000)


# a leap day, both changes of the clock and the days after them, the last week of a year
STRANGE_DAYS = [
    dt.date(*day)
    for day in [
        (2028, 2, 29),
        (2028, 3, 1),
        (2026, 3, 29),
        (2026, 3, 30),
        (2026, 10, 25),
        (2026, 10, 26),
        (2027, 1, 1),
    ]
]
# all others are ratios of people or seats, or look at neither
NO_RATIOS = {
    "S08": "five pseudo-people soften the share of a small account",
    "S14": "the busiest person has half of her share once there are two of her",
    "S17": "twice the people are expected to ask twice",
}
EVERYBODY = range(len(DAYS))  # the 200 accounts of the reference, twenty to a night


@cache
def known(night: int) -> dict[str, tuple[Floats, list[str]]]:
    return raws(all_frames()[night])


@pytest.mark.parametrize("night", EVERYBODY)
def test_twice_the_people_and_seats_change_no_ratio(night: int) -> None:
    both = raws(twice(all_frames()[night]))
    for code in set(both).difference(NO_RATIOS):
        raw, states = known(night)[code]
        had = np.array([state == "OK" for state in states])
        assert {both[code][1][place] for place in np.flatnonzero(had)} <= {"OK"}, code
        assert both[code][0][had] == pytest.approx(raw[had], rel=1e-9), code


def test_twice_the_people_and_seats_change_the_others_as_they_should() -> None:
    for frames in all_frames():
        both = twice(frames)
        for code, counted in (("S08", ["part", "whole"]), ("S17", ["whole"])):
            raw = BY_CODE[code].raw
            for name in counted:
                once = raw(frames)[name].to_numpy(dtype=float)
                assert raw(both)[name].to_numpy(dtype=float) == pytest.approx(2 * once, nan_ok=True)
        top = [BY_CODE["S14"].raw(one)["part"] for one in (frames, both)]
        assert top[0].equals(top[1])


@pytest.mark.parametrize("night", EVERYBODY)
def test_everything_half_a_year_later_is_the_same(night: int) -> None:
    frames = all_frames()[night]
    after = raws(later(frames, weeks=26))
    if frames.portfolio.tenant.cadence is Cadence.MONTHLY:
        del after["S05"]  # months are no weeks: it asks for other days
    for code, (raw, states) in after.items():
        assert states == known(night)[code][1], code
        assert raw == pytest.approx(known(night)[code][0], rel=1e-9, nan_ok=True), code


@pytest.mark.parametrize("night", EVERYBODY)
def test_ids_and_order_do_not_matter(night: int) -> None:
    frames = all_frames()[night]
    order = np.random.default_rng(night).permutation(len(frames.accounts))
    mixed = raws(shuffled(frames, order, seed=night))
    for code, (raw, states) in known(night).items():
        assert mixed[code][1] == [states[place] for place in order], code
        assert mixed[code][0] == pytest.approx(raw[order], rel=1e-9, abs=1e-9, nan_ok=True), code


@settings(max_examples=20, deadline=None)
@given(seeds, st.integers(1, HISTORY_DAYS))
def test_more_active_days_never_lower_consistency(seed: int, ago: int) -> None:
    frames = any_frames(seed)
    if not len(frames.people):
        return
    more = frames.active.copy()
    more[0, HISTORY_DAYS - ago] = True
    assert_not_lower("S05", frames, more)


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


@pytest.mark.parametrize("day", STRANGE_DAYS)
@pytest.mark.parametrize("age", [0, 1, 7, 90, 91, 365, 366, 4000])
def test_the_strangest_account_has_a_defined_state_and_no_score(day: dt.date, age: int) -> None:
    measured, score = score_of(make_frames(age=age, seats=1, day=day))
    assert np.isnan(score[0])
    assert set(measured.state[0]) <= {"TOO_LITTLE", "NOT_APPLICABLE"}


@pytest.mark.parametrize("day", STRANGE_DAYS)
@pytest.mark.parametrize("age", [0, 1, 7, 400])
def test_one_person_on_one_seat_on_the_day_of_renewal_has_values_or_reasons(
    day: dt.date, age: int
) -> None:
    newest = person(tenure=age, active=range(1, min(age, HISTORY_DAYS) + 1), intended=True)
    frames = make_frames(age=age, seats=1, day=day, people=[newest])
    today = frames.accounts.assign(renews_in_days=0.0, notice_in_days=0.0)
    measured, _ = score_of(replace(frames, accounts=today))
    has = measured.state[0] == "OK"
    assert (has == np.isfinite(measured.raw[0])).all()
    assert set(measured.state[0]) <= {"OK", "TOO_LITTLE", "NOT_APPLICABLE"}
    assert ((measured.points[0][has] >= 0) & (measured.points[0][has] <= 100)).all()
    assert has[0] == (age >= 7)


@pytest.mark.parametrize("stage", list(Stage))
def test_effective_percentages_sum_to_a_hundred(stage: Stage) -> None:
    shares = effective_percentages(CONFIG, stage)
    assert sum(shares.values()) == pytest.approx(100)
    assert ("S03" in shares) == (stage is Stage.ONBOARDING)
    assert ("S05" in shares) == (stage is not Stage.ONBOARDING)
