"""Late, broken and missing sources: which accounts, and what the facts are still worth. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from metrics.signals.base import Bools, Floats, Frames, Source, SourceState

STALE_DAYS = 14


@dataclass(frozen=True, kw_only=True)
class Outage:
    """Accounts [A] whose sources are missing (not bought, not connected), stale (late for up to
    14 days) or broken (failed, or late for longer); never two of them at once. `days`: whole days
    since the first of them went late or broke, 0 where all are live.
    """

    missing: Bools
    stale: Bools
    broken: Bools
    days: Floats


def outage(frames: Frames, needs: Iterable[Source], uses: Iterable[Source] = ()) -> Outage:
    """The worst of the sources that a signal needs, and of those it uses where the account has
    them: without one of these it is not missing, but it is stale or broken with them.
    """
    required = set(needs)
    accounts = len(frames.accounts)
    missing, stale, broken = (np.zeros(accounts, dtype=bool) for _ in range(3))
    days = np.zeros(accounts)
    for source in (*required, *uses):
        state, since = frames.source_state[source], frames.late_days[source]
        late = state == SourceState.LATE.value
        if source in required:
            missing |= np.isin(state, (SourceState.NOT_BOUGHT.value, SourceState.ABSENT.value))
        broken |= (state == SourceState.BROKEN.value) | (late & (since > STALE_DAYS))
        stale |= late & (since <= STALE_DAYS)
        days = np.maximum(days, since)
    return Outage(
        missing=missing, stale=stale & ~broken & ~missing, broken=broken & ~missing, days=days
    )


def usage_speaks(frames: Frames) -> Bools:
    """Where silence is silence [A]: the usage source is live, or went late or broke only with the
    last day, or has delivered something since. Elsewhere nothing was used because nothing was
    heard, and the windows that run empty say nothing about the account.
    """
    since = frames.late_days[Source.USAGE]
    last_use = frames.accounts["any_usage_days_ago"].to_numpy(dtype=np.float64)
    speaks: Bools = (since <= 1) | (last_use < since)
    return speaks
