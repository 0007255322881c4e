"""What depends on the whole portfolio: made in a run's first pass out of all its chunks.

Each chunk of frames gives a `Sample`; samples add up; the sum gives the `Portfolio` of the run.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from metrics.signals.base import (
    Bools,
    Cadence,
    Floats,
    Frames,
    Portfolio,
    Source,
    SourceState,
    Tenant,
)
from metrics.signals.ceilings import Stops, ceilings, stops
from metrics.signals.features import advanced_shares, features_heard, tenure_band
from metrics.signals.seasons import season, users_heard
from metrics.signals.sentiment import YEAR, last_answers, net_promoters
from metrics.signals.support import (
    SATISFIED,
    TENURE_BANDS,
    TICKET_DAYS,
    ratings,
    user_weeks,
    weeks_lost,
)
from metrics.signals.tickets import classified, intro_by_age, intro_share
from metrics.signals.values import has_people

DEFAULT_TENANT = Tenant()
MIN_ANSWERS = 100
MIN_USER_WEEKS = 200 * 52 / 12  # 200 user-months
INCIDENT_MADS = 3
MIN_INCIDENT_TICKETS = 10
MIN_ADVANCED_USERS = 50
LARGE_QUANTILE, MIN_ARR_ACCOUNTS = 0.8, 5


@dataclass(frozen=True, kw_only=True)
class Sample:
    """Sums over one chunk of accounts."""

    weeks: tuple[dt.date, ...]
    users: npt.NDArray[np.float32]  # [A, W] active users, NaN where unknown
    user_weeks: Floats  # [5] by band of tenure, 84 days
    tickets: Floats  # [5] by band of the opener's tenure, 84 days
    of_nobody: int  # tickets of which nobody says who opened them, 84 days
    tickets_by_day: Floats  # [84], oldest first
    rated: int  # tickets with a rating
    satisfied: int
    scores: int  # NPS answers
    net_promoters: int  # promoters less detractors among them
    sent: int
    answered: int
    stops: Stops
    advanced_users: Floats  # [5] active people by band of tenure
    advanced_use: Floats  # [5] sum of their shares of advanced features
    arr: Mapping[str, Floats]  # by currency, one number per account
    intro: Floats  # [2, 4] introductory and classified tickets by the account's age, 365 days


def sample(frames: Frames) -> Sample:
    """The sums of one chunk. Who has given notice is out of all statistics (rule R7)."""
    stays = ~frames.accounts["notice_given"].to_numpy(dtype=bool)
    surveys = _of(stays, frames.surveys)
    rated = _of(stays, ratings(frames, days=YEAR))
    scores = _of(stays, last_answers(frames))["score"]
    sent = surveys[surveys["sent_days_ago"].fillna(surveys["answered_days_ago"]) <= YEAR]
    recent = frames.tickets[frames.tickets["opened_days_ago"] <= TICKET_DAYS]
    weekly = user_weeks(frames) * _can_expect(frames)[frames.people["account"]][:, None]
    opened, of_nobody = _tickets_by_tenure(frames, recent)
    by_day = np.bincount(
        TICKET_DAYS - recent["opened_days_ago"].to_numpy(dtype=np.intp), minlength=TICKET_DAYS
    )
    advanced, asked = advanced_shares(frames)
    asked = asked & _can_use(frames)[frames.people["account"]]
    band = tenure_band(frames)
    return Sample(
        weeks=frames.weeks,
        users=users_heard(frames)[stays].astype(np.float32),
        user_weeks=weekly.sum(axis=0),
        tickets=opened,
        of_nobody=of_nobody,
        tickets_by_day=by_day.astype(np.float64),
        rated=len(rated),
        satisfied=int((rated["rating"] >= SATISFIED).sum()),
        scores=len(scores),
        net_promoters=net_promoters(scores),
        sent=len(sent),
        answered=int(sent["answered_days_ago"].notna().sum()),
        stops=stops(frames),
        advanced_users=_by_band(band[asked]),
        advanced_use=_by_band(band[asked], advanced[asked]),
        arr=_arr(frames.accounts[stays]),
        intro=intro_by_age(frames, _of(stays, classified(frames, days=YEAR))),
    )


def _by_band(band: npt.NDArray[np.intp], weights: Floats | None = None) -> Floats:
    """How many people (or the sum of their weights) each band of tenure has [5]."""
    return np.bincount(band, weights, minlength=len(TENURE_BANDS) + 1).astype(np.float64)


def _can_use(frames: Frames) -> Bools:
    """Accounts that stay, and of whose features we hear [A]."""
    stays = ~frames.accounts["notice_given"].to_numpy(dtype=bool)
    live = frames.source_state[Source.USAGE] == SourceState.LIVE.value
    heard: Bools = stays & live & features_heard(frames)
    return heard


def _of(accounts: Bools, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of some accounts [A]."""
    chosen: pd.DataFrame = rows[accounts[rows["account"].to_numpy(dtype=np.intp)]]
    return chosen


