"""The table that every signal returns, and sums per account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from metrics.signals.base import Bools, Floats, Frames, State

Strings = npt.NDArray[np.object_]


def states(accounts: int, *rules: tuple[Bools, State]) -> Strings:
    """State [A]: the first rule that holds names it, else OK."""
    state = np.full(accounts, State.OK.value, dtype=object)
    for holds, value in reversed(rules):
        state[holds] = value.value
    return state


def table(
    raw: Floats,
    *,
    state: Strings,
    n: Floats,
    part: Floats | None = None,
    whole: Floats | None = None,
    detail: Sequence[Mapping[str, Any] | None] | None = None,
) -> pd.DataFrame:
    """raw, n, state, part, whole, detail: one row per account. A null is NaN, never zero."""
    nothing = np.full(len(raw), np.nan)
    said = [None] * len(raw) if detail is None else list(detail)
    return pd.DataFrame(
        {
            "raw": np.where(state == State.OK.value, raw, np.nan),
            "n": np.asarray(n, dtype=np.float64),
            "state": state,
            "part": nothing if part is None else np.asarray(part, dtype=np.float64),
            "whole": nothing if whole is None else np.asarray(whole, dtype=np.float64),
            "detail": pd.Series(said, dtype=object),
        }
    )


def per_account(frames: Frames, rows: pd.Series, weights: npt.ArrayLike | None = None) -> Floats:
    """How many rows (or the sum of their weights) each account has [A]."""
    values = np.bincount(
        rows.to_numpy(dtype=np.intp),
        weights=None if weights is None else np.asarray(weights, dtype=np.float64),
        minlength=len(frames.accounts),
    )
    return values.astype(np.float64)


def ratio(part: Floats, whole: Floats) -> Floats:
    """part / whole; NaN where the whole is zero."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(whole > 0, part / whole, np.nan)


def has_people(frames: Frames) -> Bools:
    """Accounts of which we know at least one person [A]."""
    known: Bools = per_account(frames, frames.people["account"]) > 0
    return known
