"""What a signal is, and what it may read. Pure: no clock, no settings, no database.

`Frames` holds everything known about one chunk of accounts for one business day `t`: facts of
days <= t-1 only, and only those known by the run's cut-off. The reader decides once what is zero
and what is unknown; signals never see a fact they may not use.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from metrics.scoring.curves import Curve

SLOTS = 24
HISTORY_DAYS = 371  # 53 weeks of active days before t

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


class Dimension(StrEnum):
    """Groups of signals, in page order."""

    ONBOARDING = "onboarding"
    ENGAGEMENT = "engagement"
    BREADTH = "breadth"
    TRAINING = "training"
    SUPPORT = "support"
    SENTIMENT = "sentiment"


class Source(StrEnum):
    """Where facts come from."""

    USAGE = "usage"
    TRAINING = "training"
    TICKETS = "tickets"
    SURVEYS = "surveys"
    MILESTONES = "milestones"
    PEOPLE = "people"


class Stage(StrEnum):
    """Where in its life an account is; renewal is an overlay and not a stage."""

    ONBOARDING = "onboarding"
    ADOPTION = "adoption"
    MATURE = "mature"


class State(StrEnum):
    """Why a signal has a value, or has none. Null is never zero."""

    OK = "OK"
    NOT_APPLICABLE = "NOT_APPLICABLE"
    TOO_LITTLE = "TOO_LITTLE"
    STALE = "STALE"
    BROKEN = "BROKEN"


class SourceState(StrEnum):
    """A source of one account on the day of the frames."""

    LIVE = "live"
    LATE = "late"
    BROKEN = "broken"
    NOT_BOUGHT = "not_bought"
    ABSENT = "absent"  # the organisation has never connected it


ALL_STAGES = (Stage.ONBOARDING, Stage.ADOPTION, Stage.MATURE)
EARLY_STAGES = (Stage.ONBOARDING, Stage.ADOPTION)
LATER_STAGES = (Stage.ADOPTION, Stage.MATURE)


class Cadence(StrEnum):
    """How often a person who needs the product is expected to open it."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


@dataclass(frozen=True, kw_only=True)
class Tenant:
    """What the organisation says of its own product and promises; stored with every run.

    value_days: target days to first value. depth_reference: active days per week times breadth of
    a person who uses the product as it is meant. answer_hours, chat_hours: promised first answer
    in business hours; call_hours: by the clock.
    """

    cadence: Cadence = Cadence.DAILY
    value_days: float = 45.0
    depth_reference: float = 2.0 * 0.3
    answer_hours: float = 4.0
    chat_hours: float = 0.25
    call_hours: float = 60 / 3600


