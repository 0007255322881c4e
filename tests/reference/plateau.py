"""Who falls away after a plateau of discovery, slowly: one person and one week at a time."""

from __future__ import annotations

import datetime as dt
import math
from itertools import groupby, pairwise
from statistics import mean, median

from metrics.signals.base import Portfolio
from tests.reference.world import OK, TOO_LITTLE, WEEK, Account, Person, Value

LOOKS = 25  # weeks looked at again each night


def s08(account: Account, portfolio: Portfolio) -> Value:
    last = account.weeks[-1] + WEEK  # the first day after the last complete week
    asked = [person for person in account.current if eligible(person, account.today, account.today)]
    if account.age < 180 or len(asked) < 3:
        return None, TOO_LITTLE
    flagged = 0
    for person in asked:
        looks = [
            fell(account, portfolio, person, last - back * WEEK) for back in reversed(range(LOOKS))
        ]
        flagged += is_flagged(looks)
    return (flagged + 0.5) / (len(asked) + 5), OK


def is_flagged(looks: list[bool]) -> bool:
    """Two looks in a row set the flag, two in a row clear it."""
    flag = False
    for before, now in pairwise(looks):
        if before == now:
            flag = now
    return flag


def eligible(person: Person, day: dt.date, then: dt.date) -> bool:
    """26 weeks of access on that day and three features used by then."""
    return person.tenure(day) >= 182 and sum(f < then for f in person.first_use.values()) >= 3


def fell(account: Account, portfolio: Portfolio, person: Person, end: dt.date) -> bool:
    """Whether she has lapsed or declined, as it looks on the Monday `end`."""
    since = person.provisioned
    if since is None or (end - since).days < 182 or not eligible(person, end, end):
        return False
    if sum(end - 8 * WEEK <= first < end for first in person.first_use.values()) > 1:
        return False
    window = [week for week in account.heard_weeks(person) if end - 28 * WEEK <= week < end]
    days = {
        week: person.in_week(week) / season
        for week in window
        if (season := portfolio.season.get(week, 1.0)) >= 0.6
    }
    if len(days) >= 4 and person.active_days(fourth := list(days)[-4], (end - fourth).days) == 0:
        return True
    return declined(without_holidays(days), end)


def without_holidays(days: dict[dt.date, float]) -> dict[dt.date, float]:
    """For who comes in more than 55 % of her weeks, empty runs of up to three weeks are none."""
    if sum(value > 0 for value in days.values()) <= 0.55 * len(days):
        return days
    kept: dict[dt.date, float] = {}
    for empty, run in groupby(days.items(), key=lambda item: item[1] == 0):
        weeks = dict(run)
        if not empty or len(weeks) > 3:
            kept |= weeks
    return kept


def declined(days: dict[dt.date, float], end: dt.date) -> bool:
    """At most 70 % of the median of the 20 weeks that ended 8 weeks ago, and no accident."""
    recent = [value for week, value in days.items() if week >= end - 8 * WEEK][-4:]
    usual = [value for week, value in days.items() if end - 28 * WEEK <= week < end - 8 * WEEK]
    if len(recent) < 4 or len(usual) < 8 or median(usual) < 1:
        return False
    n, m, p = 5 * 4, 5 * len(usual), min(mean(usual) / 5, 1)
    spread = n * p * (1 - p) * 1.3 * (1 + n / m)
    below = sum(recent) - n * mean(usual) / 5
    return mean(recent) <= 0.70 * median(usual) and below < -2.33 * math.sqrt(spread)
