"""S08: how many of an account's people dropped after their plateau, and where they stopped."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from metrics.signals.base import Bools, Floats, Frames, State
from metrics.signals.ceilings import ceiling_sets, next_features
from metrics.signals.once import once
from metrics.signals.plateau import Places, eligible, flags, history
from metrics.signals.values import per_account, states, table

MIN_AGE_DAYS, MIN_ELIGIBLE = 180, 3
FLAGGED_PRIOR, PEOPLE_PRIOR = 0.5, 5.0
ALARM_PEOPLE, ALARM_SHARE = 3, 0.25


def drop_after_plateau(frames: Frames) -> pd.DataFrame:
    """S08: (flagged + .5) / (eligible + 5). Eligible: current people with 26 weeks and three
    features ever; flagged: those whose weekly evaluations say that their use dropped although, or
    because, they discover nothing any more (`metrics.signals.plateau`). At least 3 eligible people
    and 180 days. n = whole = eligible people, part = flagged ones. detail: flagged person ids,
    how many of them lapsed, the ceiling set and what others go on to, and the account's alarm: at
    least 3 flagged and a quarter of the eligible.
    """
    asked, *fell = people_asked(frames)
    flagged, lapsed = (np.flatnonzero(chosen) for chosen in fell)
    account = frames.people["account"]
    n = per_account(frames, account[asked])
    part = per_account(frames, account.iloc[flagged])
    young = frames.accounts["age_days"].to_numpy(dtype=np.float64) < MIN_AGE_DAYS
    state = states(len(n), (young | (n < MIN_ELIGIBLE), State.TOO_LITTLE))
    raw = (part + FLAGGED_PRIOR) / (n + PEOPLE_PRIOR)
    alarm = (part >= ALARM_PEOPLE) & (part >= ALARM_SHARE * n)
    said = _detail(frames, flagged, per_account(frames, account.iloc[lapsed]), alarm)
    detail = [facts if s == State.OK.value else None for facts, s in zip(said, state, strict=True)]
    return table(raw, state=state, n=n, part=part, whole=n, detail=detail)


@once
def people_asked(frames: Frames) -> tuple[Bools, Bools, Bools]:
    """Of whom it is asked, who carries a flag, and who of those lapsed. All [P]."""
    past = history(frames)
    asked = eligible(past) & frames.people["current"].to_numpy(dtype=bool)
    flagged, lapsed = np.zeros_like(asked), np.zeros_like(asked)
    flagged[asked], lapsed[asked] = flags(past, np.flatnonzero(asked))
    return asked, flagged, lapsed


def _detail(frames: Frames, flagged: Places, lapsed: Floats, alarm: Bools) -> list[dict[str, Any]]:
    """What a page shows beside the value, one dict per account."""
    ceilings = ceiling_sets(frames, flagged)
    account = frames.people["account"].to_numpy(dtype=np.intp)[flagged]
    ids = frames.people["person_id"].to_numpy(dtype=np.int64)[flagged]
    ends = np.searchsorted(account, np.arange(len(frames.accounts) + 1))
    return [
        {
            "flagged": ids[ends[place] : ends[place + 1]].tolist(),
            "lapsed": int(lapsed[place]),
            "ceiling": ceilings.get(place, []),
            "next": next_features(frames.portfolio, ceilings.get(place, [])),
            "alarm": bool(alarm[place]),
        }
        for place in range(len(frames.accounts))
    ]