def _can_expect(frames: Frames) -> Bools:
    """Accounts whose people, usage and tickets we hear of, and who stay [A]: the others have no
    rate.
    """
    heard: Bools = has_people(frames) & ~frames.accounts["notice_given"].to_numpy(dtype=bool)
    for source in (Source.USAGE, Source.TICKETS):
        heard &= frames.source_state[source] == SourceState.LIVE.value
    return heard


def _tickets_by_tenure(frames: Frames, tickets: pd.DataFrame) -> tuple[Floats, int]:
    """Tickets by band of the opener's tenure on the day they were opened [5], and those of nobody
    in particular. Those of weeks without a word of usage are left out with the weeks, or a rate
    would have tickets without the people.
    """
    at = tickets["account"].to_numpy(dtype=np.intp)
    week = -1 - (tickets["opened_days_ago"].to_numpy(dtype=np.intp) - 1) // 7
    counted = tickets[_can_expect(frames)[at] & ~weeks_lost(frames)[at, week]]
    known = counted[counted["person"] >= 0]
    tenure = frames.people["tenure_days"].to_numpy(dtype=np.float64)
    then = tenure[known["person"].to_numpy(dtype=np.intp)] - known["opened_days_ago"].to_numpy()
    band = np.digitize(np.nan_to_num(then) / 7, TENURE_BANDS)
    return _by_band(band), len(counted) - len(known)


def combine(
    samples: Iterable[Sample],
    *,
    day: dt.date,
    median_points: Mapping[str, float],
    tenant: Tenant = DEFAULT_TENANT,
) -> Portfolio:
    """The portfolio's inputs; the default of each where there is too little behind it."""
    parts = list(samples)
    default = Portfolio(median_points=median_points, tenant=tenant)
    if not parts:
        return default
    rated = sum(part.rated for part in parts)
    satisfied = sum(part.satisfied for part in parts)
    scores = sum(part.scores for part in parts)
    net = sum(part.net_promoters for part in parts)
    sent = sum(part.sent for part in parts)
    answered = sum(part.answered for part in parts)
    by_day = np.sum([part.tickets_by_day for part in parts], axis=0)
    return Portfolio(
        season=season(np.concatenate([part.users for part in parts]), parts[0].weeks),
        mu_csat=satisfied / rated if rated >= MIN_ANSWERS else default.mu_csat,
        mu_nps=net / scores if scores >= MIN_ANSWERS else default.mu_nps,
        mu_response=answered / sent if sent >= MIN_ANSWERS else default.mu_response,
        ticket_rate=_ticket_rate(parts),
        incident_days=_incident_days(by_day, day),
        ceilings=ceilings(part.stops for part in parts),
        intro_share=intro_share([part.intro for part in parts]),
        advanced_share=_advanced_share(parts),
        large_arr=_large_arr(parts),
        tenant=tenant,
        median_points=median_points,
    )


