"""Training: S02 trained share."""

from __future__ import annotations

import numpy as np
import pandas as pd

from metrics.signals.base import Frames, State
from metrics.signals.onboarding import ONBOARDING_DAYS
from metrics.signals.values import per_account, ratio, states, table


def trained_share(frames: Frames) -> pd.DataFrame:
    """S02: current people with a completed course / current people; in the first 90 days against
    an expected ramp min(1, .3 + .7 a / 84). A course that names a persona counts for that persona
    only. People who have left do not count: that is the point with high turnover. n = people.
    """
    age = frames.accounts["age_days"].to_numpy()
    current = frames.people["current"].to_numpy(dtype=bool)
    trained = is_trained(frames) & current
    people = per_account(frames, frames.people["account"], current)
    done = per_account(frames, frames.people["account"], trained)
    ramp = np.where(age <= ONBOARDING_DAYS, np.minimum(1, 0.3 + 0.7 * age / 84), 1)
    state = states(len(age), (people < 2, State.TOO_LITTLE))
    return table(ratio(done, people * ramp), state=state, n=people, part=done, whole=people)


def is_trained(frames: Frames) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Who has completed a course that is meant for her persona, or for everybody [P]."""
    done = frames.training[frames.training["completed_days_ago"].notna()]
    own = frames.people["persona"].to_numpy()[done["person"].to_numpy(dtype=np.intp)]
    fits = (done["persona"] == "") | (own == "") | (done["persona"].to_numpy() == own)
    trained = np.zeros(len(frames.people), dtype=bool)
    trained[done["person"][fits.to_numpy()].to_numpy(dtype=np.intp)] = True
    return trained
