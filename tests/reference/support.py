"""What they ask and how they are answered, slowly."""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from statistics import mean, median

from metrics.signals.base import Portfolio
from tests.reference.engagement import band
from tests.reference.world import OK, TOO_LITTLE, WEEK, Account, Ticket, Value


def s17(account: Account, portfolio: Portfolio) -> Value:
    if not account.people:
        return None, TOO_LITTLE
    asked, expected = tickets_counted(account, portfolio), expected_tickets(account, portfolio)
    if expected is None:
        return None, TOO_LITTLE
    return (asked + 2) / (expected + 2), OK


def tickets_counted(account: Account, portfolio: Portfolio) -> int:
    """Tickets of 84 days; those of a day on which we had an incident count once."""
    days = [ticket.opened.date() for ticket in lately(account, 84)]
    ours = {day for day in days if day in portfolio.incident_days}
    return sum(day not in ours for day in days) + len(ours)


def expected_tickets(account: Account, portfolio: Portfolio) -> float | None:
    """For a week without a word as much as in the mean of the others, at least; None: no other."""
    by_week = {start: expected_in(account, start, portfolio) for start in weeks_of_84(account)}
    alive = [start for start in by_week if start >= account.start]
    heard = [by_week[start] for start in alive if week_heard(account, start)]
    for start in alive:
        if not week_heard(account, start):
            if not heard:
                return None
            by_week[start] = max(by_week[start], mean(heard))
    return sum(by_week.values())


def weeks_of_84(account: Account) -> list[dt.date]:
    """First days of the twelve times seven days up to yesterday."""
    return [account.first_of(84) + n * WEEK for n in range(12)]


def week_heard(account: Account, start: dt.date) -> bool:
    """Whether none of its days from Monday to Friday lies in a week without a word."""
    days = [start + dt.timedelta(days=n) for n in range(7)]
    return all(account.heard(day) for day in days if day.weekday() < 5)


def expected_in(account: Account, start: dt.date, portfolio: Portfolio) -> float:
    expected = 0.0
    for person in account.people:
        if person.active_days(start, 7):
            rate = portfolio.ticket_rate[band(person.tenure(start + WEEK))]
            expected += 0.055 if rate is None else rate
    return expected


def s18(account: Account, portfolio: Portfolio) -> Value:
    asked = [t for t in lately(account, 182) if t.maturity in ("intro", "advanced")]
    if len(asked) < 4:
        return None, TOO_LITTLE
    intro = sum(weight_of(ticket) for ticket in asked if ticket.maturity == "intro")
    share = (intro + 1) / (sum(map(weight_of, asked)) + 2.5)
    weeks = account.age / 7
    known = portfolio.intro_share[sum(weeks >= edge for edge in (13, 26, 52))]
    return (0.40 + 0.25 * math.exp(-weeks / 13) if known is None else known) - share, OK


def weight_of(ticket: Ticket) -> float:
    """A beginner's ticket counts half."""
    person = ticket.person
    new = person and person.provisioned and person.tenure(ticket.opened.date()) < 56
    return 0.5 if new else 1.0


def s19(account: Account, portfolio: Portfolio) -> Value:
    tenant = portfolio.tenant
    hours: dict[str, list[float]] = defaultdict(list)
    for ticket in lately(account, 84):
        if ticket.answered:
            call = ticket.channel in ("phone", "call")
            clock = (ticket.answered - ticket.opened).total_seconds() / 3600
            worked = business_hours(ticket.opened, ticket.answered)
            hours[ticket.channel].append(max(clock, 0) if call else worked)
    if not hours:
        return None, TOO_LITTLE
    total = 0.0
    for channel, found in hours.items():
        if channel in ("phone", "call"):
            total += len(found) * mean(found) / tenant.call_hours
        else:
            target = tenant.chat_hours if channel == "chat" else tenant.answer_hours
            total += len(found) * median(found) / target
    return total / sum(map(len, hours.values())), OK


def s20(account: Account, portfolio: Portfolio) -> Value:
    ratings = [
        ticket.csat
        for ticket in account.tickets
        if ticket.csat is not None and account.within(ticket.solved or ticket.opened.date(), 182)
    ]
    ratings += [
        survey.score
        for survey in account.surveys
        if survey.kind == "csat"
        and survey.score is not None
        and account.within(survey.answered, 182)
    ]
    if len(ratings) < 2:
        return None, TOO_LITTLE
    happy = sum(rating >= 4 for rating in ratings)
    return (happy + 3 * portfolio.mu_csat) / (len(ratings) + 3), OK


WORST = ["urgent", "critical", "blocker", "emergency", "sev0", "sev1", "p0", "p1", "priority1", "1"]


def s21(account: Account, portfolio: Portfolio) -> Value:
    tickets = lately(account, 182)
    if len(tickets) < 2:
        return None, TOO_LITTLE
    bad = sum(went_badly(ticket, account.today) for ticket in tickets)
    return (bad + 0.06 * 4) / (len(tickets) + 4), OK


def went_badly(ticket: Ticket, today: dt.date) -> bool:
    severity = ticket.severity.lower().replace(" ", "").replace("-", "").replace("_", "")
    opened, end = ticket.opened.date(), ticket.solved or today
    days = [opened + dt.timedelta(days=n) for n in range((end - opened).days)]
    waited = sum(day.weekday() < 5 for day in days)
    return ticket.escalated or severity in WORST or ticket.reopens >= 2 or waited > 14


def lately(account: Account, days: int) -> list[Ticket]:
    return [ticket for ticket in account.tickets if account.within(ticket.opened.date(), days)]


def business_hours(start: dt.datetime, end: dt.datetime) -> float:
    """Hours between 9 and 17, Monday to Friday."""
    seconds, day = 0.0, start.date()
    while day <= end.date():
        if day.weekday() < 5:
            opens = max(start, dt.datetime.combine(day, dt.time(9)))
            closes = min(end, dt.datetime.combine(day, dt.time(17)))
            seconds += max((closes - opens).total_seconds(), 0)
        day += dt.timedelta(days=1)
    return seconds / 3600