@dataclass(frozen=True, kw_only=True)
class Portfolio:
    """Portfolio-wide inputs of a run, made in its first pass and stored with it.

    `season`: complete ISO weeks (their Mondays) -> g(w), 1 where there is too little.
    `mu_csat`, `mu_nps` (-1..1), `mu_response`: priors; the portfolio's value over 365 days where
    n >= 100, else the default of the signal.
    `ticket_rate`: tickets per active user-week by tenure band (5 bands), None where the portfolio
    has fewer than 200 user-months in the band.
    `incident_days`: days of the last 84 on which the whole portfolio opened far more tickets than
    usual (median + 3 MAD): an incident of ours.
    `advanced_share`: mean share of advanced features in use by tenure band (5 bands), None where
    the portfolio has fewer than 50 active people in the band.
    `intro_share`: share of introductory tickets over 365 days by the account's age (weeks below
    13, 26, 52, and older), None below 100 classified tickets.
    `large_arr`: per currency, the ARR from which an account is in the top fifth.
    `ceilings`: features after which people stop, see `metrics.signals.ceilings`.
    `median_points`: per signal code, the median of its points over accounts in state OK in the
    latest published run before; used where a source is broken.
    """

    season: Mapping[dt.date, float] = field(default_factory=dict)
    mu_csat: float = 0.80
    mu_nps: float = 0.20
    mu_response: float = 0.22
    ticket_rate: tuple[float | None, ...] = (None,) * 5
    incident_days: frozenset[dt.date] = frozenset()
    advanced_share: tuple[float | None, ...] = (None,) * 5
    intro_share: tuple[float | None, ...] = (None,) * 4
    large_arr: Mapping[str, float] = field(default_factory=dict)
    ceilings: tuple[Mapping[str, Any], ...] = ()
    tenant: Tenant = field(default_factory=Tenant)
    median_points: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Frames:
    """All facts of A accounts and P people for day t. Rows are positions, not database ids.

    Ages and distances are whole days before t unless a column says otherwise: an event on day
    t-1 is 1 day ago. A fact that has not happened by t-1 is NaN (or the row is absent).

    accounts: A rows, index = position 0..A-1; columns
        account_id int, age_days float (t - contract start), seats float (NaN unknown),
        notice_given bool, segment str, plan str, arr float (NaN unknown), currency str,
        renews_in_days float (days from t to the renewal, NaN unknown), notice_in_days float (to
        the last day for notice)
    last_use: float [A]: days since the last usage of anybody, NaN never
    people: P rows ordered by account; service and vendor personas are not in it; columns
        account int (position), person_id int, tenure_days float (t - provisioned day; NaN: never
        provisioned), left_days float (t - deactivated day; NaN: has not left), current bool
        (C_t), intended bool, champion bool, decision_maker bool, group str, persona str, level str
    active: bool [P, HISTORY_DAYS]; column j is day t - HISTORY_DAYS + j, so the last is t-1.
        Meaningful activity (log-ins where the account has nothing else).
    feature_use: one row per person and feature she ever used; columns
        person int (position), feature int (position), first_days_ago int (first use ever),
        last_days_ago int (last use before t)
    features: columns key str, level str, personas tuple[str, ...] (empty: everybody),
        released_days_ago float (NaN: always there); only features released by t-1
    training: one row per person and course (latest state known); columns
        person int, course str, persona str, level str, status str, completed_days_ago float
    milestones: columns account int, name str, due_day float (days after contract start; NaN: no
        day is set), completed_day float (days after contract start; NaN: not by t-1), value bool
    tickets: opened within HISTORY_DAYS, or solved within them, or still open (if opened within
        twice as many); columns account int, person int (-1 unknown),
        external_id str (its name at the source), opened datetime64[ns] naive local,
        opened_days_ago int, first_answer datetime64[ns] local (NaT: not yet),
        solved_days_ago float, severity str, topic str, maturity str, escalated bool,
        reopens int, channel str, csat float (NaN none yet)
    surveys: sent or answered within HISTORY_DAYS; of answers of one day the latest first;
        columns account int, person int (-1 unknown),
        external_id str, kind str, sent_days_ago float, answered_days_ago float, score float,
        followed_up_days_ago float (when we came back to the person about it, NaN not yet)
    seats_by_week: float [A, W] seats in force in each complete ISO week; `weeks` their Mondays,
        oldest first, all W complete weeks inside HISTORY_DAYS
    unheard: bool [A, W]: weeks of which nothing was heard because the usage source was down; the
        outage is over, and what it swallowed has not come since. No zeros, but unknown.
    source_state: per source, A values of SourceState; late_days: per source, A floats, whole days
        since the source went late or broke (0 where live)
    """

    day: dt.date
    accounts: pd.DataFrame
    last_use: Floats
    people: pd.DataFrame
    active: Bools
    feature_use: pd.DataFrame
    features: pd.DataFrame
    training: pd.DataFrame
    milestones: pd.DataFrame
    tickets: pd.DataFrame
    surveys: pd.DataFrame
    weeks: tuple[dt.date, ...]
    seats_by_week: Floats
    unheard: Bools
    source_state: Mapping[Source, npt.NDArray[np.str_]]
    late_days: Mapping[Source, Floats]
    portfolio: Portfolio = field(default_factory=Portfolio)


# raw, n, state (State), part, whole, detail: one row per account, index = position.
# part of whole is what a person reads ("11 of 24 seats"); NaN where the signal has no such pair.
# detail: a dict of plain values that a page shows beside it, kept with the snapshot; None: nothing.
RawFunction = Callable[[Frames], pd.DataFrame]


@dataclass(frozen=True, kw_only=True)
class Signal:
    """One question about an account: a declaration, and one pure function."""

    key: str
    code: str
    name: str  # "Weekly consistency"
    question: str  # "Do people come back every week?"
    dimension: Dimension
    weight: float
    raw: RawFunction
    curve: Curve
    # other defaults where the product is not meant for every day
    by_cadence: Mapping[Cadence, Curve] = field(default_factory=dict)
    unit: str
    stages: tuple[Stage, ...] = ALL_STAGES
    needs: tuple[Source, ...]
    uses: tuple[Source, ...] = ()  # where the account has them; lost, they count like the others
    actionable: bool = True

    @cached_property
    def slot(self) -> int:
        """Place in the arrays of 24."""
        return int(self.code[1:]) - 1
