"""What several functions read of the same frames is worked out once."""

from __future__ import annotations

import gc
import weakref
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from metrics.signals.base import Floats, Frames
from metrics.signals.breadth import groups_reached
from metrics.signals.once import once
from metrics.signals.weeks import active_28, active_days_in
from tests.frames_maker import make_frames, person


def test_it_is_worked_out_once_for_the_same_frames_and_arguments() -> None:
    asked: list[int] = []

    @once
    def counted(frames: Frames, *, days: int) -> int:
        asked.append(days)
        return len(asked)

    frames = make_frames(people=[person(), person()])
    assert [counted(frames, days=days) for days in (28, 84, 28, 84)] == [1, 2, 1, 2]
    assert asked == [28, 84]


def test_other_frames_are_other_facts() -> None:
    frames = make_frames(people=[person(), person()])
    frames.active[:] = True
    assert active_28(frames).all()
    assert not active_28(replace(frames, active=np.zeros_like(frames.active))).any()


def test_two_functions_do_not_take_each_others_values() -> None:
    @once
    def one(frames: Frames) -> int:
        return 1

    @once
    def two(frames: Frames) -> int:
        return 2

    frames = make_frames(people=[person(), person()])
    assert (one(frames), two(frames)) == (1, 2)


def test_what_is_kept_goes_with_the_frames() -> None:
    frames = make_frames(people=[person(), person()])
    kept = weakref.ref(active_days_in(frames, days=28))
    assert kept() is not None
    del frames
    gc.collect()
    assert kept() is None


def test_nobody_changes_what_others_read() -> None:
    @once
    def both(frames: Frames) -> tuple[Floats, str]:
        return np.zeros(2), "text"

    frames = make_frames(people=[person(), person()])
    with pytest.raises(ValueError, match="read-only"):
        active_days_in(frames, days=28)[0] = 7
    with pytest.raises(ValueError, match="read-only"):
        both(frames)[0][0] = 7
    before = groups_reached(frames, by="group").copy()
    other = groups_reached(frames, by="group")[:]
    other["active"] = 7
    pd.testing.assert_frame_equal(groups_reached(frames, by="group"), before)
