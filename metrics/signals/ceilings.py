"""Where people stop to discover: the ceiling set of an account, and the features after which
people of the whole portfolio drop.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from metrics.signals.base import Bools, Frames, Portfolio, Source, SourceState
from metrics.signals.plateau import (
    RECENT_WEEKS,
    WINDOW,
    History,
    Places,
    eligible,
    flags,
    history,
    holds,
)
from metrics.signals.values import per_account

IN_USE_SHARE = 0.60
FOLLOWED_WEEKS = 8
MIN_USERS = 10
FALSE_DISCOVERIES = 0.10
NEXT_FEATURES = 3


@dataclass(frozen=True, kw_only=True)
class Stops:
    """Counts over one chunk. cohort: people followed, and those of them who were flagged; the same
    by their last discovery; and of those who were not, how many went on from one feature to which.
    """

    cohort: tuple[int, int] = (0, 0)
    last: Mapping[str, int] = field(default_factory=dict)
    last_flagged: Mapping[str, int] = field(default_factory=dict)
    went_on: Mapping[tuple[str, str], int] = field(default_factory=dict)


def ceiling_sets(frames: Frames, flagged: Places) -> dict[int, list[str]]:
    """Per account, the features at which its flagged people stopped, in the catalogue's order.

    In use at the plateau: first used before the last 4 weeks, and used since the 28 weeks of the
    evaluation began. The set holds features that at least 60 % of the flagged people had in use
    (of those who had any: who dropped longer ago says nothing about it), unless one of the
    flagged people went beyond: first used, on a later day than that feature, one outside the 60 %.
    """
    end = (frames.day - frames.weeks[-1]).days - 7
    chosen = np.zeros(len(frames.people), dtype=bool)
    chosen[flagged] = True
    used = frames.feature_use[chosen[frames.feature_use["person"]]]
    person, feature, first, last = (
        used[name].to_numpy(dtype=np.int64)
        for name in ("person", "feature", "first_days_ago", "last_days_ago")
    )
    account = frames.people["account"].to_numpy(dtype=np.intp)
    at_plateau = (first > end + 7 * RECENT_WEEKS) & (last <= end + 7 * WINDOW)
    having = np.zeros((len(frames.accounts), len(frames.features)))
    np.add.at(having, (account[person[at_plateau]], feature[at_plateau]), 1)
    people = per_account(frames, frames.people["account"].iloc[np.unique(person[at_plateau])])
    ceiling = having / np.maximum(people, 1)[:, None] >= IN_USE_SHARE
    inside = ceiling[account[person], feature]
    beyond = np.full(len(frames.people), np.inf)  # the newest discovery outside
    np.minimum.at(beyond, person[~inside], first[~inside])
    passed = first > beyond[person]
    ceiling[account[person[passed]], feature[passed]] = False
    keys = frames.features["key"].to_numpy(dtype=object)
    return {int(place): keys[ceiling[place]].tolist() for place in np.flatnonzero(ceiling.any(1))}


def next_features(portfolio: Portfolio, ceiling: Sequence[str]) -> list[str]:
    """What people elsewhere who stayed go on to from the features of this set, where the portfolio
    knows that people stop after them; nothing that is in the set.
    """
    known = {str(found["feature"]): found["next"] for found in portfolio.ceilings}
    found = [key for feature in ceiling for key in known.get(feature, [])]
    return [key for key in dict.fromkeys(found) if key not in ceiling]


def stops(frames: Frames) -> Stops:
    """The counts of one chunk: people who 8 weeks ago were eligible and carried no flag, and who
    are still there. Accounts whose usage we do not hear, and those that have given notice, teach
    nothing. The season is not known yet in a run's first pass: each week counts as it is.
    """
    past = history(frames)
    who, flagged = _cohort(past, frames)
    ago = int(past.ends[-1 - FOLLOWED_WEEKS])
    keys = frames.features["key"].to_numpy(dtype=object)
    used = frames.feature_use[["person", "feature", "first_days_ago"]]
    used = used[used["person"].isin(who)]
    then = used[used["first_days_ago"] > ago]
    newest = then.groupby("person")["first_days_ago"].transform("min")
    last = then[then["first_days_ago"] == newest]
    return Stops(
        cohort=(len(who), int(flagged.sum())),
        last=Counter(keys[last["feature"]].tolist()),
        last_flagged=Counter(keys[last["feature"][last["person"].isin(who[flagged])]].tolist()),
        went_on=_went_on(used[used["person"].isin(who[~flagged])], keys),
    )


def _cohort(past: History, frames: Frames) -> tuple[Places, Bools]:
    """Whom to follow over 8 weeks, and who of them was flagged in any of them."""
    accounts = frames.source_state[Source.USAGE] == SourceState.LIVE.value
    accounts &= ~frames.accounts["notice_given"].to_numpy(dtype=bool)
    there = accounts[frames.people["account"]] & frames.people["current"].to_numpy(dtype=bool)
    ago = int(past.ends[-1 - FOLLOWED_WEEKS])
    who = np.flatnonzero(there & eligible(past, ago=ago))
    who = who[~flags(past, who, back=FOLLOWED_WEEKS)[0]]
    # two in a row hold one that is an odd number of weeks back: the others are asked where it holds
    odd = range(1, FOLLOWED_WEEKS + 1, 2)
    found = {back: holds(past, who, back=back)[0] for back in odd}
    maybe = np.logical_or.reduce(list(found.values()))
    for back in range(0, FOLLOWED_WEEKS + 1, 2):
        found[back] = np.zeros(len(who), dtype=bool)
        found[back][maybe] = holds(past, who[maybe], back=back)[0]
    pairs = [found[back] & found[back + 1] for back in range(FOLLOWED_WEEKS)]
    return who, np.logical_or.reduce(pairs)


def _went_on(used: pd.DataFrame, keys: Any) -> Counter[tuple[str, str]]:
    """How many people came from which feature to which: first used on the next day on which she
    found anything.
    """
    day = used.groupby("person")["first_days_ago"].rank(method="dense", ascending=False)
    used = used.assign(step=day.astype(np.int64))
    later = used.assign(step=used["step"] - 1)
    pairs = used.merge(later, on=["person", "step"], suffixes=("", "_next"))
    return Counter(
        zip(
            keys[pairs["feature"]].tolist(),
            keys[pairs["feature_next"]].tolist(),
            strict=True,
        )
    )


def ceilings(parts: Iterable[Stops]) -> tuple[dict[str, Any], ...]:
    """Features after which people stop, the surest first: who had just found one of them was
    flagged within 8 weeks more often than who had found another one last. Fisher's exact
    test, one-sided, for each feature that was the last one of at least 10 people; of the
    findings, 10 % may be false (Benjamini and Hochberg 1995). Plain JSON.
    """
    total = _sum(parts)
    people, flagged = total.cohort
    tested = []
    for feature, users in total.last.items():
        hits = total.last_flagged.get(feature, 0)
        if users >= MIN_USERS:
            tested.append((fisher(hits, users, flagged, people), feature, users, hits))
    tested.sort()
    return tuple(
        {
            "feature": feature,
            "people": users,
            "flagged": hits,
            "other_people": people - users,
            "other_flagged": flagged - hits,
            "p": p,
            "next": _next(feature, total.went_on),
        }
        for p, feature, users, hits in tested[: significant([p for p, *_ in tested])]
    )


def _sum(parts: Iterable[Stops]) -> Stops:
    """The counts of all chunks together."""
    people = flagged = 0
    last, last_flagged, went_on = Counter[str](), Counter[str](), Counter[tuple[str, str]]()
    for part in parts:
        people, flagged = people + part.cohort[0], flagged + part.cohort[1]
        last.update(part.last)
        last_flagged.update(part.last_flagged)
        went_on.update(part.went_on)
    return Stops(cohort=(people, flagged), last=last, last_flagged=last_flagged, went_on=went_on)


def _next(feature: str, went_on: Mapping[tuple[str, str], int]) -> list[str]:
    """The features that most people went on to."""
    found = sorted((-n, to) for (origin, to), n in went_on.items() if origin == feature)
    return [to for _, to in found[:NEXT_FEATURES]]


def fisher(hits: int, drawn: int, marked: int, total: int) -> float:
    """P(at least `hits` marked among `drawn` out of `total`, of whom so many are `marked`)."""

    def ways(n: int, k: int) -> float:
        return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)

    tail = math.fsum(
        math.exp(ways(marked, x) + ways(total - marked, drawn - x) - ways(total, drawn))
        for x in range(max(hits, drawn + marked - total), min(drawn, marked) + 1)
    )
    return min(tail, 1.0)


def significant(ordered: Sequence[float]) -> int:
    """How many of the ascending p values pass at 10 %: Benjamini and Hochberg 1995."""
    limit = FALSE_DISCOVERIES / max(len(ordered), 1)
    passed = [rank for rank, p in enumerate(ordered, start=1) if p <= rank * limit]
    return max(passed, default=0)
