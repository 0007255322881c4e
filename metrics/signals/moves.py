"""What people can do about a signal, in whole units, and the raw value that so many units give.

Only signals that somebody can move tomorrow are here: what customers think (S20, S22, S24), the
past (S04, S16) and the questions they ask (S17, S18, S21) are not, nor is what is made of several
things at once (S11 depth, S13 evenness). Effort counts in people to bring along: one person who
comes (back) is 1, a person trained or further along in the features one half, a group that begins
2 (its first people must be found), an answer to a survey one quarter, ten per cent of speed 1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from metrics.signals.base import Cadence, Floats
from metrics.signals.engagement import CONSISTENCY_MONTHS, CONSISTENCY_WEEKS
from metrics.signals.numbers import Value, count, hours
from metrics.signals.onboarding import ONBOARDING_DAYS
from metrics.signals.sentiment import RESPONSE_PRIOR_SURVEYS

MOST_DAYS_A_WEEK = 5
FEATURE_STEP = 0.25  # of the features meant for a person
WINDOW_WEEKS = 12


@dataclass(frozen=True, kw_only=True)
class Here:
    """Where an account's signal stands."""

    value: Value
    age_days: float
    cadence: Cadence = Cadence.DAILY


@dataclass(frozen=True, kw_only=True)
class Move:
    """effort: people per unit. most: units there is room for, rounded down by who asks. raw: the
    raw value after k units, vectorised. say: the units in words.
    """

    effort: float
    most: Callable[[Here], float]
    raw: Callable[[Here, Floats], Floats]
    say: Callable[[int, Here], str]


def _room(here: Here) -> float:
    return here.value.whole - here.value.part


def _people(here: Here) -> float:
    return here.value.n


def _of_expected(here: Here, k: Floats, *, first: float, days: float) -> Floats:
    """A share that is measured against a ramp in the first 90 days."""
    young = here.age_days <= ONBOARDING_DAYS
    ramp = min(1.0, first + (1 - first) * here.age_days / days) if young else 1.0
    return (here.value.part + k) / (here.value.whole * ramp)


def _seats(here: Here, k: Floats) -> Floats:
    return _of_expected(here, k, first=0.25, days=70)


def _trained(here: Here, k: Floats) -> Floats:
    return _of_expected(here, k, first=0.3, days=84)


def _tasks_left(here: Here) -> float:
    """After day 90 the value of day 90 stays: a task done then no longer counts."""
    return _room(here) if here.age_days < ONBOARDING_DAYS else 0.0


def _tasks(here: Here, k: Floats) -> Floats:
    """At most every task is expected already: the raw value rises at least so much."""
    return here.value.raw + k / here.value.whole


def _periods(here: Here) -> int:
    return CONSISTENCY_MONTHS if here.cadence is Cadence.MONTHLY else CONSISTENCY_WEEKS


def _periods_left(here: Here) -> float:
    """Person-weeks (person-months) until everybody comes in each of them."""
    return (1 - here.value.raw) * here.value.n * _periods(here)


def _consistency(here: Here, k: Floats) -> Floats:
    """Who has not been there for the whole window has fewer weeks, and each counts more."""
    return here.value.raw + k / (here.value.n * _periods(here))


def _say_consistency(k: int, here: Here) -> str:
    period = "month" if here.cadence is Cadence.MONTHLY else "week"
    people = count(here.value.n, "person", "people")
    return (
        f"{count(k, f'more {period}')} with a visit, over {people} and {_periods(here)} {period}s"
    )


def _days_left(here: Here) -> float:
    return MOST_DAYS_A_WEEK * here.value.whole - here.value.part


def _regularity(here: Here, k: Floats) -> Floats:
    return (here.value.part + k) / here.value.whole


def _weekly_room(here: Here) -> float:
    """Up to half as many people again as in a normal week."""
    return 1.5 * here.value.whole - here.value.part


def _weekly(here: Here, k: Floats) -> Floats:
    """Seats and season stay: the recent weeks rise in proportion."""
    now = 1 + here.value.raw
    if here.value.part > 0:
        return now * (here.value.part + k) / here.value.part - 1
    return now + k / here.value.whole - 1


