"""What is asked for: how many accounts, which days, which seed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np

UTC = ZoneInfo("UTC")


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Days are counted from `start`, so that day 0 is the first one and day `days` is `end`.

    end: the first day that is not covered; days before it are. people: per account on average.
    zone: where the days begin. The same plan always gives the same files.
    """

    end: dt.date
    accounts: int = 60
    days: int = 400
    seed: int = 1
    people: int = 19
    zone: ZoneInfo = UTC

    def __post_init__(self) -> None:
        for name, low, high in (
            ("accounts", 1, 100_000),
            ("days", 7, 2000),
            ("people", 6, 100),
            ("seed", 0, 2**32 - 1),
        ):
            if not low <= getattr(self, name) <= high:
                raise ValueError(f"{name} must be from {low} to {high:,}")

    @cached_property
    def start(self) -> dt.date:
        """The first day."""
        return self.end - dt.timedelta(days=self.days)

    def date(self, day: int) -> dt.date:
        """The date of a day; negative days lie before the first one."""
        return self.start + dt.timedelta(days=int(day))

    def day(self, date: dt.date) -> int:
        """The day of a date."""
        return (date - self.start).days

    def rng(self, *stream: int) -> np.random.Generator:
        """Random numbers of one stream: a change in one never moves another."""
        return np.random.default_rng([self.seed, *stream])

    @cached_property
    def offsets(self) -> tuple[str, ...]:
        """The zone's distance from UTC on each day, as in +01:00."""
        return tuple(self._offset(day) for day in range(self.days))

    def _offset(self, day: int) -> str:
        noon = dt.datetime.combine(self.date(day), dt.time(12), self.zone)
        return noon.isoformat()[-6:]

    def moment(self, day: int, second: int) -> str:
        """A second of a day of the window, as ISO 8601 with zone."""
        minutes, seconds = divmod(int(second), 60)
        hours, minutes = divmod(minutes, 60)
        return f"{self.date(day)}T{hours:02}:{minutes:02}:{seconds:02}{self.offset_of(day)}"

    def offset_of(self, day: int) -> str:
        """The same as `offsets`, for any day."""
        return self.offsets[day] if 0 <= day < self.days else self._offset(int(day))
