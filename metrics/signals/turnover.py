"""Breadth: who comes and who goes. S15 newcomers' onboarding, S16 user turnover."""

from __future__ import annotations

import numpy as np
import pandas as pd

from metrics.signals.base import Bools, Floats, Frames, Source, SourceState, State
from metrics.signals.training import is_trained
from metrics.signals.values import per_account, ratio, states, table
from metrics.signals.weeks import exposed, weekly_active

NEWCOMER_DAYS = (28, 112)
WEEKS_ASKED = 3
MIN_NEWCOMERS = 2
WINDOW = 182
SILENT_DAYS = 56
MIN_ACTIVE_WEEKS = 4
MIN_HEADS = 3
YEARLY = 2  # half years in a year


def newcomers_onboarded(frames: Frames) -> pd.DataFrame:
    """S15: of the current people provisioned 28 to 112 days ago, the share who was active in at
    least min(3, exposed - 1) complete ISO weeks since then and is trained (S02's rule; only where
    the account has a training source). While that source is late or broken the courses known so
    far count, so that losing it never helps. Who has left already is S16's subject. Only for
    accounts older than 112 days: before that everybody is new. n = whole = newcomers, part =
    onboarded; detail: how many came often enough, how many are trained (None: no such source).
    """
    people = frames.people
    account = people["account"]
    at = account.to_numpy(dtype=np.intp)
    tenure = people["tenure_days"].to_numpy(dtype=np.float64)
    new = (tenure >= NEWCOMER_DAYS[0]) & (tenure <= NEWCOMER_DAYS[1])
    new &= people["current"].to_numpy(dtype=bool)
    came = new & _came_often(frames)
    teaches = _has_training(frames)
    trained = new & is_trained(frames)
    n = per_account(frames, account, new)
    part = per_account(frames, account, came & (trained | ~teaches[at]))
    young = frames.accounts["age_days"].to_numpy() <= NEWCOMER_DAYS[1]
    state = states(len(n), (young | (n < MIN_NEWCOMERS), State.TOO_LITTLE))
    counts = zip(
        per_account(frames, account, came).tolist(),
        per_account(frames, account, trained).tolist(),
        teaches.tolist(),
        strict=True,
    )
    detail = [{"active": int(a), "trained": int(t) if has else None} for a, t, has in counts]
    return table(ratio(part, n), state=state, n=n, part=part, whole=n, detail=detail)


def _came_often(frames: Frames) -> Bools:
    """Active in enough of the weeks since provisioned [P]; 28 days hold at least three of them."""
    weeks = exposed(frames)
    came = (weekly_active(frames) & weeks).sum(axis=1)
    often: Bools = came >= np.minimum(WEEKS_ASKED, weeks.sum(axis=1) - 1)
    return often


def _has_training(frames: Frames) -> Bools:
    """Accounts with a training source, live or not [A]."""
    none = (SourceState.NOT_BOUGHT.value, SourceState.ABSENT.value)
    return ~np.isin(frames.source_state[Source.TRAINING], none)


def user_turnover(frames: Frames) -> pd.DataFrame:
    """S16: people lost in 182 days x 2 / mean number of people, so that 1 is everybody once a
    year. Lost: deactivated, or fallen silent, once per person. Mean number: provisioned and not
    deactivated on the Mondays of the complete ISO weeks in the window; who is silent but keeps her
    access is still one of them. The minimum of 3 people is asked of that mean and not of today, or
    an account that lost nearly everybody would have no turnover. n = whole = mean number of
    people, part = lost; detail: of which deactivated, silent.
    """
    account = frames.people["account"]
    left = frames.people["left_days"].to_numpy(dtype=np.float64)
    user = frames.people["tenure_days"].notna().to_numpy(dtype=bool)
    gone = user & (left <= WINDOW)
    silent = user & np.isnan(left) & _fell_silent(frames)
    deactivated = per_account(frames, account, gone)
    quiet = per_account(frames, account, silent)
    heads = _mean_heads(frames)
    lost = deactivated + quiet
    few = (frames.accounts["age_days"].to_numpy() < WINDOW) | (heads < MIN_HEADS)
    detail = [
        {"deactivated": int(d), "silent": int(s)}
        for d, s in zip(deactivated.tolist(), quiet.tolist(), strict=True)
    ]
    return table(
        YEARLY * ratio(lost, heads),
        state=states(len(lost), (few, State.TOO_LITTLE)),
        n=heads,
        part=lost,
        whole=heads,
        detail=detail,
    )


def _fell_silent(frames: Frames) -> Bools:
    """Not active for at least 56 days after at least 4 active weeks in the history known here,
    and the first silent day lies in the window [P].
    """
    silence = np.argmax(frames.active[:, ::-1], axis=1)  # days since the last active one
    ever = frames.active.any(axis=1)
    began = ever & (silence >= SILENT_DAYS) & (silence <= WINDOW)
    fell: Bools = began & (weekly_active(frames).sum(axis=1) >= MIN_ACTIVE_WEEKS)
    return fell


def _mean_heads(frames: Frames) -> Floats:
    """Mean number of people on the Mondays of the window [A]."""
    mondays = np.array([(frames.day - week).days for week in frames.weeks])
    mondays = mondays[mondays <= WINDOW]
    tenure = frames.people["tenure_days"].to_numpy(dtype=np.float64)[:, None]
    left = frames.people["left_days"].to_numpy(dtype=np.float64)[:, None]
    there = (tenure >= mondays) & ~(left >= mondays)
    return per_account(frames, frames.people["account"], there.mean(axis=1))