def _won_back(here: Here, k: Floats) -> Floats:
    return (here.value.part - k + 0.5) / (here.value.whole + 5)


def _breadth(here: Here, k: Floats) -> Floats:
    return np.minimum(here.value.raw + FEATURE_STEP * k / here.value.n, 1.0)


def _adopters(here: Here) -> float:
    """Nobody uses an advanced feature: then nobody can say how much one more would."""
    return _room(here) if here.value.part > 0 else 0.0


def _advanced(here: Here, k: Floats) -> Floats:
    """Each further person does as much as those who do."""
    return here.value.raw * (here.value.part + k) / here.value.part


def _share(here: Here, k: Floats) -> Floats:
    return (here.value.part + k) / here.value.whole


def _others(here: Here) -> float:
    """Up to as many days of others as there are days now."""
    return here.value.whole


def _dependence(here: Here, k: Floats) -> Floats:
    return here.value.raw * here.value.whole / (here.value.whole + k)


def _faster(here: Here, k: Floats) -> Floats:
    return here.value.raw * (1 - k / 100)


def _say_faster(k: int, here: Here) -> str:
    after = hours(here.value.part * (1 - k / 100))
    return f"First answers {k}\u00a0% sooner ({after} instead of {hours(here.value.part)})"


def _answers(here: Here, k: Floats) -> Floats:
    return here.value.raw + k / (here.value.whole + RESPONSE_PRIOR_SURVEYS)


MOVES: Mapping[str, Move] = {
    "S01": Move(effort=1, most=_room, raw=_seats, say=lambda k, _: f"{k} more active {_person(k)}"),
    "S03": Move(
        effort=1,
        most=_tasks_left,
        raw=_tasks,
        say=lambda k, _: f"{count(k, 'more value task')} done",
    ),
    "S05": Move(
        effort=1 / WINDOW_WEEKS, most=_periods_left, raw=_consistency, say=_say_consistency
    ),
    "S06": Move(
        effort=1 / (2 * WINDOW_WEEKS),
        most=_days_left,
        raw=_regularity,
        say=lambda k, _: f"{count(k, 'more active day')} in the weeks in which people come",
    ),
    "S07": Move(
        effort=1,
        most=_weekly_room,
        raw=_weekly,
        say=lambda k, _: f"{k} more {_person(k)} active in each of the next four weeks",
    ),
    "S08": Move(
        effort=1,
        most=lambda here: here.value.part,
        raw=_won_back,
        say=lambda k, _: f"Win back {k} {_person(k)} who stopped after a plateau",
    ),
    "S09": Move(
        effort=0.5,
        most=_people,
        raw=_breadth,
        say=lambda k, _: f"{k} {_person(k)} taking up a quarter more of their features",
    ),
    "S10": Move(
        effort=0.5,
        most=_adopters,
        raw=_advanced,
        say=lambda k, _: f"{k} more {_person(k)} using advanced features",
    ),
    "S12": Move(
        effort=2, most=_room, raw=_share, say=lambda k, _: f"Get {count(k, 'more group')} going"
    ),
    "S14": Move(
        effort=1 / WINDOW_WEEKS,
        most=_others,
        raw=_dependence,
        say=lambda k, _: f"{count(k, 'more active day')} of others than the busiest person",
    ),
    "S15": Move(
        effort=1, most=_room, raw=_share, say=lambda k, _: f"Onboard {count(k, 'more newcomer')}"
    ),
    "S02": Move(
        effort=0.5, most=_room, raw=_trained, say=lambda k, _: f"Train {k} more {_person(k)}"
    ),
    "S19": Move(effort=0.1, most=lambda _: 90, raw=_faster, say=_say_faster),
    "S23": Move(
        effort=0.25,
        most=_room,
        raw=_answers,
        say=lambda k, _: f"{count(k, 'more survey')} answered",
    ),
}


def _person(k: int) -> str:
    return "person" if k == 1 else "people"
