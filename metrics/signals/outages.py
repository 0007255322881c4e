"""Late, broken and missing sources: which accounts, and what the facts are still worth. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from metrics.signals.base import Bools, Floats, Frames, Source, SourceState

STALE_DAYS = 14
OWED_WEEKS, WINDOW_WEEKS = 3, 4  # most of the complete weeks of 28 days


@dataclass(frozen=True, kw_only=True)
class Outage:
    """Accounts [A] whose sources are missing (not bought, not connected), stale (late for up to
    14 days, or back only just) or broken (failed, or late for longer); never two of them at once.
    heard: facts of tonight say something all the same. days: whole days since the first of the
    sources went late or broke, 0 where all are live.
    """

    missing: Bools
    stale: Bools
    broken: Bools
    heard: Bools
    days: Floats


def outage(
    frames: Frames,
    needs: Iterable[Source],
    uses: Iterable[Source] = (),
    *,
    may_wait: Bools | None = None,
) -> Outage:
    """The worst of the sources that a signal needs, and of those it uses where the account has
    them: without one of these it is not missing, but it is stale or broken with them. may_wait
    [A]: there is an earlier value to go by while a usage source that is back owes its weeks.
    """
    required = set(needs)
    accounts = len(frames.accounts)
    missing, stale, broken = (np.zeros(accounts, dtype=bool) for _ in range(3))
    heard, days = np.ones(accounts, dtype=bool), np.zeros(accounts)
    for source in (*required, *uses):
        state, since = frames.source_state[source], frames.late_days[source]
        late = state == SourceState.LATE.value
        if source in required:
            missing |= np.isin(state, (SourceState.NOT_BOUGHT.value, SourceState.ABSENT.value))
        broken |= (state == SourceState.BROKEN.value) | (late & (since > STALE_DAYS))
        stale |= late & (since <= STALE_DAYS)
        days = np.maximum(days, since)
    if Source.USAGE in required:
        heard = usage_speaks(frames)
        stale |= owes_weeks(frames) & (False if may_wait is None else may_wait)
    return Outage(
        missing=missing,
        stale=stale & ~broken & ~missing,
        broken=broken & ~missing,
        heard=heard,
        days=days,
    )


def usage_speaks(frames: Frames) -> Bools:
    """Where silence is silence [A]: the usage source is live, or went late or broke only with the
    last day, or has delivered something since. Elsewhere nothing was used because nothing was
    heard, and the windows that run empty say nothing about the account; as little do those of one
    that is back and owes most of them.
    """
    since = frames.late_days[Source.USAGE]
    last_use = frames.last_use
    speaks: Bools = ((since <= 1) | (last_use < since)) & ~owes_weeks(frames)
    return speaks


def owes_weeks(frames: Frames) -> Bools:
    """Accounts [A] whose usage source was down and has never delivered most of the last four
    complete weeks: what looks at 28 days would take them for weeks in which nobody came.
    """
    owed: Bools = frames.unheard[:, -WINDOW_WEEKS:].sum(axis=1) >= OWED_WEEKS
    return owed
