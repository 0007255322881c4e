"""Breadth: S12 group coverage, S13 evenness, S14 single-champion dependence."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from metrics.signals.base import Bools, Floats, Frames, State
from metrics.signals.once import once
from metrics.signals.values import per_account, ratio, states, table
from metrics.signals.weeks import active_28, active_days_in

ALIVE_SHARE = 0.2
SHARE_DAYS = 84
MIN_GROUPS, MIN_DAYS = 2, 20


def group_coverage(frames: Frames) -> pd.DataFrame:
    """S12: groups that should use the product and do / groups that should. A group does when at
    least one person and a fifth of its intended people were active in 28 days. Who has left counts
    for naming the group (it should still use the product), not for its size. Where an account
    names no intended people, its groups are those that ever had provisioned people, measured
    against the current ones. n = groups. Detail "personas": [reached, all] by the same rule.
    """
    reached, n = _reached(frames, by="group")
    state = states(len(n), (n < MIN_GROUPS, State.NOT_APPLICABLE))
    personas = zip(*_reached(frames, by="persona"), strict=True)
    return table(
        ratio(reached, n),
        state=state,
        n=n,
        part=reached,
        whole=n,
        detail=[
            {"personas": [int(some), int(every)]} if every >= MIN_GROUPS else None
            for some, every in personas
        ],
    )


def evenness(frames: Frames) -> pd.DataFrame:
    """S13: p = a group's share of active weekdays in 84 days / its share of intended people,
    renormalised; HHI = sum p^2; (1 / HHI - 1) / (K - 1) over the K groups of S12. Who has left
    counts with her days, and for the size of a group only where nobody else is left in it.
    n = active weekdays; part = 1 / HHI, as many groups as if all were even; whole = K.
    """
    groups = group_shares(frames)
    k = per_account(frames, groups["account"])
    days = per_account(frames, groups["account"], groups["days"])
    even = ratio(np.ones(len(k)), per_account(frames, groups["account"], groups["p"] ** 2))
    rules = ((k < MIN_GROUPS, State.NOT_APPLICABLE), (days < MIN_DAYS, State.TOO_LITTLE))
    raw = ratio(even - 1, k - 1)
    return table(raw, state=states(len(k), *rules), n=days, part=even, whole=k)


@once
def group_shares(frames: Frames) -> pd.DataFrame:
    """One row per account and group: account, group, days (active weekdays in 84 days), size, p."""
    groups = _listed(frames, by="group", days=share_days(frames))
    size = np.where(groups["target"] > 0, groups["target"], groups["named"])
    density = groups["days"] / size
    evenly = np.bincount(groups["account"], weights=density, minlength=len(frames.accounts))
    p = np.nan_to_num(ratio(density, evenly[groups["account"]]))
    return pd.DataFrame({**groups, "size": size, "p": p})


def share_days(frames: Frames) -> Floats:
    """Active weekdays of each person in 84 days [P]."""
    return active_days_in(frames, days=SHARE_DAYS).astype(np.float64)


def champion_dependence(frames: Frames) -> pd.DataFrame:
    """S14: the busiest person's share of the account's active weekdays in 84 days *
    min(1, .25 + people active / 4). Who has left counts with her days: losing its champion makes
    no account less dependent. n = active people; part = her days, whole = all days. Detail
    "bus_factor": the smallest number of people with at least half of the days.
    """
    account = frames.people["account"]
    days = share_days(frames)
    n = per_account(frames, account, days > 0)
    total = per_account(frames, account, days)
    top = np.zeros(len(n))
    np.maximum.at(top, account.to_numpy(dtype=np.intp), days)
    raw = ratio(top, total) * np.minimum(1, 0.25 + n / 4)
    factor = _bus_factor(frames, days, total)
    return table(
        raw,
        state=states(len(n), (n < 1, State.TOO_LITTLE)),
        n=n,
        part=top,
        whole=total,
        detail=[{"bus_factor": int(people)} if people else None for people in factor],
    )


def _bus_factor(frames: Frames, days: Floats, total: Floats) -> Floats:
    """Smallest number of people [A] who have at least half of the days; 0 where there are none."""
    account = frames.people["account"].to_numpy(dtype=np.intp)
    busiest = np.lexsort((-days, account))
    account, days = account[busiest], days[busiest]
    so_far = np.cumsum(days) - days
    before = so_far - so_far[np.searchsorted(account, account)]  # by busier people of the account
    needed: Bools = before < total[account] / 2
    return per_account(frames, pd.Series(account), needed)


def _reached(frames: Frames, *, by: str) -> tuple[Floats, Floats]:
    """Groups (or personas) that use the product, and all that should, per account [A]."""
    groups = groups_reached(frames, by=by)
    reached = per_account(frames, groups["account"], groups["reached"])
    return reached, per_account(frames, groups["account"])


@once
def groups_reached(frames: Frames, *, by: str) -> pd.DataFrame:
    """One row per account and group (or persona) that should use the product: account, its name,
    target (people), active (in 28 days), needed (active ones), reached.
    """
    groups = _listed(frames, by=by, active=active_28(frames))
    needed = np.maximum(1, ALIVE_SHARE * groups["target"])
    return pd.DataFrame({**groups, "needed": needed, "reached": groups["active"] >= needed})


def _listed(frames: Frames, *, by: str, **sums: npt.NDArray[Any]) -> dict[str, npt.NDArray[Any]]:
    """One row per account and group that should use the product, in the order of the people:
    account, its name, target (intended people who are there), named (those who ever were), and
    the sums over everybody in it of what is given per person (whole numbers).
    """
    people = frames.people
    account = people["account"].to_numpy(dtype=np.intp)
    intended, current = (people[name].to_numpy(dtype=bool) for name in ("intended", "current"))
    left, tenure = (people[name].to_numpy(dtype=float) for name in ("left_days", "tenure_days"))
    listed = (np.bincount(account, weights=intended) > 0)[account]
    target = np.where(listed, intended & np.isnan(left), current)
    named = np.where(listed, intended, ~np.isnan(tenure))
    name, names = pd.factorize(people[by])
    some = np.flatnonzero(people[by] != "")
    group, pairs = pd.factorize(account[some] * len(names) + name[some])
    first = some[np.unique(group, return_index=True)[1]]
    columns = {"target": target, "named": named, **sums}
    of_group = {
        key: np.bincount(group, weights=values[some], minlength=len(pairs)).astype(
            np.int64 if values.dtype == bool else values.dtype
        )
        for key, values in columns.items()
    }
    ever = of_group["named"] > 0
    found = {"account": account[first], by: people[by].to_numpy()[first], **of_group}
    return {key: values[ever] for key, values in found.items()}
