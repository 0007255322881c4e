"""What several functions read of the same frames is worked out once. Pure."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

import numpy as np

from metrics.signals.base import Frames

Given = ParamSpec("Given")
Found = TypeVar("Found")
KEPT = "_once"  # a slot of the frames: what is kept goes with them, and copies begin without


def once(
    function: Callable[Concatenate[Frames, Given], Found],
) -> Callable[Concatenate[Frames, Given], Found]:
    """Keeps what a function of frames (and hashable keyword arguments) returned for as long as
    those frames live. For what is costly to work out, small, and asked for more than once: a
    value per account or person, a table of groups or tickets, never one per person and day.

    Nobody may change what is kept: arrays are locked and raise ValueError; of a table make another
    (`assign`, a selection), which pandas never lets write into this one.
    """

    @wraps(function)
    def known(frames: Frames, /, *args: Given.args, **given: Given.kwargs) -> Found:
        kept: dict[Hashable, Any] = frames.__dict__.setdefault(KEPT, {})
        key = (function, *args, *sorted(given.items()))
        if key not in kept:
            kept[key] = _locked(function(frames, *args, **given))
        found: Found = kept[key]
        return found

    return known


def _locked(found: Any) -> Any:
    """The same, its arrays read-only."""
    for each in found if isinstance(found, tuple) else (found,):
        if isinstance(each, np.ndarray):
            each.setflags(write=False)
    return found
