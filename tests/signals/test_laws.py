"""The laws over whole frames: missing is never zero, losing data never raises a score."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.scoring.caps import Capped, apply
from metrics.signals.base import Bools, Frames, Source
from metrics.signals.cap_facts import cap_facts
from metrics.signals.catalogue import SIGNALS
from metrics.signals.evaluate import Evaluated
from metrics.signals.outages import usage_speaks
from metrics.signals.rescore import score_points
from tests.signals.any_frames import (
    CONFIG,
    SOURCES,
    any_frames,
    as_previous,
    broken,
    score_of,
    without_facts,
)

seeds = st.integers(0, 10_000)


def capped(frames: Frames, measured: Evaluated, held: Mapping[str, Bools] | None = None) -> Capped:
    age = frames.accounts["age_days"].to_numpy()
    score = score_points(measured.points, counted=measured.counted, age_days=age, config=CONFIG)
    before = np.full(len(age), held is not None)
    facts = cap_facts(frames, measured, held=held or {}, has_before=before)
    return apply(score.score, facts, CONFIG.caps)


LOSSES = [("broken", 1.0), ("broken", 40.0), ("late", 3.0), ("late", 15.0)]


@settings(max_examples=20, deadline=None)
@given(seeds, st.sampled_from(SOURCES), st.sampled_from(LOSSES))
def test_killing_a_source_never_raises_a_score(
    seed: int, source: Source, how: tuple[str, float]
) -> None:
    frames = any_frames(seed)
    _, alive = score_of(frames)
    _, dead = score_of(broken(frames, source, *how))
    assert not (dead > alive + 1e-9).any(), (alive, dead)


@settings(max_examples=20, deadline=None)
@given(seeds, st.sampled_from(SOURCES), st.sampled_from(LOSSES), st.booleans())
def test_nor_does_it_after_a_night_in_which_it_lived(
    seed: int, source: Source, how: tuple[str, float], forget: bool
) -> None:
    frames = any_frames(seed)
    yesterday, alive = score_of(frames)
    after = without_facts(frames, source) if forget else frames
    _, dead = score_of(broken(after, source, *how), as_previous(yesterday))
    assert not (dead > alive + 1e-9).any(), (alive, dead)


@settings(max_examples=20, deadline=None)
@given(seeds, st.sampled_from(SOURCES), st.sampled_from(LOSSES), st.booleans())
def test_nor_is_a_cap_lifted(
    seed: int, source: Source, how: tuple[str, float], forget: bool
) -> None:
    frames = any_frames(seed)
    yesterday, _ = score_of(frames)
    alive = capped(frames, yesterday)
    after = broken(without_facts(frames, source) if forget else frames, source, *how)
    today, _ = score_of(after, as_previous(yesterday))
    dead = capped(after, today, held=alive.holds)
    assert not (dead.final > alive.final + 1e-9).any(), (alive, dead)
    for rule, held in alive.holds.items():
        assert not (held & ~dead.holds[rule]).any(), rule


@settings(max_examples=20, deadline=None)
@given(seeds, seeds, st.sampled_from(SOURCES), st.sampled_from([1.0, 3.0, 40.0]))
def test_a_broken_value_is_at_most_the_last_the_median_and_what_arrived(
    seed: int, before: int, source: Source, days: float
) -> None:
    frames = any_frames(seed)
    last, _ = score_of(any_frames(before))
    alive, _ = score_of(frames)
    dead_frames = broken(frames, source, days=days)
    dead, _ = score_of(dead_frames, as_previous(last))
    heard = usage_speaks(dead_frames)
    for signal in (signal for signal in SIGNALS if source in signal.needs):
        found, was, now = (e.points[:, signal.slot] for e in (dead, last, alive))
        applies = dead.state[:, signal.slot] != "NOT_APPLICABLE"
        assert (np.isnan(found) == (~applies | (np.isnan(was) & np.isnan(now)))).all()
        assert not (found > was).any()
        assert not (found > frames.portfolio.median_points.get(signal.code, 100)).any()
        counts = heard | np.isnan(was) | (Source.USAGE not in signal.needs)
        assert not (found[counts] > now[counts]).any()
        assert not dead.counted[:, signal.slot].any()


@settings(max_examples=20, deadline=None)
@given(seeds)
def test_every_null_has_a_reason_and_every_value_a_state(seed: int) -> None:
    measured, _ = score_of(any_frames(seed))
    for signal in SIGNALS:
        raw, state = measured.raw[:, signal.slot], measured.state[:, signal.slot]
        assert ((state == "OK") == ~np.isnan(raw)).all()
        assert set(state) <= {"OK", "TOO_LITTLE", "NOT_APPLICABLE"}
        assert (np.isnan(measured.points[:, signal.slot]) == np.isnan(raw)).all()


@settings(max_examples=20, deadline=None)
@given(seeds, seeds, st.sampled_from(SOURCES), st.sampled_from([1.0, 3.0, 14.0]))
def test_a_late_value_is_at_most_the_last_and_what_arrived(
    seed: int, before: int, source: Source, days: float
) -> None:
    frames = any_frames(seed)
    last, _ = score_of(any_frames(before))
    alive, _ = score_of(frames)
    late_frames = broken(frames, source, "late", days)
    late, _ = score_of(late_frames, as_previous(last))
    heard = usage_speaks(late_frames)
    for signal in (signal for signal in SIGNALS if source in signal.needs):
        found, was, now = (e.points[:, signal.slot] for e in (late, last, alive))
        assert not (found > was).any()
        counts = heard | np.isnan(was) | (Source.USAGE not in signal.needs)
        assert not (found[counts] > now[counts]).any()
        own = ~late.carried[:, signal.slot]
        assert np.array_equal(
            late.raw[own, signal.slot], alive.raw[own, signal.slot], equal_nan=True
        )
