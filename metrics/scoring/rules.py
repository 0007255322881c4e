"""Rules beside the score: what each looks at, when it holds, why, and how it ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

SILENT_BUSINESS_DAYS = 21
MIN_AGE_SILENT = 30
CHAMPION_GONE_DAYS, CHAMPION_FORGOTTEN_DAYS = 30, 182
SEVERE_OPEN_DAYS = 5  # business days
MIN_AGE_SEATS = 60
MIN_SEAT_SHARE = 0.2
HIGH_TURNOVER, NEWCOMERS_TAUGHT = 0.6, 65
# of two newcomers one alone would decide about the cap; of three it takes two left behind
MIN_NEWCOMERS = 3
UNHAPPY_DAYS = 90
USAGE_FALL, MIN_PEOPLE_FALL = -0.4, 10
SILENT_EXPECTED, SILENT_USAGE, SILENT_RESPONSE = 4, 45, 40


@dataclass(frozen=True, kw_only=True)
class CapFacts:
    """What the rules look at, [A] each; NaN: unknown, or there is no such thing.

    age_days. silent_days: business days since anybody's last use (since the start where nobody
    ever came), without weeks of which nothing was heard. champion_gone_days: since the last
    champion left, while no other is named. severe_open_days: business days that the oldest open
    severe or escalated ticket has been open. seat_share: active people / seats. turnover: S16.
    newcomers, newcomer_points: n and points of S15. unhappy_decider_days: since the newest unhappy
    answer of a decision maker that nobody has followed up and no later answer replaced.
    notice_given. usage_change: S07. people: current ones. tickets, tickets_expected: of S17.
    usage_points: S07. response_points: S23.

    lives, lost: per source (usage, people, training, tickets, surveys), whether it is live / late
    or broken, or is back and owes most of its weeks (neither: not bought, not connected). heard:
    silence is silence even so, because the source has delivered something since it was lost. held:
    rules of the account's snapshot before, has_before: whether there was one.
    """

    age_days: Floats
    silent_days: Floats
    champion_gone_days: Floats
    severe_open_days: Floats
    seat_share: Floats
    turnover: Floats
    newcomers: Floats
    newcomer_points: Floats
    unhappy_decider_days: Floats
    notice_given: Bools
    usage_change: Floats
    people: Floats
    tickets: Floats
    tickets_expected: Floats
    usage_points: Floats
    response_points: Floats
    lives: Mapping[str, Bools]
    lost: Mapping[str, Bools]
    heard: Mapping[str, Bools]
    held: Mapping[str, Bools]
    has_before: Bools


def _nobody_comes(facts: CapFacts) -> Bools:
    return (facts.age_days >= MIN_AGE_SILENT) & (facts.silent_days >= SILENT_BUSINESS_DAYS)


def _champion_gone(facts: CapFacts) -> Bools:
    gone = facts.champion_gone_days
    return (gone >= CHAMPION_GONE_DAYS) & (gone <= CHAMPION_FORGOTTEN_DAYS)


def _severe_ticket(facts: CapFacts) -> Bools:
    return facts.severe_open_days > SEVERE_OPEN_DAYS


def _seats_empty(facts: CapFacts) -> Bools:
    return (facts.age_days > MIN_AGE_SEATS) & (facts.seat_share < MIN_SEAT_SHARE)


def _untaught(facts: CapFacts) -> Bools:
    many_go: Bools = facts.turnover >= HIGH_TURNOVER
    left_alone: Bools = (facts.newcomers >= MIN_NEWCOMERS) & (
        facts.newcomer_points < NEWCOMERS_TAUGHT
    )
    return many_go & left_alone


def _unhappy_decider(facts: CapFacts) -> Bools:
    return facts.unhappy_decider_days <= UNHAPPY_DAYS


def _notice(facts: CapFacts) -> Bools:
    return facts.notice_given


def _usage_fell(facts: CapFacts) -> Bools:
    return (facts.usage_change <= USAGE_FALL) & (facts.people >= MIN_PEOPLE_FALL)


def _silence(facts: CapFacts) -> Bools:
    asks_nothing: Bools = (facts.tickets == 0) & (facts.tickets_expected >= SILENT_EXPECTED)
    turns_away: Bools = (facts.usage_points < SILENT_USAGE) & (
        facts.response_points < SILENT_RESPONSE
    )
    return asks_nothing & turns_away


def _champion_ends(facts: CapFacts) -> Floats:
    return CHAMPION_FORGOTTEN_DAYS + 1 - facts.champion_gone_days


def _unhappy_ends(facts: CapFacts) -> Floats:
    return UNHAPPY_DAYS + 1 - facts.unhappy_decider_days


@dataclass(frozen=True)
class Rule:
    """A cap (None: a status or a flag without one), why it holds and how it ends.

    needs: sources without which nothing is known; may_need: sources whose facts it takes into
    account where an account has them. by_silence: windows that run empty look like it, so that the
    silence of a lost source must not make it hold; the others rest on what was said, and begin
    when their time has come. ends_in: days until it ends by itself.
    """

    code: str
    cap: float | None
    reason: str
    until: str
    holds: Callable[[CapFacts], Bools]
    needs: tuple[str, ...] = ()
    may_need: tuple[str, ...] = ()
    by_silence: bool = False
    ends_in: Callable[[CapFacts], Floats] | None = None
    at_once: bool = False  # the band follows without waiting


RULES: tuple[Rule, ...] = (
    Rule(
        "R1",
        30.0,
        "Nobody has used the product for 21 business days",
        "Until somebody uses it again",
        _nobody_comes,
        needs=("usage",),
        by_silence=True,
        at_once=True,
    ),
    Rule(
        "R2",
        60.0,
        "The champion left and 30 days later nobody has taken over",
        "Until a successor is named, at most 182 days after the champion left",
        _champion_gone,
        needs=("people",),
        ends_in=_champion_ends,
    ),
    Rule(
        "R3",
        65.0,
        "A severe or escalated ticket has been open for more than 5 business days",
        "Until every such ticket is solved",
        _severe_ticket,
        needs=("tickets",),
    ),
    Rule(
        "R4",
        45.0,
        "Fewer than a fifth of the seats in use after 60 days",
        "Until a fifth of the seats is in use",
        _seats_empty,
        needs=("usage",),
        at_once=True,
    ),
    Rule(
        "R5",
        65.0,
        "Their people change fast and the newcomers do not get going",
        "Until newcomers come back and are trained, or fewer people leave",
        _untaught,
        needs=("usage", "people"),
        may_need=("training",),
        by_silence=True,
    ),
    Rule(
        "R6",
        60.0,
        "A decision maker gave a bad answer and nobody has come back to them",
        "Until somebody comes back to them or they answer better, at most 90 days after the answer",
        _unhappy_decider,
        needs=("surveys",),
        ends_in=_unhappy_ends,
    ),
    Rule(
        "R7",
        None,
        "They have given notice",
        "Until the notice is withdrawn",
        _notice,
        at_once=True,
    ),
    Rule(
        "R8",
        55.0,
        "Usage is 40 % or more below their own normal",
        "Until usage is less than 40 % below their own normal",
        _usage_fell,
        needs=("usage",),
        by_silence=True,
    ),
    Rule(
        "R9",
        None,
        "They have gone silent: no tickets, few answers, and usage is falling",
        "Until they ask or answer again, or usage recovers",
        _silence,
        needs=("usage", "tickets", "surveys"),
        by_silence=True,
    ),
)
BY_CODE = {rule.code: rule for rule in RULES}
