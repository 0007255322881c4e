"""Curves: exact at and between anchors, clamped, invertible, and refused when they are none."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.scoring.curves import Curve, CurveError
from metrics.signals.catalogue import SIGNALS

SEATS = Curve((0, 0), (0.2, 20), (0.4, 45), (0.6, 70), (0.8, 90), (0.9, 100))


@pytest.mark.parametrize(
    ("raw", "points"), [(-1, 0), (0, 0), (0.1, 10), (0.4, 45), (0.5, 57.5), (0.9, 100), (3, 100)]
)
def test_a_curve_is_linear_between_anchors_and_clamped(raw: float, points: float) -> None:
    assert SEATS.at(raw) == pytest.approx(points)


def test_unknown_stays_unknown() -> None:
    assert np.isnan(SEATS(np.array([np.nan]))[0])


@pytest.mark.parametrize(
    ("anchors", "message"),
    [
        (((0, 0),), "at least two anchors"),
        (((0, 0), (0, 5)), "anchor 0 must be above 0"),
        (((0, 0), (1, 101)), "101 points are outside"),
        (((0, 0), (np.inf, 5)), "is not a number"),
        (((0, np.nan), (1, 5)), "is not a number"),
    ],
)
def test_what_is_no_curve_is_refused(anchors: tuple, message: str) -> None:
    with pytest.raises(CurveError, match=message):
        Curve(*anchors)


def test_a_curve_never_changes() -> None:
    with pytest.raises(AttributeError, match="never changes"):
        SEATS.anchors = ()
    assert {SEATS: 1}[Curve(*SEATS.anchors)] == 1
    assert Curve(*SEATS.to_list()) == SEATS
    assert SEATS != "curve"
    assert repr(SEATS).startswith("Curve((0.0, 0.0)")


@given(st.sampled_from(SIGNALS), st.floats(0, 100), st.floats(-2, 5))
def test_the_inverse_gives_at_least_what_was_asked(signal, points: float, near: float) -> None:
    curve = signal.curve
    raw = curve.inverse(points, near=near)
    best = max(reached for _, reached in curve.anchors)
    assert (raw is None) == (points > best)
    if raw is not None:
        assert curve.at(raw) >= points - 1e-9


def test_the_inverse_takes_the_nearest_way_of_a_curve_with_two_sides() -> None:
    tickets = Curve((0, 60), (0.8, 100), (2, 50), (4, 0))
    assert tickets.inverse(75, near=3) == pytest.approx(1.4)
    assert tickets.inverse(75, near=0) == pytest.approx(0.3)
    assert tickets.inverse(40, near=0) == 0
