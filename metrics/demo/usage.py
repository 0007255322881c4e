"""Usage: who is active on which day, and with which features."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metrics.demo.contracts import Customer
from metrics.demo.features import FEATURES, LOGIN
from metrics.demo.people import Member
from metrics.demo.world import Calendar, Floats, Ints, Plan, Purpose, State

Flags = NDArray[np.bool_]
KEYS = (*(feature.key for feature in FEATURES), LOGIN)
_LOGIN = len(FEATURES)
# mean days until a feature is taken up, and the share of people who ever do, by level
_TAKE_UP = {"core": (7.0, 0.97), "intermediate": (60.0, 0.7), "advanced": (150.0, 0.4)}
LOGIN_ROWS = 0.22


@dataclass(frozen=True, kw_only=True)
class Usage:
    """One row per person, day and feature: columns of equal length, in order of time.

    `active` is (people, days): was she there, whatever of it is recorded.
    """

    person: Ints
    day: Ints
    second: Ints
    feature: Ints
    count: Ints
    active: Flags


def make_usage(plan: Plan, calendar: Calendar, customer: Customer, members: list[Member]) -> Usage:
    """What the members of one customer did within the period."""
    rng = plan.rng(Purpose.USAGE, customer.index)
    active = _activity(rng, calendar, customer, members)
    person, day = np.nonzero(active)
    if customer.usage == "none":
        person, day = person[:0], day[:0]
    begin = np.clip(rng.normal(9.2, 1.1, size=len(day)) * 3600, 6 * 3600, 13 * 3600)
    taken = _taken_up(rng, plan, customer, members)
    uses = _features_used(rng, customer, person, day, taken)
    if customer.usage == "logins":
        uses[:, :_LOGIN] = False
        uses[:, _LOGIN] = True
    row, feature = np.nonzero(uses)
    later = np.where(feature == _LOGIN, 0, rng.uniform(60, 28_000, size=len(row)))
    second = (begin[row] + later).astype(np.int64)
    count = 1 + rng.poisson(2.2 * np.clip(1 + customer.states[day[row], State.VALUE], 0.2, 3))
    count[feature == _LOGIN] = 1
    columns = _with_robots(rng, customer, members, [person[row], day[row], second, feature, count])
    order = np.lexsort((columns[3], columns[0], columns[2], columns[1]))
    person, day, second, feature, count = (column[order] for column in columns)
    return Usage(person=person, day=day, second=second, feature=feature, count=count, active=active)


def _logistic(values: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-values)))


def _activity(
    rng: np.random.Generator, calendar: Calendar, customer: Customer, members: list[Member]
) -> Flags:
    """Weeks on and off, then days within the weeks that are on."""
    days = len(calendar.days)
    habit = np.array([member.habit for member in members])[:, None]
    tenure = np.arange(days) - np.array([_first_day(member) for member in members])[:, None]
    value = customer.states[:, State.VALUE]
    # newcomers are slower where nobody has time to show them
    speed = 22.0 * np.exp(-0.5 * customer.states[:, State.PEOPLE])
    ramp = 1 - 0.65 * np.exp(-np.maximum(tenure, 0) / speed)
    week = (np.arange(days) + calendar.weekday[0]) // 7
    draws = rng.random((len(members), int(week[-1]) + 1))[:, week]
    on = draws < _logistic(1.75 + 1.2 * value + 0.6 * habit) * ramp
    chance = _logistic(0.0 + 0.5 * habit + 0.35 * value) * ramp * calendar.busyness
    active: Flags = on & (rng.random((len(members), days)) < chance)
    active &= _present(members, customer, tenure)
    for number, (member, lost) in enumerate(
        zip(members, _lapses(rng, customer, members), strict=True)
    ):
        active[number, lost:] = False
        for at, length in member.leaves:
            active[number, max(at, 0) : max(at + length, 0)] = False
    return active


def _first_day(member: Member) -> int:
    return 10**6 if member.came is None else int(np.floor(member.came)) + 1


def _present(members: list[Member], customer: Customer, tenure: Ints) -> Flags:
    last = [customer.ends_at if m.left is None else int(np.floor(m.left)) for m in members]
    here: Flags = (tenure >= 0) & (np.arange(tenure.shape[1]) < np.array(last)[:, None])
    here &= np.array([member.is_person for member in members])[:, None]
    return here


def _lapses(rng: np.random.Generator, customer: Customer, members: list[Member]) -> Ints:
    """First day of giving the product up for good, without losing the login."""
    value = np.clip(customer.states[:, State.VALUE], -3, 3)
    risk = np.cumsum(0.0002 * np.exp(-1.3 * value))
    draws = rng.exponential(size=len(members)) * np.exp(
        [0.8 * member.habit + 2.0 * member.champion for member in members]
    )
    came = [min(max(_first_day(member), 0), len(risk) - 1) for member in members]
    return np.searchsorted(risk, risk[came] + draws)


def _taken_up(
    rng: np.random.Generator, plan: Plan, customer: Customer, members: list[Member]
) -> Floats:
    """(people, features): day on which each begins with each feature, infinite for never."""
    competence = float(customer.states[customer.begin : customer.ends_at, State.COMPETENCE].mean())
    shape = (len(members), len(FEATURES))
    waits, chances = rng.exponential(size=shape), rng.random(shape)
    taken = np.full(shape, np.inf)
    for column, feature in enumerate(FEATURES):
        mean, share = _TAKE_UP[feature.level]
        slow = np.exp(-0.6 * competence)
        for row, member in enumerate(members):
            eager = 0.25 * member.habit + 0.35 * competence
            odds = share / (1 - share) * np.exp(eager)
            odds *= 1.0 if member.persona in feature.personas else 0.04
            if member.came is None or chances[row, column] > odds / (1 + odds):
                continue
            ready = max(member.came, feature.released_at(plan))
            taken[row, column] = ready + waits[row, column] * mean * slow
    return taken


def _features_used(
    rng: np.random.Generator, customer: Customer, person: Ints, day: Ints, taken: Floats
) -> Flags:
    """(active days, features and log-in). A day without any feature shows the dashboards only."""
    shares = np.array([feature.share for feature in FEATURES])
    depth = np.clip(0.75 + 0.25 * customer.states[day, State.VALUE], 0.3, 1.35)
    draws = rng.random((len(day), len(FEATURES) + 1))
    uses = np.zeros(draws.shape, dtype=bool)
    uses[:, :_LOGIN] = (draws[:, :_LOGIN] < depth[:, None] * shares) & (
        taken[person] <= day[:, None]
    )
    uses[:, _LOGIN] = draws[:, _LOGIN] < LOGIN_ROWS
    nothing = ~uses.any(axis=1)
    # some only log in, look, and leave again
    uses[nothing, _LOGIN] = draws[nothing, 0] > 0.9
    uses[nothing, 0] = ~uses[nothing, _LOGIN]
    return uses


def _with_robots(
    rng: np.random.Generator, customer: Customer, members: list[Member], columns: list[Ints]
) -> list[Ints]:
    """Nightly exports call the API; our own support looks in now and then."""
    if customer.usage != "usage":
        return columns
    found = [columns]
    for number, member in enumerate(members):
        if member.is_person or member.came is None:
            continue
        days = np.arange(max(int(member.came) + 1, 0), customer.ends_at - 1)
        if member.persona == "vendor":
            days = days[rng.random(len(days)) < 0.02]
        robot = member.persona == "service"
        size = len(days)
        second = np.full(size, 9_000 if robot else 52_000) + rng.integers(0, 600, size=size)
        key = KEYS.index("api" if robot else "dashboards")
        count = rng.integers(120, 900, size=size) if robot else rng.integers(1, 9, size=size)
        found.append([np.full(size, number), days, second, np.full(size, key), count])
    return [np.concatenate(parts) for parts in zip(*found, strict=True)]
