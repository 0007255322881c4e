"""Hard rules applied after the score: each has an id, a reason, and can be switched off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

SILENT_BUSINESS_DAYS = 21
MIN_AGE_SILENT = 30
MIN_AGE_SEATS = 60
MIN_SEAT_SHARE = 0.2


@dataclass(frozen=True)
class Rule:
    """A cap (None: a status without a cap) and the sentence that explains it."""

    code: str
    cap: float | None
    reason: str
    at_once: bool = False  # the band follows without waiting


RULES: tuple[Rule, ...] = (
    Rule("R1", 30.0, "Nobody has used the product for 21 business days", at_once=True),
    Rule("R4", 45.0, "Fewer than a fifth of the seats in use after 60 days", at_once=True),
    Rule("R7", None, "They have given notice", at_once=True),
)
BY_CODE = {rule.code: rule for rule in RULES}


@dataclass(frozen=True, kw_only=True)
class CapFacts:
    """What the rules look at, [A] each.

    age_days; silent_days: business days since anybody's last use (since the start where nobody
    ever came); seat_share: active people / seats, NaN unknown; usage_lives, usage_lost: the source
    is live / late or broken (neither: not connected); usage_speaks: silence is silence, even so;
    notice_given. held: rules of the account's snapshot before, has_before: whether there was one.
    """

    age_days: Floats
    silent_days: Floats
    seat_share: Floats
    usage_lives: Bools
    usage_lost: Bools
    usage_speaks: Bools
    notice_given: Bools
    held: Mapping[str, Bools]
    has_before: Bools


def apply(
    score: Floats, facts: CapFacts, on: Mapping[str, bool]
) -> tuple[Floats, dict[str, Bools]]:
    """The score after caps [A], and which rules hold [A] each, binding or not.

    While the usage source is lost, R1 and R4 stay: losing it must not lift a cap. They begin to
    hold only where facts still arrive, for the silence of a broken source is no evidence. Without a
    day before, the facts that are there count.
    """
    silent = (facts.age_days >= MIN_AGE_SILENT) & (facts.silent_days >= SILENT_BUSINESS_DAYS)
    empty = (facts.age_days > MIN_AGE_SEATS) & (facts.seat_share < MIN_SEAT_SHARE)
    found = {
        "R1": _as_far_as_known("R1", silent, facts),
        "R4": _as_far_as_known("R4", empty, facts),
        "R7": facts.notice_given,
    }
    holds = {rule.code: found[rule.code] & on.get(rule.code, True) for rule in RULES}
    final = score
    for rule in RULES:
        if rule.cap is not None:
            final = np.where(holds[rule.code], np.minimum(final, rule.cap), final)
    return final, holds


def _as_far_as_known(code: str, now: Bools, facts: CapFacts) -> Bools:
    before = facts.held.get(code, np.zeros_like(now))
    while_lost = np.where(facts.has_before, before | (now & facts.usage_speaks), now)
    known: Bools = np.where(facts.usage_lost, while_lost, now & facts.usage_lives)
    return known


def silent_business_days(
    day: np.datetime64, *, last_use_days_ago: Floats, age_days: Floats
) -> Floats:
    """Business days (Monday to Friday) after the last use and before `day` [A]."""
    since = np.where(np.isnan(last_use_days_ago), age_days + 1, last_use_days_ago)
    after = day - (since - 1).astype("timedelta64[D]")
    return np.busday_count(after, day).astype(np.float64)
