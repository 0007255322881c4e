"""Onboarding and value: S01 seat activation, S03 milestone pace, S04 time to value."""

from __future__ import annotations

import numpy as np
import pandas as pd

from metrics.signals.base import Floats, Frames, State
from metrics.signals.values import has_people, per_account, ratio, states, table
from metrics.signals.weeks import active_28

ONBOARDING_DAYS = 90
MIN_AGE = 7
MIN_EXPECTED_TASKS = 0.5


def seat_activation(frames: Frames) -> pd.DataFrame:
    """S01: people active in 28 days / seats sold; in the first 90 days against an expected ramp
    r(a) = min(1, .25 + .75 a / 70). n = seats. Detail "over_sold": more seats than intended
    people, where any are listed.
    """
    age = frames.accounts["age_days"].to_numpy()
    seats = frames.accounts["seats"].to_numpy()
    active = per_account(frames, frames.people["account"], active_28(frames))
    state = states(
        len(age), (~has_people(frames) | ~(seats >= 1) | (age < MIN_AGE), State.TOO_LITTLE)
    )
    raw = ratio(active, seats * seat_ramp(frames))
    intended = frames.people["intended"] & frames.people["left_days"].isna()
    listed = per_account(frames, frames.people["account"], intended)
    return table(
        raw,
        state=state,
        n=np.nan_to_num(seats),
        part=active,
        whole=seats,
        detail=[{"over_sold": True} if over else None for over in (listed > 0) & (seats > listed)],
    )


def seat_ramp(frames: Frames) -> Floats:
    """r(a): the share of the seats that is expected in use at each account's age [A]."""
    age = frames.accounts["age_days"].to_numpy(dtype=np.float64)
    return np.where(age <= ONBOARDING_DAYS, np.minimum(1, 0.25 + 0.75 * age / 70), 1.0)


def milestone_pace(frames: Frames) -> pd.DataFrame:
    """S03: value tasks done / expected by now; a task is expected linearly up to its due day, at
    least half a task in all. After day 90 the value of day 90 stays. n = tasks with a due day.
    """
    tasks = tasks_due(frames)
    expected = per_account(frames, tasks["account"], tasks["credit"])
    expected = np.maximum(expected, MIN_EXPECTED_TASKS)
    done = per_account(frames, tasks["account"], tasks["done"])
    n = per_account(frames, tasks["account"])
    state = states(len(n), (n < 1, State.TOO_LITTLE))
    return table(done / expected, state=state, n=n, part=done, whole=n)


def tasks_due(frames: Frames) -> pd.DataFrame:
    """Value tasks with a due day, with `credit` (how much of each is expected by now, 0 to 1) and
    `done` (by now, or by day 90).
    """
    age = np.minimum(frames.accounts["age_days"].to_numpy(dtype=np.float64), ONBOARDING_DAYS)
    tasks = frames.milestones[frames.milestones["due_day"].notna()]
    at = age[tasks["account"].to_numpy(dtype=np.intp)]
    due = tasks["due_day"].to_numpy(dtype=np.float64)
    return tasks.assign(
        credit=np.where(due > 0, np.clip(ratio(at, due), 0, 1), 1.0),
        done=tasks["completed_day"].to_numpy(dtype=np.float64) <= at,
    )


def time_to_value(frames: Frames) -> pd.DataFrame:
    """S04: days from the contract's start to the first value milestone / target days. Not reached
    and overdue: the account's age / target, a lower bound, detail "open". Not reached and not yet
    due, or no value milestone: too little. n = value milestones reached; part = days, whole =
    target.
    """
    age = frames.accounts["age_days"].to_numpy(dtype=np.float64)
    target = frames.portfolio.tenant.value_days
    moments = frames.milestones[frames.milestones["value"].astype(bool)]
    first = moments.groupby("account")["completed_day"].min()
    reached = first.reindex(range(len(age))).to_numpy(dtype=np.float64)
    open_ = np.isnan(reached)
    days = np.where(open_, age, np.maximum(reached, 0))
    known = per_account(frames, moments["account"])
    state = states(len(age), ((known < 1) | (open_ & (age <= target)), State.TOO_LITTLE))
    overdue = open_ & (state == State.OK.value)
    return table(
        days / target,
        state=state,
        n=per_account(frames, moments["account"], moments["completed_day"].notna()),
        part=days,
        whole=np.full(len(age), target),
        detail=[{"open": True} if is_open else None for is_open in overdue],
    )
