"""Support: S17 tickets against expected, S19 speed to answer, S20 satisfaction."""

from __future__ import annotations

import datetime as dt

import numpy as np
import numpy.typing as npt
import pandas as pd

from metrics.signals.base import Bools, Floats, Frames, State
from metrics.signals.heard import unheard_days
from metrics.signals.once import once
from metrics.signals.values import has_people, per_account, ratio, states, table

TICKET_DAYS, TICKET_WEEKS = 84, 12
TENURE_BANDS = (4, 13, 26, 52)  # weeks; five bands
TICKETS_PRIOR = 2.0
DEFAULT_TICKET_RATE = 0.055  # per active user-week
SATISFACTION_DAYS = 182
SATISFIED = 4
CSAT_PRIOR_ANSWERS = 3
SATURDAY = 5
OPENS, CLOSES = 9, 17  # business hours, Monday to Friday, local
CLOCK_CHANNELS = ("phone", "call")
NANOSECONDS = 1_000_000_000  # of a second


def tickets_against_expected(frames: Frames) -> pd.DataFrame:
    """S17: (T + 2) / (E + 2), T tickets in 84 days, E what the active people would ordinarily
    open: sum over twelve weeks of active people times the rate of their tenure. Silence is mildly
    bad, excess is bad. Tickets of an incident of ours count once. For weeks that an outage of usage
    swallowed, as much is expected as in the account's other weeks; where it swallowed all, nobody
    knows what to expect. n = part = T, whole = E.
    """
    recent = recent_tickets(frames)
    tickets = per_account(frames, recent["account"], recent["counted"])
    expected = expected_tickets(frames)
    unknown = ~has_people(frames) | np.isnan(expected)
    state = states(len(tickets), (unknown, State.TOO_LITTLE))
    raw = (tickets + TICKETS_PRIOR) / (expected + TICKETS_PRIOR)
    return table(raw, state=state, n=tickets, part=tickets, whole=expected)


@once
def recent_tickets(frames: Frames) -> pd.DataFrame:
    """Tickets of 84 days; `counted` is one per account and incident day of ours, and all others."""
    recent = frames.tickets[frames.tickets["opened_days_ago"] <= TICKET_DAYS]
    incidents = [(frames.day - day).days for day in frames.portfolio.incident_days]
    during = recent["opened_days_ago"].isin(incidents)
    repeated = recent[["account", "opened_days_ago"]].duplicated()
    return recent.assign(counted=~(during & repeated).to_numpy(dtype=bool))


@once
def expected_tickets(frames: Frames) -> Floats:
    """What the people of each account would ordinarily have opened in 84 days [A]. A week without a
    word counts with the mean of the other whole weeks of the account's life, and with what was
    heard of it all the same if that is more: nobody heard is not nobody there, and to expect less
    would make too many of the tickets that came and hide that none did. NaN where no week was
    heard.
    """
    rates = np.array(
        [DEFAULT_TICKET_RATE if rate is None else rate for rate in frames.portfolio.ticket_rate]
    )
    came, band = weeks_by_band(frames)
    weekly = np.zeros((len(frames.accounts), TICKET_WEEKS))
    np.add.at(weekly, frames.people["account"].to_numpy(dtype=np.intp), came * rates[band])
    lost = weeks_lost(frames)
    age = frames.accounts["age_days"].to_numpy(dtype=np.float64)
    alive = age[:, None] >= 7 * np.arange(TICKET_WEEKS, 0, -1)
    heard = alive & ~lost
    usual = ratio((weekly * heard).sum(axis=1), heard.sum(axis=1).astype(np.float64))
    weekly = np.where(alive & lost, np.maximum(weekly, usual[:, None]), weekly)
    expected: Floats = weekly.sum(axis=1)
    return expected


@once
def weeks_lost(frames: Frames) -> Bools:
    """Which of the twelve times seven days share a working day with a week of which nothing was
    heard [A, 12], oldest first.
    """
    first = (frames.day - dt.timedelta(days=TICKET_DAYS)).weekday()
    working = (first + np.arange(TICKET_DAYS)) % 7 < SATURDAY
    lost = unheard_days(frames)[:, -TICKET_DAYS:] & working
    return np.asarray(lost.reshape(-1, TICKET_WEEKS, 7).any(axis=2))


def weeks_by_band(frames: Frames) -> tuple[Bools, npt.NDArray[np.intp]]:
    """Whether each person was active in each of the twelve times seven days, and the band of her
    tenure then. Both [P, 12], oldest first.
    """
    blocks = frames.active[:, -TICKET_DAYS:].reshape(-1, TICKET_WEEKS, 7)
    came: Bools = np.asarray(blocks.any(axis=2))
    tenure = np.nan_to_num(frames.people["tenure_days"].to_numpy(dtype=np.float64)) / 7
    weeks_ago = np.arange(TICKET_WEEKS)[::-1]
    return came, np.digitize(tenure[:, None] - weeks_ago, TENURE_BANDS)


def user_weeks(frames: Frames) -> Floats:
    """Active weeks of each person in the last 84 days by band of tenure [P, 5], without those of
    which nothing was heard.
    """
    came, band = weeks_by_band(frames)
    came &= ~weeks_lost(frames)[frames.people["account"].to_numpy(dtype=np.intp)]
    weeks: Floats = np.stack(
        [(came & (band == number)).sum(axis=1) for number in range(len(TENURE_BANDS) + 1)], axis=1
    ).astype(np.float64)
    return weeks


