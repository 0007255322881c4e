"""A change is split exactly; what is shown sums to what is shown."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.scoring.explain import Change, Level, change, formula, rounded

ONBOARDING = (35, 20, 10, 20, 10, 5)
ADOPTION = (10, 32, 18, 13, 14, 13)
NAMES = ("ONB", "ENG", "BRE", "TRN", "SUP", "SEN")


def level(weights: dict[str, float], points: dict[str, float], cap: float = 100) -> Level:
    total = sum(weights.values())
    shares = {name: weight / total for name, weight in weights.items()}
    raw = sum(shares[name] * points[name] for name in shares)
    return Level(points=points, weights=shares, raw_score=raw, score=min(raw, cap))


def total_of(parts: Change) -> float:
    moved = [*parts.performance.values(), *parts.weighting.values()]
    return sum(moved) + parts.caps + parts.configuration


def test_the_change_of_the_specification() -> None:
    before = level(
        dict(zip(NAMES, ONBOARDING, strict=True)),
        dict(zip(NAMES, (40, 60, 50, 70, 80, 60), strict=True)),
    )
    after = level(
        dict(zip(NAMES, ADOPTION, strict=True)),
        dict(zip(NAMES, (45, 50, 50, 75, 80, 30), strict=True)),
    )
    parts = change(before, after)
    assert (before.score, after.score) == (pytest.approx(56.0), pytest.approx(54.35))
    expected = {"ONB": 1.125, "ENG": -2.6, "BRE": 0.0, "TRN": 0.825, "SUP": 0.0, "SEN": -2.7}
    assert dict(parts.performance) == pytest.approx(expected, abs=1e-6)
    weighting = {
        "ONB": 3.16875,
        "ENG": -0.021,
        "BRE": -0.414,
        "TRN": -1.21275,
        "SUP": 0.993,
        "SEN": -0.814,
    }
    assert dict(parts.weighting) == pytest.approx(weighting, abs=1e-6)
    assert sum(parts.performance.values()) == pytest.approx(-3.35, abs=1e-6)
    assert sum(parts.weighting.values()) == pytest.approx(1.70, abs=1e-6)
    assert parts.total == pytest.approx(-1.65, abs=1e-6)


def test_a_signal_that_appears_reads_as_weighting() -> None:
    before = level({"A": 1}, {"A": 60})
    after = level({"A": 1, "B": 1}, {"A": 60, "B": 100})
    parts = change(before, after)
    assert dict(parts.performance) == {"A": 0.0, "B": 0.0}
    assert sum(parts.weighting.values()) == pytest.approx(20)


def test_a_cap_that_begins_to_bind_is_named_apart() -> None:
    parts = change(level({"A": 1}, {"A": 80}), level({"A": 1}, {"A": 70}, cap=30))
    assert (parts.performance["A"], parts.caps, parts.total) == (-10, -40, -50)


def test_the_rule_that_decides_is_named_for_each_day() -> None:
    free = level({"A": 1}, {"A": 80})
    held = replace(free, score=45.0, caps={"R2": 60.0, "R4": 45.0, "R3": 65.0})
    parts = change(free, held)
    assert (parts.bound_before, parts.bound_after) == ("", "R4")
    assert (held.binding, change(held, free).bound_before) == ("R4", "R4")
    # a cap above the score holds, and decides nothing
    assert replace(free, raw_score=40.0, score=40.0, caps={"R4": 45.0}).binding == ""


signals = st.dictionaries(
    st.sampled_from("ABCDEFGH"), st.tuples(st.floats(0.1, 9), st.floats(0, 100)), min_size=1
)
caps = st.sampled_from([30.0, 45.0, 65.0, 100.0])


def made(rows: dict[str, tuple[float, float]], cap: float) -> Level:
    return level({k: w for k, (w, _) in rows.items()}, {k: s for k, (_, s) in rows.items()}, cap)


@given(signals, signals, caps, caps)
def test_the_parts_sum_to_the_change(
    before: dict[str, tuple[float, float]],
    after: dict[str, tuple[float, float]],
    cap_before: float,
    cap_after: float,
) -> None:
    first, last = made(before, cap_before), made(after, cap_after)
    parts = change(first, last)
    assert parts.total == pytest.approx(last.score - first.score, abs=1e-9)
    assert total_of(parts) == pytest.approx(parts.total, abs=1e-9)
    reverse = change(last, first)
    assert {k: -v for k, v in reverse.performance.items()} == pytest.approx(dict(parts.performance))


@given(signals, signals, st.dictionaries(st.sampled_from("ABCDEFGH"), st.floats(0.1, 9)), caps)
def test_the_parts_sum_across_a_new_scorecard(
    before: dict[str, tuple[float, float]],
    after: dict[str, tuple[float, float]],
    new_weights: dict[str, float],
    cap: float,
) -> None:
    old_view = made(after, 100.0)
    new_rows = {k: (new_weights.get(k, w), 100 - s) for k, (w, s) in after.items()}
    last = made(new_rows, cap)
    parts = change(made(before, 100.0), last, after_under_old=old_view)
    assert parts.configuration == pytest.approx(last.raw_score - old_view.raw_score)
    assert total_of(parts) == pytest.approx(parts.total, abs=1e-9)


@given(signals, caps)
def test_contributions_sum_to_the_score_and_to_its_distance_from_seventy(
    rows: dict[str, tuple[float, float]], cap: float
) -> None:
    explained = made(rows, cap)
    assert sum(explained.contributions().values()) == pytest.approx(explained.raw_score, abs=1e-9)
    against = sum(explained.against_reference().values())
    assert against == pytest.approx(explained.raw_score - 70, abs=1e-9)


@given(st.lists(st.floats(-40, 40), min_size=1, max_size=12))
def test_rounded_parts_sum_to_the_rounded_total(parts: list[float]) -> None:
    total = sum(parts)
    shown = rounded(parts, total)
    assert sum(shown) == pytest.approx(round(total, 1), abs=1e-9)
    assert all(abs(a - b) < 0.2 for a, b in zip(shown, parts, strict=True))


def test_the_largest_remainder_gets_the_missing_tenth() -> None:
    assert rounded([1.04, 1.06, 1.04], 3.14) == [1.0, 1.1, 1.0]
    assert rounded([1.04, 1.04, 1.04], 3.12) == [1.1, 1.0, 1.0]
    assert rounded([0.0, 0.0], 0.0) == [0.0, 0.0]
    assert rounded([], 0.0) == []


def test_the_printed_line_gives_the_score() -> None:
    line = formula(
        {"A": 0.25, "B": 0.75, "C": 0.0}, {"A": 40.0, "B": 80.0, "C": 1.0}, score=45.0, cap="cap R4"
    )
    assert line == "0.25000000 × 40.000000 + 0.75000000 × 80.000000 = 70.0000 → 45.0000 cap R4"
