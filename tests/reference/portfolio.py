"""What a night takes from the whole portfolio, slowly. Who has given notice is no part of it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from itertools import product
from statistics import mean, median

from tests.reference.engagement import band, breadth, features_seen
from tests.reference.from_files import Customer
from tests.reference.sentiment import last_answers
from tests.reference.support import lately, week_heard, weeks_of_84
from tests.reference.world import WEEK, Account, Ticket

MIN_ANSWERS = 100


def who_stay(customers: Iterable[Customer]) -> list[Account]:
    return [customer.account for customer in customers if not customer.notice_given]


def users_by_week(customer: Customer) -> dict[dt.date, int]:
    account = customer.account
    state, days = customer.sources["usage"]
    lost = days if state in ("late", "broken") else 0
    return {
        week: sum(person.in_week(week) > 0 for person in account.people)
        for week in account.weeks
        if week >= account.start
        and week not in account.unheard
        and (account.today - week).days - 6 > lost
    }


def season(customers: list[Customer]) -> dict[dt.date, float]:
    """g of each week: how the accounts with five people and more compare with their 13 weeks
    before, where there are 20 of them. Weeks of an outage, over or not, are unknown.
    """
    found = {}
    accounts = who_stay(customers)
    weeks = accounts[0].weeks
    came = {id(c.account): users_by_week(c) for c in customers}
    for week in weeks[13:]:
        ratios = []
        for account in accounts:
            users = came[id(account)]
            before = [week - n * WEEK for n in range(1, 14)]
            known = [users[w] for w in before if w in users]
            if week not in users or len(known) < 7 or min(users) > before[-1]:
                continue
            if mean(known) >= 5:
                ratios.append(users[week] / mean(known))
        if len(ratios) >= 20:
            found[week] = min(max(median(ratios), 0.3), 1.5)
    return found


def mu_csat(accounts: list[Account]) -> float:
    ratings = [
        rating
        for account in accounts
        for ticket in account.tickets
        if (rating := ticket.csat) is not None
        and account.within(ticket.solved or ticket.opened.date(), 365)
    ]
    ratings += [
        survey.score
        for account in accounts
        for survey in account.surveys
        if survey.kind == "csat"
        and survey.score is not None
        and account.within(survey.answered, 365)
    ]
    return mean(r >= 4 for r in ratings) if len(ratings) >= MIN_ANSWERS else 0.80


def mu_nps(accounts: list[Account]) -> float:
    scores = [answer.score or 0 for account in accounts for answer in last_answers(account)]
    return (
        mean((score >= 9) - (score <= 6) for score in scores)
        if len(scores) >= MIN_ANSWERS
        else 0.20
    )


def mu_response(accounts: list[Account]) -> float:
    sent = [
        survey
        for account in accounts
        for survey in account.surveys
        if account.within(survey.sent or survey.answered, 365)
    ]
    answered = sum(survey.answered is not None for survey in sent)
    return answered / len(sent) if len(sent) >= MIN_ANSWERS else 0.22


def ticket_rate(customers: Iterable[Customer]) -> tuple[float | None, ...]:
    """Tickets for each active week of a person, by her tenure; tickets of nobody are spread over
    all weeks alike. From 200 months of people on. Weeks without a word are left out.
    """
    weeks, tickets, of_nobody = [0.0] * 5, [0.0] * 5, 0
    for customer in customers:
        account, sources = customer.account, customer.sources
        heard = sources["usage"][0] == sources["tickets"][0] == "live"
        if customer.notice_given or not heard or not account.people:
            continue
        told = [start for start in weeks_of_84(account) if week_heard(account, start)]
        for start, person in product(told, account.people):
            if person.active_days(start, 7):
                weeks[band(person.tenure(start + WEEK))] += 1
        asked = [ticket for ticket in lately(account, 84) if opened_in(ticket, told)]
        for ticket in asked:
            if ticket.person:
                tickets[band(ticket.person.tenure(ticket.opened.date()))] += 1
        of_nobody += sum(not ticket.person for ticket in asked)
    spread = of_nobody / max(sum(weeks), 1)
    return tuple(
        t / w + spread if w >= 200 * 52 / 12 else None for t, w in zip(tickets, weeks, strict=True)
    )


def opened_in(ticket: Ticket, weeks: list[dt.date]) -> bool:
    return any(start <= ticket.opened.date() < start + WEEK for start in weeks)


def advanced_share(customers: Iterable[Customer]) -> tuple[float | None, ...]:
    """What people use of their advanced features, by tenure; from 50 people on."""
    shares: list[list[float]] = [[] for _ in range(5)]
    for customer in customers:
        account = customer.account
        live = customer.sources["usage"][0] == "live"
        if customer.notice_given or not live or not features_seen(account):
            continue
        for person in account.active_people(28):
            share = breadth(account, person, level="advanced")
            if share is not None:
                shares[band(person.tenure(account.today))].append(share)
    return tuple(mean(found) if len(found) >= 50 else None for found in shares)


def intro_share(accounts: list[Account]) -> tuple[float | None, ...]:
    """Introductory ones of the classified tickets of a year, by the account's age; from 100 on."""
    asked: list[list[bool]] = [[] for _ in range(4)]
    for account in accounts:
        age = sum(account.age / 7 >= edge for edge in (13, 26, 52))
        asked[age] += [
            ticket.maturity == "intro"
            for ticket in lately(account, 365)
            if ticket.maturity in ("intro", "advanced")
        ]
    return tuple(mean(found) if len(found) >= 100 else None for found in asked)


def incident_days(customers: Iterable[Customer], today: dt.date) -> set[dt.date]:
    """Days on which all accounts together opened far more tickets than usual."""
    opened = Counter(t.opened.date() for c in customers for t in lately(c.account, 84))
    days = [today - dt.timedelta(days=n) for n in range(1, 85)]
    usual = median(opened[day] for day in days)
    limit = usual + 3 * median(abs(opened[day] - usual) for day in days)
    return {day for day in days if opened[day] > max(limit, 10)}
