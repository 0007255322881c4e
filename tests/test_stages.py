"""Stages blend over four weeks, so that no score jumps at a birthday."""

from __future__ import annotations

import numpy as np
import pytest

from accounts.stages import stage_mix, stage_of


@pytest.mark.parametrize(
    ("age", "mix"),
    [
        (0, (1, 0, 0)),
        (76, (1, 0, 0)),
        (90, (0.5, 0.5, 0)),
        (104, (0, 1, 0)),
        (351, (0, 1, 0)),
        (365, (0, 0.5, 0.5)),
        (379, (0, 0, 1)),
        (4000, (0, 0, 1)),
    ],
)
def test_stages_blend_linearly(age: float, mix: tuple[float, ...]) -> None:
    assert stage_mix(np.array([float(age)]))[0] == pytest.approx(mix)


@pytest.mark.parametrize(
    ("age", "stage"),
    [(0, "onboarding"), (90, "onboarding"), (91, "adoption"), (365, "adoption"), (366, "mature")],
)
def test_a_page_names_one_stage(age: int, stage: str) -> None:
    assert stage_of(age) == stage
