"""Training: S02 trained share."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from metrics.signals.base import Bools, Floats, Frames, State
from metrics.signals.onboarding import ONBOARDING_DAYS
from metrics.signals.values import per_account, ratio, states, table

Codes = npt.NDArray[np.int64]


def trained_share(frames: Frames) -> pd.DataFrame:
    """S02: trained current people / current people; in the first 90 days against an expected ramp
    min(1, .3 + .7 a / 84). People who have left do not count: that is the point with high
    turnover. n = people.
    """
    current = frames.people["current"].to_numpy(dtype=bool)
    trained = is_trained(frames) & current
    people = per_account(frames, frames.people["account"], current)
    done = per_account(frames, frames.people["account"], trained)
    state = states(len(people), (people < 2, State.TOO_LITTLE))
    raw = ratio(done, people * training_ramp(frames))
    return table(raw, state=state, n=people, part=done, whole=people)


def training_ramp(frames: Frames) -> Floats:
    """The share of the people who are expected to be trained at each account's age [A]."""
    age = frames.accounts["age_days"].to_numpy(dtype=np.float64)
    return np.where(age <= ONBOARDING_DAYS, np.minimum(1, 0.3 + 0.7 * age / 84), 1.0)


def is_trained(frames: Frames) -> Bools:
    """Who has completed her course [P]."""
    trained = np.zeros(len(frames.people), dtype=bool)
    trained[frames.training["person"].to_numpy(dtype=np.intp)[her_courses(frames)]] = True
    return trained


def her_courses(frames: Frames) -> Bools:
    """Which rows of the training are completed courses of a person's own path. Where the account
    has courses for her persona (assigned to anybody, in any state), one of those, by its name: her
    own row need not say for whom it is; where it has none, or her persona is unknown, any.
    """
    rows = frames.training
    person = rows["person"].to_numpy(dtype=np.intp)
    account = frames.people["account"].to_numpy(dtype=np.intp)
    persona, meant_for = _shared_codes(frames.people["persona"], rows["persona"])
    course, names = pd.factorize(rows["course"], use_na_sentinel=False)
    named = (rows["persona"] != "").to_numpy(dtype=bool)
    kinds = int(max(persona.max(initial=0), meant_for.max(initial=0))) + 1
    paths = account[person] * kinds + meant_for
    has_path = np.isin(account * kinds + persona, paths[named])
    path = (account * kinds + persona)[person]
    own = np.isin(path * len(names) + course, (paths * len(names) + course)[named])
    done = rows["completed_days_ago"].notna().to_numpy(dtype=bool)
    hers: Bools = done & (own | ~has_path[person])
    return hers


def _shared_codes(first: pd.Series, second: pd.Series) -> tuple[Codes, Codes]:
    """The texts of two columns as numbers; equal texts have equal numbers."""
    codes, _ = pd.factorize(np.concatenate([first.to_numpy(object), second.to_numpy(object)]))
    return codes[: len(first)], codes[len(first) :]
