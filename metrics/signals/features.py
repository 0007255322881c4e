"""What people do with the features: S09 breadth, S10 advanced ones as tenure grows, S11 depth."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from metrics.signals.base import Bools, Floats, Frames, State
from metrics.signals.heard import looks_back
from metrics.signals.once import once
from metrics.signals.support import TENURE_BANDS
from metrics.signals.values import per_account, ratio, states, table
from metrics.signals.weeks import active_28, active_days_in

FEATURE_DAYS = 56
ADVANCED = "advanced"
MIN_BREADTH, MIN_ADVANCED = 2, 3
DEPTH_DAYS = 28


def feature_breadth(frames: Frames) -> pd.DataFrame:
    """S09: mean over people active in 28 days of features used in 56 days / features relevant
    for their persona; features younger than 56 days are left out. Where an account's source knows
    log-ins only, nobody has a feature, and that is no zero. n = people.
    """
    share, counted = feature_shares(frames)
    n, raw = _mean(frames, share, counted)
    unknown = (n < MIN_BREADTH) | ~features_heard(frames)
    return table(raw, state=states(len(n), (unknown, State.TOO_LITTLE)), n=n)


def advanced_adoption(frames: Frames) -> pd.DataFrame:
    """S10: a = share of the relevant advanced features used in 56 days, e = what people of that
    tenure use: the portfolio's mean of their band, else .06 + .16 (1 - exp(-weeks / 26)); mean a /
    mean e over people active in 28 days who have a relevant advanced feature. Log-ins only, or
    nothing expected: no value. n = whole = people, part = those who use an advanced feature.
    """
    share, counted = advanced_shares(frames)
    n, mean = _mean(frames, share, counted)
    _, expected = _mean(frames, np.where(counted, expected_shares(frames), 0), counted)
    unknown = (n < MIN_ADVANCED) | ~features_heard(frames) | ~(expected > 0)
    return table(
        ratio(mean, expected),
        state=states(len(n), (unknown, State.TOO_LITTLE)),
        n=n,
        part=per_account(frames, frames.people["account"], share > 0),
        whole=n,
    )


def depth_per_person(frames: Frames) -> pd.DataFrame:
    """S11: mean over people active in 28 days of active weekdays per week in those 28 days times
    the breadth of S09, / the organisation's reference. At least 2 people and features known, as
    for S09. n = people.
    """
    share, counted = feature_shares(frames)
    n, mean = _mean(frames, share * days_a_week(frames), counted)
    unknown = (n < MIN_BREADTH) | ~features_heard(frames)
    raw = mean / frames.portfolio.tenant.depth_reference
    return table(raw, state=states(len(n), (unknown, State.TOO_LITTLE)), n=n)


def days_a_week(frames: Frames) -> Floats:
    """Active weekdays per week of each person in 28 days [P]."""
    weekly: Floats = active_days_in(frames, days=DEPTH_DAYS) / (DEPTH_DAYS / 7)
    return weekly


@once
def feature_shares(frames: Frames) -> tuple[Floats, Bools]:
    """Breadth of each person [P], and whom it is asked of [P]: active in 28 days, with a relevant
    feature.
    """
    return _shares(frames, level=None)


@once
def advanced_shares(frames: Frames) -> tuple[Floats, Bools]:
    """a_u [P], and whom it is asked of [P]: active in 28 days, with a relevant advanced feature."""
    return _shares(frames, level=ADVANCED)


def features_heard(frames: Frames) -> Bools:
    """Accounts of which we know more than log-ins: anybody used a feature in 56 days [A]."""
    person, _ = _recent_use(frames)
    account = frames.people["account"].to_numpy(dtype=np.intp)[person]
    heard: Bools = np.bincount(account, minlength=len(frames.accounts)) > 0
    return heard


def tenure_band(frames: Frames) -> npt.NDArray[np.intp]:
    """Band of each person's tenure [P]: below 4, 13, 26, 52 weeks, and more."""
    tenure = np.nan_to_num(frames.people["tenure_days"].to_numpy(dtype=np.float64))
    band: npt.NDArray[np.intp] = np.digitize(tenure / 7, TENURE_BANDS)
    return band


def expected_shares(frames: Frames) -> Floats:
    """e of each person [P]."""
    weeks = np.nan_to_num(frames.people["tenure_days"].to_numpy(dtype=np.float64)) / 7
    default = 0.06 + 0.16 * (1 - np.exp(-weeks / 26))
    known = np.array(
        [np.nan if share is None else share for share in frames.portfolio.advanced_share]
    )[tenure_band(frames)]
    expected: Floats = np.where(np.isnan(known), default, known)
    return expected


def _shares(frames: Frames, *, level: str | None) -> tuple[Floats, Bools]:
    """Features used in 56 days / relevant ones, of one level or of all, and whom that is asked of:
    active in 28 days, with at least one such feature. Both [P]; 0 for the others.
    """
    used, relevant = used_of_relevant(frames, level=level)
    can = relevant.sum(axis=1)
    counted: Bools = active_28(frames) & (can > 0)
    share = np.where(counted, used.sum(axis=1) / np.maximum(can, 1), 0.0)
    return share, counted


def used_of_relevant(frames: Frames, *, level: str | None) -> tuple[Bools, Bools]:
    """Which relevant features each person used in 56 days, and which are relevant, of one level
    or of all. Both [P, F].
    """
    relevant = _relevant(frames)
    if level is not None:
        relevant &= (frames.features["level"] == level).to_numpy(dtype=bool)
    used = np.zeros(relevant.shape, dtype=bool)
    used[_recent_use(frames)] = True
    return used & relevant, relevant


def _mean(frames: Frames, values: Floats, counted: Bools) -> tuple[Floats, Floats]:
    """People counted and the mean of their values [A] each; values of the others are 0."""
    n = per_account(frames, frames.people["account"], counted)
    return n, ratio(per_account(frames, frames.people["account"], values), n)


def _recent_use(frames: Frames) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Person and feature of the uses that fall within 56 days, at the latest."""
    use = frames.feature_use
    person, feature = (use[name].to_numpy(dtype=np.intp) for name in ("person", "feature"))
    recent = use["last_days_ago"].to_numpy() <= _reach(frames)[person]
    return person[recent], feature[recent]


def _reach(frames: Frames) -> npt.NDArray[np.intp]:
    """Days ago of the first of the 56 days of which something was heard of each person [P]."""
    reach = looks_back(frames, days=FEATURE_DAYS)
    of_people: npt.NDArray[np.intp] = reach[frames.people["account"].to_numpy(dtype=np.intp)]
    return of_people


def _relevant(frames: Frames) -> Bools:
    """Which feature concerns whom [P, F]: no persona named, or the person's own; and whose account
    could have been heard of for 56 days since it was released.
    """
    released = frames.features["released_days_ago"].to_numpy(dtype=np.float64)
    codes, personas = pd.factorize(frames.people["persona"])
    by_persona = np.zeros((len(personas), len(released)), dtype=bool)
    for column, wanted in enumerate(frames.features["personas"]):
        by_persona[:, column] = [
            not wanted or not persona or persona in wanted for persona in personas
        ]
    old: Bools = ~(released < _reach(frames)[:, None])
    return by_persona[codes] & old
