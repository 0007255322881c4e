"""The period, the calendar and the accounts' hidden states.

Nothing here knows how a score is made: the states drive behaviour, and behaviour is all that the
files show.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What to generate: facts of [end - days, end); `people` is the mean size of an account."""

    accounts: int
    days: int
    end: dt.date
    seed: int = 7
    people: float = 19.0
    zone: str = "UTC"

    def __post_init__(self) -> None:
        if self.accounts < 1 or self.days < 30 or self.people < 4:
            raise ValueError("at least 1 account, 30 days and 4 people an account")

    @property
    def first_day(self) -> dt.date:
        return self.end - dt.timedelta(days=self.days)

    def rng(self, *place: int) -> np.random.Generator:
        """A stream of its own for each account and purpose: more accounts change no other one."""
        return np.random.default_rng([self.seed, *place])


class State(IntEnum):
    """Hidden states, each about 0 for an average account and 1 for a good one."""

    VALUE = 0
    PEOPLE = 1
    COMPETENCE = 2
    SUPPORT = 3
    SENTIMENT = 4


class Purpose(IntEnum):
    """Second part of the seed of a stream."""

    TERMS = 1
    STATES = 2
    PEOPLE = 3
    USAGE = 4
    TRAINING = 5
    TICKETS = 6
    SURVEYS = 7
    MILESTONES = 8
    RENEWALS = 9
    SOURCES = 10


@dataclass(frozen=True)
class Calendar:
    """Days of the period, and how busy each is."""

    plan: Plan

    @cached_property
    def days(self) -> tuple[dt.date, ...]:
        return tuple(self.plan.first_day + dt.timedelta(days=n) for n in range(self.plan.days))

    @cached_property
    def weekday(self) -> Ints:
        return (np.arange(self.plan.days) + self.plan.first_day.weekday()) % 7

    @cached_property
    def busyness(self) -> Floats:
        """1 on an ordinary working day, less at weekends, around Christmas and in August."""
        busy = np.where(self.weekday < 5, 1.0, 0.04)
        for at, day in enumerate(self.days):
            if (day.month, day.day) >= (12, 23) or (day.month, day.day) <= (1, 2):
                busy[at] *= 0.15
            elif day.month == 8:
                busy[at] *= 0.8
        return busy

    @cached_property
    def _offsets(self) -> tuple[str, ...]:
        """UTC offset of each day at noon; facts happen by day, clocks change by night."""
        zone = ZoneInfo(self.plan.zone)
        found = []
        for day in (*self.days, self.plan.end):
            text = dt.datetime.combine(day, dt.time(12), zone).strftime("%z")
            found.append(f"{text[:3]}:{text[3:]}")
        return tuple(found)

    @cached_property
    def prefixes(self) -> tuple[str, ...]:
        return tuple(f"{day.isoformat()}T" for day in self.days)

    def offset(self, at: int) -> str:
        return self._offsets[min(max(at, 0), self.plan.days)]

    def day(self, at: int) -> dt.date:
        """The day `at` days after the first, which may lie before it."""
        return self.plan.first_day + dt.timedelta(days=int(at))

    def moment(self, at: float) -> str:
        """ISO 8601 of a moment in days since the first midnight, to the second."""
        number = int(np.floor(at))
        second = min(round((at - number) * 86_400), 86_399)
        clock = f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"
        return f"{self.day(number).isoformat()}T{clock}{self.offset(number)}"

    def index(self, day: dt.date) -> int:
        return (day - self.plan.first_day).days


def drift(rng: np.random.Generator, *, days: int, mean: Floats, memory: float, sd: float) -> Floats:
    """Ornstein-Uhlenbeck paths, (days, states): stationary sd `sd`, autocorrelation time `memory`.

    Exact discretisation of dx = (mean - x) dt / memory + noise (Uhlenbeck & Ornstein 1930).
    """
    keep = np.exp(-1.0 / memory)
    noise = rng.normal(size=(days, len(mean))) * sd * np.sqrt(1 - keep**2)
    path = np.empty((days, len(mean)))
    now = rng.normal(size=len(mean)) * sd
    for at in range(days):
        now = keep * now + noise[at]
        path[at] = now
    return path + mean