def speed_to_answer(frames: Frames) -> pd.DataFrame:
    """S19: per channel the median first answer of 84 days against what the organisation promises
    (`Tenant`), weighted by tickets. Business hours; for calls the mean, in hours of the clock.
    Never first-contact resolution or handling time. n = answered tickets; part = answer in hours
    over all channels, whole = target.
    """
    channels = answered_by_channel(frames)
    where, count = channels["account"], channels["count"]
    n = per_account(frames, where, count)
    raw = ratio(per_account(frames, where, count * channels["hours"] / channels["target"]), n)
    part = ratio(per_account(frames, where, count * channels["hours"]), n)
    whole = ratio(per_account(frames, where, count * channels["target"]), n)
    state = states(len(n), (n < 1, State.TOO_LITTLE))
    return table(raw, state=state, n=n, part=part, whole=whole)


@once
def answered_by_channel(frames: Frames) -> pd.DataFrame:
    """One row per account and channel: hours (median, for calls the mean), target, count."""
    answered = answered_tickets(frames)
    account, channel = answered["account"].to_numpy(), answered["channel"].to_numpy(dtype=object)
    hours = answered["hours"].to_numpy(dtype=np.float64)
    name, names = pd.factorize(channel)
    row, _ = pd.factorize(account * len(names) + name)
    _, first, count = np.unique(row, return_index=True, return_counts=True)
    ordered, begin = hours[np.lexsort((hours, row))], np.cumsum(count) - count
    usual = (ordered[begin + (count - 1) // 2] + ordered[begin + count // 2]) / 2
    calls = np.isin(channel, CLOCK_CHANNELS)
    if calls.any():
        means = pd.Series(hours[calls]).groupby(row[calls]).mean()
        usual[means.index] = means
    return pd.DataFrame(
        {
            "account": account[first],
            "channel": channel[first],
            "target": answered["target"].to_numpy()[first],
            "count": count,
            "hours": usual,
        }
    )


@once
def answered_tickets(frames: Frames) -> pd.DataFrame:
    """Tickets of 84 days with a first answer, with the `hours` until then and their `target`."""
    tickets = frames.tickets
    answered = tickets[
        tickets["first_answer"].notna() & (tickets["opened_days_ago"] <= TICKET_DAYS)
    ]
    clock = answered["channel"].isin(CLOCK_CHANNELS).to_numpy()
    opened, first = (
        answered[name].to_numpy(dtype="datetime64[ns]") for name in ("opened", "first_answer")
    )
    elapsed = (first - opened).astype(np.int64) / NANOSECONDS / 3600
    worked = business_hours(answered["opened"], answered["first_answer"])
    promised = frames.portfolio.tenant
    written = np.where(answered["channel"] == "chat", promised.chat_hours, promised.answer_hours)
    return answered.assign(
        hours=np.where(clock, np.maximum(elapsed, 0.0), worked),
        target=np.where(clock, promised.call_hours, written),
    )


def business_hours(start: pd.Series, end: pd.Series) -> Floats:
    """Hours between two local moments on Monday to Friday, 9 to 17; never negative."""
    return np.maximum(_worked_until(end) - _worked_until(start), 0.0).astype(np.float64)


def _worked_until(moment: pd.Series) -> Floats:
    """Business hours since 1970 up to a moment."""
    at = moment.to_numpy(dtype="datetime64[ns]")
    day = at.astype("datetime64[D]")
    hour = (at - day) / np.timedelta64(1, "h")
    today = np.where(np.is_busday(day), np.clip(hour - OPENS, 0, CLOSES - OPENS), 0)
    before = np.busday_count(np.datetime64("1970-01-01"), day) * float(CLOSES - OPENS)
    return (before + today).astype(np.float64)


def satisfaction(frames: Frames) -> pd.DataFrame:
    """S20: (satisfied + 3 mu) / (n + 3) over ratings of 182 days; satisfied is 4 or 5 of 5.
    Ratings come with tickets and with surveys of kind csat. n = ratings, part = satisfied.
    """
    rated = ratings(frames)
    n = per_account(frames, rated["account"])
    satisfied = per_account(frames, rated["account"], rated["rating"] >= SATISFIED)
    prior = frames.portfolio.mu_csat * CSAT_PRIOR_ANSWERS
    raw = (satisfied + prior) / (n + CSAT_PRIOR_ANSWERS)
    state = states(len(n), (n < 2, State.TOO_LITTLE))
    return table(raw, state=state, n=n, part=satisfied, whole=n)


@once
def ratings(frames: Frames, *, days: int = SATISFACTION_DAYS) -> pd.DataFrame:
    """Ratings of some days, on tickets and in surveys of kind csat: account, person, external_id,
    rating 1 to 5, rated_days_ago. A ticket is rated when it is solved.
    """
    tickets, surveys = frames.tickets, frames.surveys
    solved, opened, csat = (
        tickets[name].to_numpy(dtype=np.float64)
        for name in ("solved_days_ago", "opened_days_ago", "csat")
    )
    score, answered = (
        surveys[name].to_numpy(dtype=np.float64) for name in ("score", "answered_days_ago")
    )
    closed = np.where(np.isnan(solved), opened, solved)
    rated = ~np.isnan(csat) & (closed <= days)
    asked = (score >= 1) & (score <= 5) & (answered <= days)
    asked &= (surveys["kind"] == "csat").to_numpy(dtype=bool)
    return pd.DataFrame(
        {
            **{
                name: np.concatenate(
                    [tickets[name].to_numpy()[rated], surveys[name].to_numpy()[asked]]
                )
                for name in ("account", "person", "external_id")
            },
            "rating": np.concatenate([csat[rated], score[asked]]),
            "rated_days_ago": np.concatenate([closed[rated], answered[asked]]),
        }
    )
