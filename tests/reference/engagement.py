"""How much and how regularly, slowly."""

from __future__ import annotations

import datetime as dt
import math
from statistics import mean, median

from metrics.signals.base import Cadence, Portfolio
from tests.reference.world import (
    NOT_APPLICABLE,
    OK,
    TOO_LITTLE,
    WEEK,
    Account,
    Feature,
    Person,
    Value,
    kept_weeks,
)


def s05(account: Account, portfolio: Portfolio) -> Value:
    if portfolio.tenant.cadence is Cadence.MONTHLY:
        return monthly_consistency(account)
    weeks = kept_weeks(account, portfolio)[-12:]
    shares = []
    for person in account.current:
        asked = [week for week in account.heard_weeks(person) if week in weeks]
        if len(asked) >= 4:
            shares.append(sum(person.in_week(week) > 0 for week in asked) / len(asked))
    return (mean(shares), OK) if len(shares) >= 2 else (None, TOO_LITTLE)


def monthly_consistency(account: Account) -> Value:
    """The same in the last six whole calendar months, with at least two of them whole."""
    months, end = [], account.today.replace(day=1)
    for _ in range(6):
        start = (end - dt.timedelta(days=1)).replace(day=1)
        if not any(week < end and week + WEEK > start for week in account.unheard):
            months.append((start, (end - start).days))
        end = start
    shares = []
    for person in account.current:
        asked = [month for month in months if person.provisioned and person.provisioned <= month[0]]
        if len(asked) >= 2:
            shares.append(sum(person.active_days(*month) > 0 for month in asked) / len(asked))
    return (mean(shares), OK) if len(shares) >= 2 else (None, TOO_LITTLE)


def s06(account: Account, portfolio: Portfolio) -> Value:
    if portfolio.tenant.cadence is Cadence.MONTHLY:
        return None, NOT_APPLICABLE
    weeks = kept_weeks(account, portfolio)[-12:]
    days = [
        count
        for person in account.current
        for week in account.heard_weeks(person)
        if week in weeks and (count := person.in_week(week))
    ]
    return (mean(days), OK) if len(days) >= 10 else (None, TOO_LITTLE)


def s07(account: Account, portfolio: Portfolio) -> Value:
    weeks = kept_weeks(account, portfolio)
    recent, baseline = (
        [week for week in span if week >= account.start and week not in account.unheard]
        for span in (weeks[-4:], weeks[:-4][-26:])
    )
    people = {week: sum(p.in_week(week) > 0 for p in account.people) for week in weeks}
    if not recent or len(baseline) < 8 or median(people[week] for week in baseline) < 3:
        return None, TOO_LITTLE

    seats = seats_taken_as_unchanged(account)

    def q(week: dt.date) -> float:
        return people[week] / portfolio.season.get(week, 1.0) / seats[week]

    return mean(map(q, recent)) / median(map(q, baseline)) - 1, OK


def seats_taken_as_unchanged(account: Account) -> dict[dt.date, float]:
    """Seats of each week; where they are unknown those of before, else of after, else 1."""
    known = [(week, seats) for week, seats in account.seats_in.items() if seats]
    found = {}
    for week in account.weeks:
        before = [seats for then, seats in known if then <= week]
        found[week] = before[-1] if before else known[0][1] if known else 1.0
    return found


def s09(account: Account, portfolio: Portfolio) -> Value:
    if not features_seen(account):
        return None, TOO_LITTLE
    shares = [
        share for p in account.active_people(28) if (share := breadth(account, p)) is not None
    ]
    return (mean(shares), OK) if len(shares) >= 2 else (None, TOO_LITTLE)


def s10(account: Account, portfolio: Portfolio) -> Value:
    shares, expected = [], []
    for person in account.active_people(28):
        share = breadth(account, person, level="advanced")
        if share is not None:
            shares.append(share)
            expected.append(expected_advanced(person.tenure(account.today), portfolio))
    if len(shares) < 3 or not features_seen(account) or not sum(expected):
        return None, TOO_LITTLE
    return mean(shares) / mean(expected), OK


def s11(account: Account, portfolio: Portfolio) -> Value:
    depths = []
    for person in account.active_people(28):
        share = breadth(account, person)
        if share is not None:
            depths.append(person.weekdays(account.heard_days(28)) / 4 * share)
    if len(depths) < 2 or not features_seen(account):
        return None, TOO_LITTLE
    return mean(depths) / portfolio.tenant.depth_reference, OK


def features_seen(account: Account) -> bool:
    """Whether the source brings more than log-ins."""
    first = account.first_heard(56)
    return any(day >= first for person in account.people for day in person.last_use.values())


def relevant(account: Account, person: Person, level: str = "") -> list[Feature]:
    """Features meant for her that have been there for eight weeks in which we heard of them."""
    first = account.first_heard(56)
    return [
        feature
        for feature in account.features
        if (not feature.released or feature.released <= first)
        and (not feature.personas or not person.persona or person.persona in feature.personas)
        and (not level or feature.level == level)
    ]


def breadth(account: Account, person: Person, level: str = "") -> float | None:
    """Share of the features meant for her that she used in 56 days; None: none is meant."""
    asked = relevant(account, person, level)
    first = account.first_heard(56)
    used = [f for f in asked if (last := person.last_use.get(f.key)) and last >= first]
    return len(used) / len(asked) if asked else None


BANDS = (4, 13, 26, 52)  # weeks


def band(days: int) -> int:
    return sum(days >= 7 * edge for edge in BANDS)


def expected_advanced(tenure: int, portfolio: Portfolio) -> float:
    known = portfolio.advanced_share[band(tenure)]
    return 0.06 + 0.16 * (1 - math.exp(-tenure / 7 / 26)) if known is None else known
