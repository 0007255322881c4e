"""Case 21: days of 23 and 25 hours, in every zone of the world."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Organisation

# links to other files of a machine, and clocks that nobody lives by
ZONES = sorted(available_timezones() - {"localtime", "Factory"})
FIRST = dt.date(2025, 1, 1)
DAYS = [FIRST + dt.timedelta(days=back) for back in range(3 * 365)]
run_at = st.times().map(lambda found: found.replace(second=0, microsecond=0))


def midnight(day: dt.date, zone: ZoneInfo) -> dt.datetime:
    """The first moment of a day."""
    return dt.datetime.combine(day, dt.time(), zone).astimezone(dt.UTC)


@given(st.sampled_from(ZONES), run_at)
def test_case_21_the_days_of_a_zone_tile_time_and_each_has_one_night(
    name: str, at: dt.time
) -> None:
    organisation = Organisation(timezone=name, run_at=at)
    zone = ZoneInfo(name)
    starts = [midnight(day, zone) for day in DAYS]
    lengths = {(after - before) for before, after in pairwise(starts)}
    assert lengths <= {dt.timedelta(hours=hours / 2) for hours in range(44, 53)}
    dues = [organisation.due_at(day) for day in DAYS]
    assert all(before < after for before, after in pairwise(dues))
    assert [organisation.day_of(start) for start in starts] == DAYS
    last = dt.timedelta(microseconds=1)
    assert [organisation.day_of(start - last) for start in starts[1:]] == DAYS[:-1]


@given(st.sampled_from(ZONES), st.integers(0, 3 * 365 * 24 * 60))
def test_case_21_every_moment_lies_in_the_one_day_that_it_is_said_to(
    name: str, minute: int
) -> None:
    zone, at = ZoneInfo(name), dt.datetime(2025, 1, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=minute)
    day = Organisation(timezone=name).day_of(at)
    assert midnight(day, zone) <= at < midnight(day + dt.timedelta(days=1), zone)