def _ticket_rate(parts: list[Sample]) -> tuple[float | None, ...]:
    """Tickets per active user-week by band of tenure [5]; those of nobody in particular are spread
    like the activity of the whole portfolio, so that it does not matter how it was cut.
    """
    weeks = np.sum([part.user_weeks for part in parts], axis=0)
    of_nobody = sum(part.of_nobody for part in parts) / max(float(weeks.sum()), 1.0)
    tickets = np.sum([part.tickets for part in parts], axis=0) + weeks * of_nobody
    return tuple(
        float(t / w) if w >= MIN_USER_WEEKS else None for t, w in zip(tickets, weeks, strict=True)
    )


def _advanced_share(parts: list[Sample]) -> tuple[float | None, ...]:
    users = np.sum([part.advanced_users for part in parts], axis=0)
    use = np.sum([part.advanced_use for part in parts], axis=0)
    return tuple(
        float(u / n) if n >= MIN_ADVANCED_USERS else None for u, n in zip(use, users, strict=True)
    )


def _arr(accounts: pd.DataFrame) -> dict[str, Floats]:
    known = accounts[["currency", "arr"]].dropna()
    return {
        str(currency): arr.to_numpy(dtype=np.float64)
        for currency, arr in known.groupby("currency")["arr"]
    }


def _large_arr(parts: list[Sample]) -> dict[str, float]:
    """Per currency the ARR from which an account is in the top fifth."""
    currencies = sorted({currency for part in parts for currency in part.arr})
    every = {
        currency: np.concatenate([part.arr[currency] for part in parts if currency in part.arr])
        for currency in currencies
    }
    return {
        currency: float(pd.Series(arr).quantile(LARGE_QUANTILE))
        for currency, arr in every.items()
        if len(arr) >= MIN_ARR_ACCOUNTS
    }


def _incident_days(by_day: Floats, day: dt.date) -> frozenset[dt.date]:
    """Days on which the whole portfolio opened far more tickets than usual: that was ours."""
    middle = float(np.median(by_day))
    limit = middle + INCIDENT_MADS * float(np.median(np.abs(by_day - middle)))
    spikes = np.flatnonzero(by_day > max(limit, MIN_INCIDENT_TICKETS))
    return frozenset(day - dt.timedelta(days=int(TICKET_DAYS - spike)) for spike in spikes)


def to_json(portfolio: Portfolio) -> dict[str, Any]:
    """As stored with the run."""
    return {
        "season": {week.isoformat(): g for week, g in sorted(portfolio.season.items())},
        "mu_csat": portfolio.mu_csat,
        "mu_nps": portfolio.mu_nps,
        "mu_response": portfolio.mu_response,
        "ticket_rate": list(portfolio.ticket_rate),
        "incident_days": sorted(day.isoformat() for day in portfolio.incident_days),
        "advanced_share": list(portfolio.advanced_share),
        "intro_share": list(portfolio.intro_share),
        "large_arr": dict(portfolio.large_arr),
        "tenant": asdict(portfolio.tenant),
        "ceilings": [dict(found) for found in portfolio.ceilings],
        "median_points": dict(portfolio.median_points),
    }


def tenant_of(stored: Mapping[str, Any]) -> Tenant:
    """What the organisation said of itself, out of a stored portfolio; the default for nothing."""
    said = stored.get("tenant")
    return Tenant(**{**said, "cadence": Cadence(said["cadence"])}) if said else DEFAULT_TENANT


def from_json(stored: Mapping[str, Any]) -> Portfolio:
    """The exact inverse of `to_json`; what a run of an older version did not store is default."""
    stored = {**to_json(Portfolio()), **stored}
    return Portfolio(
        season={dt.date.fromisoformat(week): g for week, g in stored["season"].items()},
        mu_csat=stored["mu_csat"],
        mu_nps=stored["mu_nps"],
        mu_response=stored["mu_response"],
        ticket_rate=tuple(stored["ticket_rate"]),
        incident_days=frozenset(map(dt.date.fromisoformat, stored["incident_days"])),
        advanced_share=tuple(stored["advanced_share"]),
        intro_share=tuple(stored["intro_share"]),
        large_arr=stored["large_arr"],
        tenant=tenant_of(stored),
        ceilings=tuple(stored["ceilings"]),
        median_points=stored["median_points"],
    )
