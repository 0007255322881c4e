"""Sold -> should use it -> provisioned -> trained -> active: where seats are lost."""

from __future__ import annotations

import numpy as np

from metrics.signals.base import Bools, Frames, Source, SourceState
from metrics.signals.training import is_trained
from metrics.signals.values import per_account
from metrics.signals.weeks import active_28


def seat_funnels(frames: Frames) -> list[dict[str, int | None]]:
    """Counts per account; `sold` is None where unknown, `intended` where nobody is named, and all
    of people where none are known. What a source that is not there would tell is None, not zero.
    """
    people = frames.people
    current = people["current"].to_numpy(dtype=bool)
    gone = people["left_days"].notna().to_numpy()
    where = people["account"]
    columns = {
        "intended": per_account(frames, where, people["intended"].to_numpy(dtype=bool) & ~gone),
        "provisioned": per_account(frames, where, current),
        "trained": per_account(frames, where, current & is_trained(frames)),
        "active": per_account(frames, where, active_28(frames)),
        "trained_active": per_account(
            frames, where, current & is_trained(frames) & active_28(frames)
        ),
    }
    known = per_account(frames, where) > 0
    told = {
        "intended": known & (columns["intended"] > 0),
        "provisioned": known,
        "trained": known & _connected(frames, Source.TRAINING),
        "active": known & _connected(frames, Source.USAGE),
    }
    told["trained_active"] = told["trained"] & told["active"]
    sold = frames.accounts["seats"].to_numpy()
    return [
        {"sold": None if np.isnan(sold[row]) else int(sold[row])}
        | {name: int(values[row]) if told[name][row] else None for name, values in columns.items()}
        for row in range(len(frames.accounts))
    ]


def _connected(frames: Frames, source: Source) -> Bools:
    """Accounts that have the source, working or not [A]."""
    state = frames.source_state[source]
    missing = (SourceState.ABSENT.value, SourceState.NOT_BOUGHT.value)
    connected: Bools = ~np.isin(state, missing)
    return connected
