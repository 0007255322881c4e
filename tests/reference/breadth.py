"""Groups and who carries them, slowly."""

from __future__ import annotations

import datetime as dt
from statistics import mean

from metrics.signals.base import Portfolio
from tests.reference.training import trained
from tests.reference.world import NOT_APPLICABLE, OK, TOO_LITTLE, Account, Person, Value


def s12(account: Account, portfolio: Portfolio) -> Value:
    groups = target_groups(account)
    if len(groups) < 2:
        return None, NOT_APPLICABLE
    active = account.active_people(28)
    reached = sum(
        sum(person.group == group for person in active) >= max(1, 0.2 * size_of(account, group))
        for group in groups
    )
    return reached / len(groups), OK


def s13(account: Account, portfolio: Portfolio) -> Value:
    groups = target_groups(account)
    if len(groups) < 2:
        return None, NOT_APPLICABLE
    days = {
        group: sum(days84(account, p) for p in account.people if p.group == group)
        for group in groups
    }
    if sum(days.values()) < 20:
        return None, TOO_LITTLE
    sizes = {g: size_of(account, g) or len(named_in(account, g)) for g in groups}
    shares = [days[group] / sizes[group] for group in groups]
    hhi = sum((share / sum(shares)) ** 2 for share in shares)
    return (1 / hhi - 1) / (len(groups) - 1), OK


def s14(account: Account, portfolio: Portfolio) -> Value:
    days = [count for person in account.people if (count := days84(account, person))]
    if not days:
        return None, TOO_LITTLE
    return max(days) / sum(days) * min(1, 0.25 + len(days) / 4), OK


def days84(account: Account, person: Person) -> int:
    return person.weekdays(account.heard_days(84))


def named(account: Account) -> list[Person]:
    """Who should use it: the intended, or where nobody is listed, who ever was provisioned."""
    listed = [person for person in account.people if person.intended]
    return listed or [person for person in account.people if person.provisioned]


def named_in(account: Account, group: str) -> list[Person]:
    return [person for person in named(account) if person.group == group]


def size_of(account: Account, group: str) -> int:
    """Those of a group's people who are still there."""
    return sum(not person.left for person in named_in(account, group))


def target_groups(account: Account) -> list[str]:
    return sorted({person.group for person in named(account)} - {""})


def s15(account: Account, portfolio: Portfolio) -> Value:
    new = newcomers(account)
    if account.age <= 112 or len(new) < 2:
        return None, TOO_LITTLE
    return sum(found_her_way(account, person) for person in new) / len(new), OK


def newcomers(account: Account) -> list[Person]:
    return [
        person
        for person in account.current
        if 28 <= person.tenure(account.today) <= 112 and len(account.heard_weeks(person)) > 1
    ]


def found_her_way(account: Account, person: Person) -> bool:
    weeks = account.heard_weeks(person)
    came = sum(person.in_week(week) > 0 for week in weeks)
    taught = not account.has_training or trained(account, person)
    return came >= min(3, len(weeks) - 1) and taught


def s16(account: Account, portfolio: Portfolio) -> Value:
    mondays = [week for week in account.weeks if account.within(week, 182)]
    size = mean(sum(there(person, day) for person in account.people) for day in mondays)
    if account.age < 182 or size < 3:
        return None, TOO_LITTLE
    return sum(lost(account, person) for person in account.people) * 2 / size, OK


def there(person: Person, day: dt.date) -> bool:
    came = person.provisioned is not None and person.provisioned <= day
    return came and (person.left is None or day < person.left)


def lost(account: Account, person: Person) -> bool:
    """Deactivated in half a year, or silent for 56 whole days after four active weeks."""
    if person.left or not person.provisioned:  # who never had access cannot be lost
        return person.provisioned is not None and account.within(person.left, 182)
    weeks = sum(person.in_week(week) > 0 for week in account.weeks)
    last = max(person.days, default=account.today)
    silent = (account.today - last).days - 1
    unheard = 7 * sum(week > last for week in account.unheard)
    return weeks >= 4 and silent - unheard >= 56 and silent <= 182
