"""Breadth: S12 group coverage."""

from __future__ import annotations

import numpy as np
import pandas as pd

from metrics.signals.base import Frames, State
from metrics.signals.values import per_account, ratio, states, table
from metrics.signals.weeks import active_28

ALIVE_SHARE = 0.2


def group_coverage(frames: Frames) -> pd.DataFrame:
    """S12: groups that should use the product and do / groups that should. A group does when at
    least one person and a fifth of its intended people were active in 28 days. Who has left counts
    for naming the group (it should still use the product), not for its size. Where an account
    names no intended people, its groups are those that ever had provisioned people, measured
    against the current ones. n = groups.
    """
    people = frames.people.assign(active=active_28(frames))
    listed = per_account(frames, people["account"], people["intended"]) > 0
    own_list = listed[people["account"].to_numpy(dtype=np.intp)]
    there = people["left_days"].isna()
    people["target"] = np.where(own_list, people["intended"] & there, people["current"])
    people["named"] = np.where(own_list, people["intended"], people["tenure_days"].notna())
    groups = (
        people[people["group"] != ""]
        .groupby(["account", "group"], sort=False)[["active", "target", "named"]]
        .sum()
        .query("named > 0")
        .reset_index()
    )
    alive = groups["active"] >= np.maximum(1, ALIVE_SHARE * groups["target"])
    n = per_account(frames, groups["account"])
    reached = per_account(frames, groups["account"], alive)
    state = states(len(n), (n < 2, State.NOT_APPLICABLE))
    return table(ratio(reached, n), state=state, n=n, part=reached, whole=n)
