"""What one worker adds up comes to another as it was, to the last bit."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from metrics.signals.portfolio import combine, sample
from metrics.signals.sums import ARRAYS, NUMBERS, pack, unpack
from tests.signals.any_frames import any_frames


@pytest.mark.parametrize("seed", range(3))
def test_sums_come_back_as_they_were(seed: int) -> None:
    sums = sample(any_frames(seed))
    found = unpack(pack(sums))
    assert (found.weeks, found.stops) == (sums.weeks, sums.stops)
    assert_array_equal(found.users, sums.users)
    assert found.arr.keys() == sums.arr.keys()
    for currency, arr in sums.arr.items():
        assert_array_equal(found.arr[currency], arr)
    for name in (*ARRAYS, *NUMBERS):
        assert np.array_equal(getattr(found, name), getattr(sums, name)), name


def test_the_portfolio_is_the_same_whether_sums_have_travelled_or_not() -> None:
    parts = [sample(any_frames(seed)) for seed in range(3)]
    here, there = (
        combine(sums, day=any_frames(0).day, median_points={"S01": 0.1})
        for sums in (parts, [unpack(pack(part)) for part in parts])
    )
    assert here == there
