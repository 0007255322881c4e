"""Rules applied to the score: each can be switched off, and none of them ever lifts anybody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from metrics.scoring.rules import BY_CODE, RULES, Bools, CapFacts, Floats, Rule

__all__ = [
    "BY_CODE",
    "RULES",
    "CapFacts",
    "Capped",
    "Rule",
    "apply",
    "binding",
    "silent_business_days",
]


@dataclass(frozen=True, kw_only=True)
class Capped:
    """final [A]: the score after caps, NaN where there is none. holds: rule -> [A], binding or
    not. expires: rule -> days until it ends by itself [A]; NaN where it does not hold, has no such
    end, or cannot end because a source that it needs is lost.
    """

    final: Floats
    holds: Mapping[str, Bools]
    expires: Mapping[str, Floats]


def apply(score: Floats, facts: CapFacts, on: Mapping[str, bool]) -> Capped:
    """The score [A] under the rules that are on (a rule that is not mentioned is on).

    While a source that a rule needs is lost, the rule stays: losing a source must not lift a cap.
    Nor does it keep one away that comes when its time has come (a ticket that was open at the last
    word). What silence looks like begins to hold only where facts still arrive, for the silence of
    a broken source is no evidence. Without a day before, the facts that are there count.
    """
    holds: dict[str, Bools] = {}
    expires: dict[str, Floats] = {}
    final = score
    for rule in RULES:
        lost = _any(facts.lost, (*rule.needs, *rule.may_need), len(score))
        held = _as_far_as_known(rule, lost, facts) & on.get(rule.code, True)
        holds[rule.code] = held
        left = np.full(len(score), np.nan) if rule.ends_in is None else rule.ends_in(facts)
        expires[rule.code] = np.where(held & ~lost, left, np.nan)
        if rule.cap is not None:
            final = np.where(held, np.minimum(final, rule.cap), final)
    return Capped(final=final, holds=holds, expires=expires)


def binding(score: float, caps: Mapping[str, float]) -> str:
    """The rule whose cap (rule -> cap, as held) decides over a score before caps: the lowest below
    it, the first by code of equal ones; "" where none does.
    """
    return min(((cap, code) for code, cap in caps.items() if cap < score), default=(0.0, ""))[1]


def _as_far_as_known(rule: Rule, lost: Bools, facts: CapFacts) -> Bools:
    now = rule.holds(facts)
    before = facts.held.get(rule.code, np.zeros_like(now))
    missing = {name: ~facts.lives[name] & ~facts.lost[name] for name in rule.needs}
    mute = {name: lost & ~facts.heard[name] for name, lost in facts.lost.items()}
    speaks = ~_any(mute, (*rule.needs, *rule.may_need) if rule.by_silence else (), len(now))
    while_lost = np.where(facts.has_before, before | (now & speaks), now)
    known: Bools = np.where(lost, while_lost, now) & ~_any(missing, rule.needs, len(now))
    return known


def _any(of_source: Mapping[str, Bools], sources: Sequence[str], accounts: int) -> Bools:
    """Whether it is so of any of the sources [A]."""
    found = np.zeros(accounts, dtype=bool)
    for name in sources:
        found |= of_source[name]
    return found


def silent_business_days(
    day: np.datetime64, *, last_use_days_ago: Floats, age_days: Floats
) -> Floats:
    """Business days (Monday to Friday) after the last use and before `day` [A]."""
    since = np.where(np.isnan(last_use_days_ago), age_days + 1, last_use_days_ago)
    after = day - (since - 1).astype("timedelta64[D]")
    return np.busday_count(after, day).astype(np.float64)
