"""The facts behind S17 tickets against expected, S19 speed to answer, S20 satisfaction."""

from __future__ import annotations

import numpy as np
import pandas as pd

from metrics.signals.evidence.base import (
    TIMES,
    Case,
    Column,
    Evidence,
    Form,
    evidence_of,
    ids_of,
    judged,
    number_text,
)
from metrics.signals.numbers import NBSP, count, hours, number, percent
from metrics.signals.support import (
    CLOCK_CHANNELS,
    CSAT_PRIOR_ANSWERS,
    SATISFIED,
    TICKET_DAYS,
    TICKETS_PRIOR,
    answered_by_channel,
    answered_tickets,
    expected_tickets,
    ratings,
    recent_tickets,
    user_weeks,
    weeks_lost,
)
from metrics.signals.values import per_account

TICKET = Column(key="ticket", heading="Ticket")
TOPIC = Column(key="topic", heading="Topic")
OPENED = Column(key="opened_days_ago", heading="Opened", form=Form.AGO)
OPENER = Column(key="person_id", heading="From", form=Form.PERSON)


def tickets_of(case: Case, tickets: pd.DataFrame) -> pd.DataFrame:
    """The account's rows with the name of the ticket and the id of who opened it."""
    rows = case.mine(tickets)
    return rows.assign(ticket=rows["external_id"], person_id=ids_of(case.frames, rows["person"]))


def tickets_opened(case: Case) -> Evidence:
    """S17: tickets of 84 days, the newest first. Against where there are more than expected; not
    counted: another of the same day of an incident of ours.
    """
    rows = tickets_of(case, recent_tickets(case.frames))
    people = case.frames.people["account"]
    expected = case.of(expected_tickets(case.frames))
    weeks = case.of(per_account(case.frames, people, user_weeks(case.frames).sum(axis=1)))
    lost = int(weeks_lost(case.frames)[case.account].sum())
    active = f"{count(weeks, 'active week')} of people"
    active += f" and {count(lost, 'week')} without a word" if lost else ""
    opened = int(rows["counted"].sum())
    prior = number_text(TICKETS_PRIOR)
    return evidence_of(
        "S17",
        f"({count(opened, 'ticket')} + {prior}) / ({number(expected, 1)} expected of"
        f" {active} + {prior}) = {number(case.found['raw'], 2)}",
        columns=(
            TICKET,
            OPENED,
            TOPIC,
            OPENER,
            Column(key="counted", heading="Counted", form=Form.YES),
        ),
        rows=rows.assign(
            counts=judged(opened <= expected, counted=rows["counted"]),
            hurt=-rows["opened_days_ago"],
        ),
        terms={"expected": expected, "prior": TICKETS_PRIOR},
    )


def hours_to_answer(case: Case) -> Evidence:
    """S19: answered tickets of 84 days by how often they took the target. Against: longer than
    promised. Not counted: not answered yet.
    """
    answered = tickets_of(case, answered_tickets(case.frames))
    tickets = case.frames.tickets
    open_ = tickets[tickets["first_answer"].isna() & (tickets["opened_days_ago"] <= TICKET_DAYS)]
    times = answered["hours"] / answered["target"]
    rows = answered.assign(times=times, counts=judged(times <= 1), hurt=times)
    if len(open_):
        waiting = tickets_of(case, open_).assign(hours=np.nan, target=np.nan, times=np.nan)
        waiting = waiting.assign(counts=None, hurt=waiting["opened_days_ago"].astype(float))
        rows = pd.concat([rows, waiting])
    return evidence_of(
        "S19",
        f"{_by_channel(case)} = {number(case.found['raw'], 2)} times what is promised",
        columns=(
            TICKET,
            OPENED,
            Column(key="channel", heading="Channel"),
            OPENER,
            Column(key="hours", heading="First answer after", form=Form.HOURS),
            Column(key="target", heading="Promised", form=Form.HOURS),
            Column(key="times", heading="Times promised", form=Form.NUMBER),
        ),
        rows=rows,
    )


def _by_channel(case: Case) -> str:
    """Per channel: tickets times their usual answer against the target."""
    channels = case.mine(answered_by_channel(case.frames))
    terms = [
        f"{count(tickets, 'ticket')}{f' by {channel}' if channel else ''} {TIMES}"
        f" {'mean' if channel in CLOCK_CHANNELS else 'median'} {hours(usual)} / {hours(target)}"
        for channel, tickets, usual, target in zip(
            *(channels[name] for name in ("channel", "count", "hours", "target")), strict=True
        )
    ]
    return f"({' + '.join(terms)}) / {int(channels['count'].sum())}"


def ratings_given(case: Case) -> Evidence:
    """S20: ratings of 182 days. For: 4 or 5 of 5; of the others the lowest first."""
    rows = tickets_of(case, ratings(case.frames))
    satisfied = rows["rating"] >= SATISFIED
    good, n = int(satisfied.sum()), len(rows)
    prior, mu = number_text(CSAT_PRIOR_ANSWERS), case.frames.portfolio.mu_csat
    return evidence_of(
        "S20",
        f"({good} satisfied + {prior} {TIMES} {number(mu, 2)}) /"
        f" ({count(n, 'rating')} + {prior}) = {percent(case.found['raw'])}",
        columns=(
            Column(key="ticket", heading="Ticket or survey"),
            Column(key="rated_days_ago", heading="Rated", form=Form.AGO),
            OPENER,
            Column(key="rating", heading=f"Of{NBSP}5", form=Form.COUNT),
        ),
        rows=rows.assign(counts=judged(satisfied), hurt=-rows["rating"]),
        terms={"prior": CSAT_PRIOR_ANSWERS, "mu": mu},
    )
