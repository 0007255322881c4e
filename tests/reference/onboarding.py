"""Seats and value tasks, slowly."""

from __future__ import annotations

from metrics.signals.base import Portfolio
from tests.reference.world import OK, TOO_LITTLE, Account, Value


def s01(account: Account, portfolio: Portfolio) -> Value:
    if account.age < 7 or not account.seats or account.seats < 1 or not account.people:
        return None, TOO_LITTLE
    share = len(account.active_people(28)) / account.seats
    if account.age <= 90:
        share /= min(1, 0.25 + 0.75 * account.age / 70)
    return share, OK


def s03(account: Account, portfolio: Portfolio) -> Value:
    age = min(account.age, 90)
    dated = [(task.due, task.done) for task in account.tasks if task.due is not None]
    if not dated:
        return None, TOO_LITTLE
    expected = sum(1 if age >= due else age / due for due, _ in dated)
    done = sum(day is not None and day <= 90 for _, day in dated)
    return done / max(expected, 0.5), OK


def s04(account: Account, portfolio: Portfolio) -> Value:
    target = portfolio.tenant.value_days
    reached = [t.done for t in account.tasks if t.value and t.done is not None]
    if reached:
        return max(min(reached), 0) / target, OK
    if account.age > target and any(task.value for task in account.tasks):
        return account.age / target, OK
    return None, TOO_LITTLE
