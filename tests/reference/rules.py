"""The rules R1 to R9 on a first night, slowly."""

from __future__ import annotations

import datetime as dt

from metrics.signals.base import Portfolio
from tests.reference.breadth import newcomers
from tests.reference.from_files import Asked, Customer
from tests.reference.sentiment import last_answers
from tests.reference.support import WORST, expected_tickets, tickets_counted
from tests.reference.world import Ticket

Values = dict[str, float | None]
# sources without which a rule knows nothing
NEEDS = {
    "R1": "usage",
    "R2": "people",
    "R3": "tickets",
    "R4": "usage",
    "R5": "usage people",
    "R6": "surveys",
    "R7": "",
    "R8": "usage",
    "R9": "usage tickets surveys",
}


def holds(customer: Customer, portfolio: Portfolio, raw: Values, points: Values) -> list[str]:
    """The rules that hold, in order."""
    found = {
        "R1": nobody_comes(customer),
        "R2": champion_gone(customer),
        "R3": severe_ticket(customer),
        "R4": seats_empty(customer, raw),
        "R5": newcomers_left_alone(customer, raw, points),
        "R6": unhappy_decider(customer),
        "R7": customer.notice_given,
        "R8": raw["S07"] is not None and raw["S07"] <= -0.4 and len(customer.account.current) >= 10,
        "R9": gone_silent(customer, portfolio, raw, points),
    }
    lives = {name for name, (state, _) in customer.sources.items() if state in LIVES}
    return [rule for rule, held in found.items() if held and set(NEEDS[rule].split()) <= lives]


LIVES = ("live", "late", "broken")


def at_least(value: float | None, limit: float) -> bool:
    return value is not None and value >= limit


def below(value: float | None, limit: float) -> bool:
    return value is not None and value < limit


def nobody_comes(customer: Customer) -> bool:
    """Nobody for 21 business days, those of weeks of which nothing was heard left out; an account
    of less than 30 days has time.
    """
    account = customer.account
    since = customer.last_use + dt.timedelta(days=1) if customer.last_use else account.start
    unheard = 5 * sum(week >= since for week in account.unheard)
    return account.age >= 30 and business_days(since, account.today) - unheard >= 21


def champion_gone(customer: Customer) -> bool:
    """30 to 182 days after the last champion left nobody else is one."""
    champions = [person for person in customer.account.people if person.champion]
    left = [person.left for person in champions if person.left]
    if not left or len(left) < len(champions):
        return False
    return 30 <= (customer.account.today - max(left)).days <= 182


def severe_ticket(customer: Customer) -> bool:
    today = customer.account.today
    return any(
        (ticket.escalated or is_worst(ticket))
        and not ticket.solved
        and business_days(ticket.opened.date(), today) > 5
        for ticket in customer.account.tickets
        if customer.account.within(ticket.opened.date(), 2 * 371)
    )


def is_worst(ticket: Ticket) -> bool:
    return "".join(c for c in ticket.severity.lower() if c.isalnum()) in WORST


def seats_empty(customer: Customer, raw: Values) -> bool:
    account = customer.account
    if raw["S01"] is None or not account.seats:
        return False
    return account.age > 60 and len(account.active_people(28)) / account.seats < 0.2


def newcomers_left_alone(customer: Customer, raw: Values, points: Values) -> bool:
    """Turnover of 60 %, and two of three or more newcomers do not find their way."""
    enough = len(newcomers(customer.account)) >= 3
    return enough and at_least(raw["S16"], 0.6) and below(points["S15"], 65)


def unhappy_decider(customer: Customer) -> bool:
    """A decision maker who is still there said 6 or less, and nobody came back to her."""
    return any(
        isinstance(survey, Asked)
        and survey.person
        and survey.person.decides
        and not survey.person.left
        and (survey.score or 0) <= 6
        and not survey.followed_up
        and customer.account.within(survey.answered, 90)
        for survey in last_answers(customer.account)
    )


def gone_silent(customer: Customer, portfolio: Portfolio, raw: Values, points: Values) -> bool:
    if raw["S17"] is None:
        return False
    asks_nothing = tickets_counted(customer.account, portfolio) == 0
    expected = expected_tickets(customer.account, portfolio)
    return (
        asks_nothing
        and at_least(expected, 4)
        and below(points["S07"], 45)
        and below(points["S23"], 40)
    )


def business_days(first: dt.date, end: dt.date) -> int:
    days = (first + dt.timedelta(days=n) for n in range(max((end - first).days, 0)))
    return sum(day.weekday() < 5 for day in days)
