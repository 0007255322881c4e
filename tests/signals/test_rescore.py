"""A stored night under another scorecard: the same facts, no recalculation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.signals.base import SLOTS, Cadence, Dimension, Portfolio, Source, Tenant
from metrics.signals.catalogue import BY_CODE
from metrics.signals.defaults import default_config, read_config
from metrics.signals.evaluate import Previous, evaluate, for_cadence
from metrics.signals.rescore import dimension_of, inner_weights, outer_weights, rescore
from tests.signals.any_frames import CONFIG, any_frames, broken, score_of
from tests.signals.nights import team

OTHER = read_config(
    {
        "signals": {"S05": 1, "S07": 8},
        "curves": {"S01": [[0, 0], [1, 100]]},
        "thresholds": {"min_coverage": 0.2},
    }
)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([Source.USAGE, Source.SURVEYS, None]))
def test_it_gives_what_the_night_would_have_given(seed: int, lost: Source | None) -> None:
    frames = any_frames(seed)
    frames = broken(frames, lost) if lost else frames
    age = frames.accounts["age_days"].to_numpy()
    night, _ = score_of(frames)
    for config in (CONFIG, OTHER):
        points, scored = rescore(
            config, raw=night.raw, states=night.state, points=night.points, age_days=age
        )
        again = evaluate(frames, config, Previous.nothing(len(age)))
        ok = night.state == "OK"
        assert np.array_equal(points[ok], again.points[ok], equal_nan=True)
        if lost is None:
            weights = (scored.weights * np.nan_to_num(points)).sum(axis=1)
            known = ~np.isnan(scored.score)
            assert weights[known] == pytest.approx(scored.score[known], abs=1e-9)


@pytest.mark.parametrize("cadence", list(Cadence))
def test_it_reads_curves_in_the_rhythm_in_which_people_are_expected(cadence: Cadence) -> None:
    frames = replace(team(10), portfolio=Portfolio(tenant=Tenant(cadence=cadence)))
    night, score = score_of(frames)
    points, scored = rescore(
        for_cadence(CONFIG, cadence),
        raw=night.raw,
        states=night.state,
        points=night.points,
        age_days=frames.accounts["age_days"].to_numpy(),
    )
    assert np.array_equal(points, night.points, equal_nan=True)
    assert scored.score == pytest.approx(score, abs=1e-9)
    own = BY_CODE["S06"].by_cadence.get(cadence, BY_CODE["S06"].curve)
    assert for_cadence(CONFIG, cadence).curves["S06"] == own
    assert for_cadence(OTHER, cadence).curves["S01"] == OTHER.curves["S01"]


def test_a_frozen_value_stays_frozen_under_another_curve() -> None:
    night, _ = score_of(broken(team(10), Source.USAGE))
    points, _ = rescore(
        OTHER, raw=night.raw, states=night.state, points=night.points, age_days=np.array([400.0])
    )
    assert points[0, 0] == night.points[0, 0]


def test_weights_fade_with_the_stages_they_are_for() -> None:
    config = default_config()
    ages = np.array([10.0, 90.0, 200.0, 400.0])
    inner = inner_weights(ages, config)
    assert inner.shape == (4, SLOTS)
    assert inner[:, BY_CODE["S03"].slot].tolist() == [4, 2, 0, 0]
    assert inner[:, BY_CODE["S05"].slot].tolist() == [0, 2.5, 5, 5]
    assert inner[:, BY_CODE["S01"].slot].tolist() == [4, 4, 4, 4]
    outer = outer_weights(ages, config)
    assert outer[1].tolist() == [22.5, 26, 14, 16.5, 12, 9]
    assert outer.sum(axis=1).tolist() == [100] * 4


def test_every_place_belongs_to_the_dimension_of_its_signal() -> None:
    order = list(Dimension)
    assert dimension_of().tolist() == [
        order.index(BY_CODE[f"S{place:02d}"].dimension) for place in range(1, 25)
    ]
