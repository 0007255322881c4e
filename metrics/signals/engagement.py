"""Engagement per user: S05 weekly consistency, S06 regularity, S07 usage against own normal."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from metrics.signals.arrow import usage_arrow
from metrics.signals.base import Bools, Cadence, Floats, Frames, State
from metrics.signals.months import exposed_months, monthly_active, unheard_months
from metrics.signals.values import per_account, ratio, states, table
from metrics.signals.weeks import (
    active_days,
    active_users,
    exposed,
    in_life,
    kept,
    season,
    weekly_active,
)

CONSISTENCY_WEEKS = 12
MIN_EXPOSED = 4
CONSISTENCY_MONTHS, MIN_EXPOSED_MONTHS = 6, 2  # the same shares of time in a monthly product
MIN_USER_WEEKS = 10
RECENT_WEEKS, BASELINE_WEEKS = 4, 26
MIN_BASELINE_WEEKS, MIN_BASELINE_USERS = 8, 3


def weekly_consistency(frames: Frames) -> pd.DataFrame:
    """S05: mean over current people, exposed to at least 4 of the last 12 kept weeks, of weeks
    active / weeks exposed. Averages people, so that one of them cannot carry it. For a monthly
    product the same over the last 6 calendar months, exposed to at least 2. Weeks that an outage
    swallowed (and months that share a day with one) are not counted. n = people.
    """
    came, there, counted = weeks_kept(frames)
    share = np.nan_to_num(ratio(came, there))
    n = per_account(frames, frames.people["account"], counted)
    raw = ratio(per_account(frames, frames.people["account"], np.where(counted, share, 0)), n)
    return table(raw, state=states(len(n), (n < 2, State.TOO_LITTLE)), n=n)


def weeks_kept(frames: Frames) -> tuple[Floats, Floats, Bools]:
    """Weeks (or months) in which each person came, to which she was exposed, and whether she is
    counted: current, and exposed to enough of them. All [P].
    """
    there, came, least = _monthly(frames) if is_monthly(frames) else _weekly(frames)
    exposure = there.sum(axis=1).astype(np.float64)
    counted = frames.people["current"].to_numpy(dtype=bool) & (exposure >= least)
    return (came & there).sum(axis=1).astype(np.float64), exposure, counted


def active_day_regularity(frames: Frames) -> pd.DataFrame:
    """S06: mean of act(u, w) over the weeks in which a current person came and that she was
    exposed to whole, last 12 kept weeks without those of an outage. Does not concern a monthly
    product. n = such user-weeks; part = active weekdays in them.
    """
    days = days_of_weeks(frames)
    came = per_account(frames, frames.people["account"], (days > 0).sum(axis=1))
    total = per_account(frames, frames.people["account"], days.sum(axis=1))
    off = np.full(len(came), is_monthly(frames))
    rules = ((off, State.NOT_APPLICABLE), (came < MIN_USER_WEEKS, State.TOO_LITTLE))
    return table(
        ratio(total, came), state=states(len(came), *rules), n=came, part=total, whole=came
    )


def days_of_weeks(frames: Frames) -> npt.NDArray[np.int8]:
    """act(u, w) of current people in the last 12 kept weeks, 0 where a person was not exposed or
    an outage swallowed some of the days [P, 12].
    """
    weeks = kept(frames)[-CONSISTENCY_WEEKS:]
    there = exposed(frames) & ~_of_people(frames, frames.unheard)
    counted = there[:, weeks] & frames.people["current"].to_numpy(dtype=bool)[:, None]
    days: npt.NDArray[np.int8] = np.where(counted, active_days(frames)[:, weeks], 0)
    return days


def usage_against_own_normal(frames: Frames) -> pd.DataFrame:
    """S07: q_w = active users / (season * seats); mean of the last 4 kept weeks / median of the
    26 kept weeks before - 1. The median bears up to half of the weeks being bad. Weeks that an
    outage swallowed are left out; one of the recent four must be there. n = baseline weeks; part,
    whole = active users in a recent and in a normal week; detail: the arrow, see
    `arrow.usage_arrow`.
    """
    weeks = kept(frames)
    recent, before = recent_and_before(frames)
    users = weekly_users(frames)
    seats = seats_filled(frames)
    q = users / (season(frames) * seats)
    n = np.isfinite(users[:, before]).sum(axis=1).astype(np.float64)
    normal_users = _median(users[:, before])
    heard = np.isfinite(users[:, recent]).any(axis=1)
    enough = (n >= MIN_BASELINE_WEEKS) & (normal_users >= MIN_BASELINE_USERS) & heard
    raw = ratio(_mean(q[:, recent]), _median(q[:, before])) - 1
    arrows = usage_arrow(q, seats=seats, weeks=weeks).round(6)
    said = zip(arrows.tolist(), enough & np.isfinite(arrows), strict=True)
    return table(
        raw,
        state=states(len(n), (~enough, State.TOO_LITTLE)),
        n=n,
        part=_mean(users[:, recent]),
        whole=normal_users,
        detail=[{"arrow": arrow} if known else None for arrow, known in said],
    )


def recent_and_before(frames: Frames) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Columns of the last 4 kept weeks, and of the 26 kept ones before them."""
    weeks = kept(frames)
    return weeks[-RECENT_WEEKS:], weeks[:-RECENT_WEEKS][-BASELINE_WEEKS:]


def weekly_users(frames: Frames) -> Floats:
    """Active users [A, W]; NaN before the contract began and where nothing was heard."""
    return np.where(in_life(frames) & ~frames.unheard, active_users(frames), np.nan)


def is_monthly(frames: Frames) -> bool:
    """Whether nobody is expected to come every week."""
    return frames.portfolio.tenant.cadence is Cadence.MONTHLY


def _weekly(frames: Frames) -> tuple[Bools, Bools, int]:
    """Kept weeks a person was exposed to and came in [P, 12] each, and how many she must have."""
    weeks = kept(frames)[-CONSISTENCY_WEEKS:]
    there = exposed(frames) & ~_of_people(frames, frames.unheard)
    return there[:, weeks], weekly_active(frames)[:, weeks], MIN_EXPOSED


def _monthly(frames: Frames) -> tuple[Bools, Bools, int]:
    """The same in complete calendar months [P, 6] each."""
    there = exposed_months(frames, count=CONSISTENCY_MONTHS)
    there &= ~_of_people(frames, unheard_months(frames, count=CONSISTENCY_MONTHS))
    return there, monthly_active(frames, count=CONSISTENCY_MONTHS), MIN_EXPOSED_MONTHS


def _of_people(frames: Frames, accounts: Bools) -> Bools:
    """Rows of accounts [A, n] as rows of their people [P, n]."""
    rows: Bools = accounts[frames.people["account"].to_numpy(dtype=np.intp)]
    return rows


def seats_filled(frames: Frames) -> Floats:
    """Seats [A, W]; a week whose seats are unknown or zero has those of the weeks beside it, and
    1 where none is known: the same in every week, they cancel.
    """
    seats = pd.DataFrame(frames.seats_by_week)
    filled = seats.where(seats > 0).ffill(axis=1).bfill(axis=1).fillna(1.0)
    return filled.to_numpy(dtype=np.float64)


def _mean(values: Floats) -> Floats:
    """Mean per row of what is there; NaN for an empty row."""
    return pd.DataFrame(values).mean(axis=1).to_numpy(dtype=np.float64)


def _median(values: Floats) -> Floats:
    """Median per row of what is there; NaN for an empty row."""
    return pd.DataFrame(values).median(axis=1).to_numpy(dtype=np.float64)
