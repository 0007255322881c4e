"""What happens at renewals: churn after a notice, expansion, contraction, or nothing."""

from __future__ import annotations

import datetime as dt

import numpy as np

from metrics.demo.contracts import Customer, Movement
from metrics.demo.world import Calendar, Plan, Purpose, State

# how much each state counts when they decide: value, people, competence, support, sentiment
_WEIGHTS = np.array((0.4, 0.15, 0.1, 0.1, 0.25))
_REASONS = {
    State.VALUE: "Too few people used it to justify the price.",
    State.PEOPLE: "The team that used it was dissolved.",
    State.COMPETENCE: "Never got past the first steps.",
    State.SUPPORT: "Waited too long for answers.",
    State.SENTIMENT: "Chose a competitor after the price rise.",
}
UNFORESEEN = (
    "Acquired; the new owner has a system of its own.",
    "Insolvent.",
    "Closed the site that used it.",
)
UNFORESEEN_SHARE = 0.015


def anniversary(start: dt.date, years: int) -> dt.date:
    """The same day `years` later; 29 February becomes the 28th."""
    try:
        return start.replace(year=start.year + years)
    except ValueError:
        return start.replace(year=start.year + years, day=28)


def decide_renewals(plan: Plan, calendar: Calendar, customer: Customer) -> None:
    """Walks through the renewals up to the first one after the period; changes `customer`."""
    rng = plan.rng(Purpose.RENEWALS, customer.index)
    start = calendar.day(customer.starts_at)
    if 0 <= customer.starts_at < plan.days:
        seats = customer.seats
        first = Movement(type="new", at=customer.starts_at, amount=customer.arr, seats=seats)
        customer.movements.append(first)
    years = customer.years
    # who left on the first day has left nothing to show
    while calendar.index(anniversary(start, years)) <= 0:
        years += customer.years
    while True:
        customer.renews_on = anniversary(start, years)
        at = calendar.index(customer.renews_on)
        notice = at - customer.notice_days - int(rng.integers(1, 25))
        if notice < plan.days and _leaves(rng, customer, notice=notice):
            _leave(plan, customer, notice=notice, at=at)
            break
        if at >= plan.days:
            break
        if customer.story is None:
            _resize(rng, customer, at=at)
        years += customer.years
    _expand_between(rng, plan, customer)
    _tell_story(plan, customer)


def _mood(customer: Customer, at: int) -> float:
    seen = customer.states[max(at - 60, customer.begin) : max(at, customer.begin + 1)]
    return float(seen.mean(axis=0) @ _WEIGHTS)


def _leaves(rng: np.random.Generator, customer: Customer, *, notice: int) -> bool:
    chance, unforeseen, which = rng.random(3)
    if customer.story or notice <= customer.starts_at + 60:
        return False
    if unforeseen < UNFORESEEN_SHARE:
        customer.churn_reason = UNFORESEEN[int(which * len(UNFORESEEN))]
        return True
    mood = _mood(customer, notice)
    if chance < 1 / (1 + np.exp(1.95 + 2.2 * mood)):
        worst = State(int(np.argmin(customer.states[max(notice, 0)])))
        customer.churn_reason = _REASONS[worst]
        return True
    return False


def _leave(plan: Plan, customer: Customer, *, notice: int, at: int) -> None:
    customer.notice_at = notice
    # they move to something else until the contract ends
    fade = np.clip((np.arange(plan.days) - notice) / max(at - notice, 1), 0.0, 1.0)
    customer.states[:, State.VALUE] -= 1.8 * fade
    customer.states[:, State.SENTIMENT] -= 0.8 * fade
    if at < plan.days:
        customer.churned_at = at
        customer.ends_at = at
        churn = Movement(type="churn", at=at, amount=-customer.arr, seats=0)
        customer.movements.append(churn)
    else:
        customer.churn_reason = ""


def _move(customer: Customer, *, at: int, seats: int) -> None:
    price = customer.arr / customer.seats
    amount = int(round(seats * price, -1))
    customer.seats += seats
    customer.arr += amount
    kind = "expansion" if seats > 0 else "contraction"
    customer.movements.append(Movement(type=kind, at=at, amount=amount, seats=seats))


def _resize(rng: np.random.Generator, customer: Customer, *, at: int) -> None:
    chance, share = rng.random(), rng.uniform(0.1, 0.3)
    mood = _mood(customer, at)
    seats = max(round(customer.seats * share), 1)
    if mood > 0.6 and chance < 0.4:
        _move(customer, at=at, seats=min(seats, max(200 - customer.seats, 1)))
    elif mood < -0.2 and chance < 0.45 and customer.seats - seats >= 4:
        _move(customer, at=at, seats=-seats)


def _expand_between(rng: np.random.Generator, plan: Plan, customer: Customer) -> None:
    """Healthy customers also buy seats in the middle of a term."""
    chance, place = rng.random(2)
    at = int(customer.begin + place * (customer.ends_at - customer.begin))
    if customer.story or customer.notice_at is not None or at <= customer.starts_at + 60:
        return
    # movements keep their order, so that the churn amount is what is left in the end
    if any(move.at >= at for move in customer.movements) or _mood(customer, at) < 0.7:
        return
    if chance < 0.18 * plan.days / 365 and customer.seats < 160:
        _move(customer, at=at, seats=max(round(customer.seats * 0.15), 1))


def _tell_story(plan: Plan, customer: Customer) -> None:
    if customer.story and customer.story.key == "healthy_expansion":
        for before, seats in ((150, 12), (45, 16)):
            if plan.days > before:
                _move(customer, at=plan.days - before, seats=seats)
