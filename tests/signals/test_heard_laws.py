"""Laws of an outage of usage that is over and was never made up for.

"The same facts without the outage marked" is no measure of a score: there the lost weeks are weeks
without people, which they are not, so that marking them lifts S01 and S05 and must. And no law can
hold against what really happened in them, since nobody knows it. What is true: weeks without a word
change nothing (time stands still; of an account whose weeks are all alike none needs to be heard);
S17 expects no less for them, so that too few tickets never look better for it; and while most of
four weeks are owed nothing rises above the last word.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.signals.base import Bools, Frames, Portfolio, Source
from metrics.signals.catalogue import BY_CODE, SIGNALS
from tests.frames_maker import make_frames, person, weekdays
from tests.signals.any_frames import any_frames, as_previous, score_of

seeds = st.integers(0, 10_000)
backs = st.sets(st.integers(1, 26), max_size=20)  # weeks back
BY_DAYS = ("S01", "S09", "S10", "S11", "S12", "S13", "S14")
STEADY = (*BY_DAYS, "S05", "S06", "S07", "S17")
CALM = 0.8  # tickets against expected: below, fewer are worse


def marked(frames: Frames, weeks_back: set[int]) -> Frames:
    """All accounts lost these weeks; what is known of them stays."""
    unheard = np.zeros_like(frames.unheard)
    unheard[:, [-back for back in weeks_back]] = True
    return replace(frames, unheard=unheard)


def with_outage(frames: Frames, *, back: int, weeks: int) -> Frames:
    """An outage of so many weeks has been, the last of which is so many weeks back: all that was
    before it is longer ago by as much.
    """
    sunday = (frames.day - frames.weeks[-back]).days - 6
    active: Bools = np.zeros_like(frames.active)
    active[:, -sunday + 1 :] = frames.active[:, -sunday + 1 :]
    active[:, : -sunday + 1 - 7 * weeks] = frames.active[:, 7 * weeks : -sunday + 1]
    use = frames.feature_use
    names = ("first_days_ago", "last_days_ago")
    use = use.assign(**{n: use[n].where(use[n] < sunday, use[n] + 7 * weeks) for n in names})
    lost = set(range(back, back + weeks))
    return marked(replace(frames, active=active, feature_use=use), lost)


@settings(max_examples=25, deadline=None)
@given(seeds, st.integers(1, 12), st.integers(1, 15))
def test_an_outage_is_time_that_stood_still(seed: int, back: int, weeks: int) -> None:
    frames = any_frames(seed)
    after = with_outage(frames, back=back, weeks=weeks)
    for code in BY_DAYS:
        was, found = (BY_CODE[code].raw(each) for each in (frames, after))
        assert found["state"].tolist() == was["state"].tolist(), code
        assert np.allclose(found["raw"], was["raw"], rtol=1e-9, equal_nan=True), code


Habit = st.sets(st.integers(0, 6), min_size=1)


def alike(habits: list[set[int]], *, without: set[int]) -> Frames:
    """An account whose weeks are all alike: each person comes on her days of the week."""
    backs = [back for back in range(1, 52) if back not in without]
    people = [
        person(active=weekdays(*backs, days=sorted(days)), group="AB"[number % 2], persona="lead")
        for number, days in enumerate(habits)
    ]
    facts: dict[str, Any] = {
        "features": [{"key": key, "level": "advanced"} for key in "ab"],
        "feature_use": [{"person": n, "last_days_ago": 1} for n in range(len(people))],
        "tickets": [{"opened_days_ago": 5}] * 2,
    }
    # this week has been like the others as well
    made = make_frames(people=people, portfolio=Portfolio(ticket_rate=(0.1,) * 5), **facts)
    active = made.active.copy()
    active[:, -2:] = [[day in days for day in (0, 1)] for days in habits]
    return replace(made, active=active)


@settings(max_examples=25, deadline=None)
@given(st.lists(Habit, min_size=3, max_size=6), backs)
def test_of_weeks_that_are_all_alike_none_needs_to_be_heard(
    habits: list[set[int]], lost: set[int]
) -> None:
    whole = alike(habits, without=set())
    after = marked(alike(habits, without=lost), lost)
    for code in STEADY:
        was, found = (BY_CODE[code].raw(each).iloc[0] for each in (whole, after))
        assert was["state"] == "OK"
        assert found["state"] in ("OK", "TOO_LITTLE"), code
        if found["state"] == "OK":
            assert np.isclose(found["raw"], was["raw"]), code


@settings(max_examples=25, deadline=None)
@given(seeds, backs)
def test_no_less_is_expected_and_silence_looks_no_better(seed: int, lost: set[int]) -> None:
    frames = any_frames(seed)
    signal = BY_CODE["S17"]
    was, found = signal.raw(frames), signal.raw(marked(frames, lost))
    known = (found["state"] == "OK").to_numpy(dtype=bool)
    assert (found["whole"][known] >= was["whole"][known] - 1e-9).all()
    calm = known & (was["raw"] <= CALM).to_numpy(dtype=bool)
    points = [signal.curve(each["raw"].to_numpy(dtype=np.float64)) for each in (was, found)]
    assert (points[1][calm] <= points[0][calm] + 1e-9).all()


@settings(max_examples=20, deadline=None)
@given(seeds, seeds)
def test_while_most_of_four_weeks_are_owed_nothing_rises(seed: int, before: int) -> None:
    last, _ = score_of(any_frames(before))
    owes, _ = score_of(marked(any_frames(seed), {1, 2, 4}), as_previous(last))
    for signal in (signal for signal in SIGNALS if Source.USAGE in signal.needs):
        had = ~np.isnan(last.points[:, signal.slot])
        assert not (owes.points[had, signal.slot] > last.points[had, signal.slot]).any()
        applies = owes.state[:, signal.slot] != "NOT_APPLICABLE"
        assert (owes.state[had & applies, signal.slot] == "STALE").all(), signal.code
