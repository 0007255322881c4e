"""What is different from night to night: the portfolio around the accounts, and odd histories."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from random import Random

import numpy as np

from metrics.signals.base import HISTORY_DAYS, Cadence, Frames, Portfolio, Source, Tenant
from metrics.signals.weeks import complete_weeks

CADENCES = {0: Cadence.WEEKLY, 1: Cadence.MONTHLY}  # by weekday of the night


def make_portfolio(random: Random, day: dt.date) -> Portfolio:
    """Seasons, priors and promises: each as often unknown as not."""

    def some(count: int, low: float, high: float) -> tuple[float | None, ...]:
        return tuple(random.choice([None, random.uniform(low, high)]) for _ in range(count))

    odd = random.choice([0.1, 0.3, 1.0])  # weeks with a season of their own
    return Portfolio(
        season={
            week: random.choice([1, random.uniform(0.6, 1.5), 0.6, 0.59, random.uniform(0.3, 0.6)])
            for week in complete_weeks(day)
            if random.random() < odd
        },
        mu_csat=random.uniform(0.5, 0.95),
        mu_nps=random.uniform(-0.3, 0.6),
        mu_response=random.uniform(0.05, 0.5),
        ticket_rate=some(5, 0.01, 0.2),
        incident_days=frozenset(day - dt.timedelta(days=n) for n in random.sample(range(1, 84), 9)),
        advanced_share=some(5, 0.02, 0.4),
        intro_share=some(4, 0.2, 0.8),
        tenant=Tenant(
            cadence=CADENCES.get(day.weekday(), Cadence.DAILY),
            value_days=random.choice([14.0, 45.0, 90.0]),
            depth_reference=random.uniform(0.3, 1.5),
            answer_hours=random.choice([1.0, 4.0, 8.0]),
            chat_hours=random.choice([0.1, 0.25]),
            call_hours=random.choice([0.01, 0.05]),
        ),
    )


def with_odd_histories(frames: Frames, random: Random) -> Frames:
    """Seats that changed or that nobody knew at first, training not bought, usage of nobody,
    weeks that an outage swallowed.
    """
    seats, last_use = frames.seats_by_week.copy(), frames.last_use.copy()
    training, unheard = frames.source_state[Source.TRAINING].copy(), frames.unheard.copy()
    for place in range(len(last_use)):
        if random.random() < 0.4:
            week = random.randrange(seats.shape[1])
            seats[place, :week] = random.choice([np.nan, 2, 30])
        if random.random() < 0.4:
            training[place] = random.choice(["absent", "not_bought", "late", "broken"])
        if random.random() < 0.3:
            first = unheard.shape[1] - random.choice([3, 4, 5, 6, 8, 10, 14, 20, 30])
            unheard[place, first : first + random.randint(1, 3)] = True
        if random.random() < 0.1:
            last_use[place] = 1.0
    active = frames.active.copy()
    whole_days = np.array([random.random() < 0.7 for _ in range(7 * unheard.shape[1])])
    lost = np.repeat(unheard[frames.people["account"]], 7, axis=1) & whole_days
    first = HISTORY_DAYS - (frames.day - frames.weeks[0]).days
    active[:, first : first + lost.shape[1]] &= ~lost
    return replace(
        frames,
        last_use=last_use,
        active=active,
        unheard=unheard,
        seats_by_week=seats,
        source_state={**frames.source_state, Source.TRAINING: training},
    )
