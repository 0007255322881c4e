"""When people work: weekdays, holidays, Christmas, summer, and leaves of their own."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from metrics.demo.plan import Plan

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

# Monday to Sunday
WEEK = (0.95, 1.0, 1.0, 0.97, 0.82, 0.04, 0.03)
HOLIDAYS = {(1, 1), (5, 1), (12, 25), (12, 26)}
# the offices are half empty from 22 December to 3 January
CHRISTMAS = {(12, day) for day in range(22, 32)} | {(1, day) for day in range(1, 4)}
# how often a leave begins in a month, January to December
LEAVES = (0.7, 1.0, 1.0, 1.5, 1.2, 1.3, 3.0, 3.6, 1.2, 1.0, 0.7, 2.0)
LEAVE_DAYS = (7, 14, 21)
LEAVE_SHARES = (0.5, 0.35, 0.15)
LEAVES_A_YEAR = 2.2


def workload(plan: Plan) -> Floats:
    """How much of an ordinary day's work is done on each day [days], 0 to 1."""
    return np.array([_day(plan, day) for day in range(plan.days)])


def is_working_day(plan: Plan) -> Bools:
    """Monday to Friday and no holiday [days]."""
    dates = [plan.date(day) for day in range(plan.days)]
    return np.array([d.weekday() < 5 and (d.month, d.day) not in HOLIDAYS for d in dates])


def _day(plan: Plan, day: int) -> float:
    date = plan.date(day)
    share = WEEK[date.weekday()]
    if (date.month, date.day) in HOLIDAYS:
        return share * 0.06
    if (date.month, date.day) in CHRISTMAS:
        return share * 0.3
    return share * (0.88 if date.month == 8 else 1.0)


def on_leave(plan: Plan, rng: np.random.Generator, *, people: int) -> Bools:
    """Who is away on which day [people, days]; most go in July, August and at Christmas."""
    longest = max(LEAVE_DAYS)
    begins = np.arange(-longest, plan.days)
    weights = np.array([LEAVES[plan.date(day).month - 1] for day in begins])
    counts = rng.poisson(LEAVES_A_YEAR * len(begins) / 365, people)
    total = int(counts.sum())
    start = rng.choice(begins, total, p=weights / weights.sum())
    length = rng.choice(LEAVE_DAYS, total, p=LEAVE_SHARES)
    away = np.zeros((people, plan.days), dtype=bool)
    for person, first, days in zip(np.repeat(np.arange(people), counts), start, length, strict=True):
        away[person, max(first, 0) : max(first + days, 0)] = True
    return away
