"""The printed formula: whoever computes it gets the score."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.signals.summary import (
    binding_cap,
    parts,
    printed_formula,
    shown_gives,
)
from tests.signals.any_frames import any_frames
from tests.signals.nights import night, team


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 7), st.sampled_from([None, ("R1", 30.0)]))
def test_the_formula_computes_to_the_score(
    seed: int, account: int, cap: tuple[str, float] | None
) -> None:
    found = night(any_frames(seed), account=account, cap=cap)
    line = printed_formula(found)
    if found.raw_score is None or found.score is None:
        assert line == ""
        assert parts(found) == []
        return
    computed, _, rest = line.partition(" = ")
    terms = re.findall(r"([\d.]+) × ([\d.]+)", computed)
    assert sum(float(a) * float(b) for a, b in terms) == pytest.approx(found.raw_score, abs=1e-4)
    assert sum(float(a) for a, _ in terms) == pytest.approx(1, abs=1e-6)
    assert float(rest.split()[0]) == pytest.approx(found.raw_score, abs=1e-4)
    assert float(re.findall(r"[\d.]+", rest.replace("R1", ""))[-1]) == pytest.approx(
        found.score, abs=1e-4
    )
    assert sum(shown_gives(found).values()) == pytest.approx(round(found.raw_score, 1))


def test_a_binding_cap_stands_in_the_formula_and_one_that_does_not_bind_does_not() -> None:
    capped = night(team(10), cap=("R4", 45.0))
    assert binding_cap(capped) == "cap R4"
    assert printed_formula(capped).endswith(" → 45.0000 cap R4")
    assert binding_cap(night(team(10), cap=("R4", 99.0))) == ""
    assert binding_cap(night(team(10))) == ""
    assert binding_cap(night(team(0, of=0, surveys=[]))) == ""


def test_parts_are_the_dimensions_that_count_in_page_order() -> None:
    found = parts(night(team(10)))
    assert [part.name for part in found] == [
        "Onboarding",
        "Engagement",
        "Breadth",
        "Training",
        "Sentiment",
    ]
    assert sum(part.share for part in found) == pytest.approx(1)
    assert all(part.gives == pytest.approx(part.share * part.points) for part in found)


def test_what_is_shown_sums_to_the_shown_score_and_nothing_sums_to_no_score() -> None:
    found = night(team(10))
    assert found.raw_score is not None
    shown = shown_gives(found)
    assert list(shown) == [part.name for part in parts(found)]
    assert sum(shown.values()) == pytest.approx(round(found.raw_score, 1))
    assert parts(night(team(0, of=0, surveys=[]))) == []
