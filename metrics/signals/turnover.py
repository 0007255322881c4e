"""Breadth: who comes and who goes. S15 newcomers' onboarding, S16 user turnover."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from metrics.signals.base import Bools, Floats, Frames, Source, SourceState, State
from metrics.signals.training import is_trained
from metrics.signals.values import per_account, ratio, states, table
from metrics.signals.weeks import exposed, weekly_active

Places = npt.NDArray[np.intp]

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
    accounts older than 112 days: before that everybody is new. Weeks of which nothing was heard are
    not asked for, and who has fewer than two others is not counted. n = whole = newcomers, part =
    onboarded; detail: how many came often enough, how many are trained (None: no such source).
    """
    account = frames.people["account"]
    weeks, asked = weeks_come(frames)
    new = (asked >= 1) & _are_new(frames)
    came, trained = new & (weeks >= asked), new & is_trained(frames)
    teaches = has_training(frames)
    at = account.to_numpy(dtype=np.intp)
    n = per_account(frames, account, new)
    part = per_account(frames, account, came & (trained | ~teaches[at]))
    young = frames.accounts["age_days"].to_numpy() <= NEWCOMER_DAYS[1]
    state = states(len(n), (young | (n < MIN_NEWCOMERS), State.TOO_LITTLE))
    counts = (per_account(frames, account, rows).tolist() for rows in (came, trained))
    detail = [
        {"active": int(a), "trained": int(t) if has else None}
        for a, t, has in zip(*counts, teaches.tolist(), strict=True)
    ]
    return table(ratio(part, n), state=state, n=n, part=part, whole=n, detail=detail)


def _are_new(frames: Frames) -> Bools:
    """Current people provisioned 28 to 112 days ago [P]."""
    tenure = frames.people["tenure_days"].to_numpy(dtype=np.float64)
    since = (tenure >= NEWCOMER_DAYS[0]) & (tenure <= NEWCOMER_DAYS[1])
    new: Bools = since & frames.people["current"].to_numpy(dtype=bool)
    return new


def newcomers(frames: Frames) -> Bools:
    """Whom S15 is asked of [P]."""
    _, asked = weeks_come(frames)
    return (asked >= 1) & _are_new(frames)


def weeks_come(frames: Frames) -> tuple[Places, Places]:
    """Weeks active since provisioned, and how many are asked, of each person [P]: 28 days hold
    three complete weeks, but of some of them nothing may have been heard.
    """
    weeks = exposed(frames) & ~_of_people(frames, frames.unheard)
    asked = np.minimum(WEEKS_ASKED, weeks.sum(axis=1) - 1)
    return (weekly_active(frames) & weeks).sum(axis=1), asked


def has_training(frames: Frames) -> Bools:
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
    gone, silent = lost_people(frames)
    deactivated = per_account(frames, account, gone)
    quiet = per_account(frames, account, silent)
    heads = mean_heads(frames)
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


def lost_people(frames: Frames) -> tuple[Bools, Bools]:
    """Who was deactivated in the window, and who of the others fell silent in it [P]."""
    left = frames.people["left_days"].to_numpy(dtype=np.float64)
    user = frames.people["tenure_days"].notna().to_numpy(dtype=bool)
    return user & (left <= WINDOW), user & np.isnan(left) & _fell_silent(frames)


def _fell_silent(frames: Frames) -> Bools:
    """Not active for at least 56 days after at least 4 active weeks in the history known here,
    and the first silent day lies in the window [P]. Days of which nothing was heard are not silent.
    """
    silence = np.argmax(frames.active[:, ::-1], axis=1)  # days since the last active one
    ever = frames.active.any(axis=1)
    since = silence[:, None] >= _mondays_ago(frames)
    unheard = 7 * (_of_people(frames, frames.unheard) & since).sum(axis=1)
    began = ever & (silence - unheard >= SILENT_DAYS) & (silence <= WINDOW)
    fell: Bools = began & (weekly_active(frames).sum(axis=1) >= MIN_ACTIVE_WEEKS)
    return fell


def mean_heads(frames: Frames) -> Floats:
    """Mean number of people on the Mondays of the window [A]."""
    mondays = _mondays_ago(frames)
    mondays = mondays[mondays <= WINDOW]
    tenure = frames.people["tenure_days"].to_numpy(dtype=np.float64)[:, None]
    left = frames.people["left_days"].to_numpy(dtype=np.float64)[:, None]
    there = (tenure >= mondays) & ~(left >= mondays)
    return per_account(frames, frames.people["account"], there.mean(axis=1))


def _mondays_ago(frames: Frames) -> Floats:
    """Days from each week's Monday to t [W]."""
    return np.array([(frames.day - week).days for week in frames.weeks], dtype=np.float64)


def _of_people(frames: Frames, accounts: Bools) -> Bools:
    """What is known of each person's account [P, W]."""
    rows: Bools = accounts[frames.people["account"].to_numpy(dtype=np.intp)]
    return rows
