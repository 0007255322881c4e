"""Support: what tickets are about and what became of them. S18 maturity, S21 escalations."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from metrics.signals.base import Bools, Floats, Frames, State
from metrics.signals.once import once
from metrics.signals.values import per_account, states, table

WINDOW = 182
INTRODUCTORY, ADVANCED = "intro", "advanced"
NEW_PERSON_DAYS, NEW_PERSON_WEIGHT = 56, 0.5
INTRO_PRIOR, TICKETS_PRIOR = 1.0, 2.5
MIN_CLASSIFIED = 4
AGE_BANDS = (13, 26, 52)  # weeks; four bands
MIN_FOR_SHARE = 100
STUCK_BUSINESS_DAYS = 14
REOPENED = 2
BAD_SHARE, BAD_PRIOR = 0.06, 4.0
MIN_TICKETS = 2
# what help desks call their highest severity, in lower case letters and digits
SEVERE_WORDS = frozenset(
    {"urgent", "critical", "blocker", "emergency", "1"}
    | {
        f"{name}{rank}"
        for name in ("sev", "severity", "s", "p", "prio", "priority")
        for rank in "01"
    }
)


def is_severe(tickets: pd.DataFrame) -> Bools:
    """Which of the tickets are of the highest severity [T]."""
    words = tickets["severity"]
    highest = [word for word in words.unique() if is_highest(word)]
    found: Bools = words.isin(highest).to_numpy(dtype=bool)
    return found


def is_highest(severity: str) -> bool:
    """Whether a severity as a help desk writes it (`Sev-1`, `P1`, `urgent`) is its highest."""
    return "".join(filter(str.isalnum, severity.lower())) in SEVERE_WORDS


def ticket_maturity(frames: Frames) -> pd.DataFrame:
    """S18: expected - (I + 1) / (T + 2.5), I introductory ones of T classified tickets in 182
    days. Expected is the portfolio's share at the account's age, else .40 + .25 exp(-weeks / 13).
    A ticket whose opener had been there for less than 56 days counts half in I and in T: new
    people ask beginners' questions, and S15 asks about them. n = whole = T and part = I, each
    ticket one; detail: the expected share, and how many tickets count half.
    """
    rows = classified(frames, days=WINDOW)
    newcomer = by_newcomers(frames, rows)
    weight = np.where(newcomer, NEW_PERSON_WEIGHT, 1.0)
    intro = (rows["maturity"] == INTRODUCTORY).to_numpy(dtype=bool)
    where = rows["account"]
    n, part = per_account(frames, where), per_account(frames, where, intro)
    asked = per_account(frames, where, intro * weight) + INTRO_PRIOR
    share = asked / (per_account(frames, where, weight) + TICKETS_PRIOR)
    expected = expected_intro(frames)
    halves = per_account(frames, where, newcomer)
    detail = [
        {"expected": round(usual, 6), "by_newcomers": int(half)}
        for usual, half in zip(expected.tolist(), halves.tolist(), strict=True)
    ]
    state = states(len(n), (n < MIN_CLASSIFIED, State.TOO_LITTLE))
    return table(expected - share, state=state, n=n, part=part, whole=n, detail=detail)


@once
def classified(frames: Frames, *, days: int) -> pd.DataFrame:
    """Tickets of some days of which somebody said whether they are introductory or advanced."""
    tickets = frames.tickets
    known = tickets["maturity"].isin((INTRODUCTORY, ADVANCED))
    return tickets[known & (tickets["opened_days_ago"] <= days)]


def age_band(frames: Frames) -> npt.NDArray[np.intp]:
    """Which of the four bands of age in weeks each account is in today [A]."""
    return np.digitize(frames.accounts["age_days"].to_numpy(dtype=np.float64) / 7, AGE_BANDS)


def intro_by_age(frames: Frames, tickets: pd.DataFrame) -> Floats:
    """Introductory and all of some classified tickets by the band of the account's age [2, 4]."""
    band = age_band(frames)[tickets["account"].to_numpy(dtype=np.intp)]
    intro = band[(tickets["maturity"] == INTRODUCTORY).to_numpy(dtype=bool)]
    bands = len(AGE_BANDS) + 1
    both = [np.bincount(intro, minlength=bands), np.bincount(band, minlength=bands)]
    return np.array(both, dtype=np.float64)


def intro_share(counts: Sequence[Floats]) -> tuple[float | None, ...]:
    """The share of introductory tickets per band, out of what `intro_by_age` counted in each
    chunk; None below 100 classified tickets.
    """
    intro, tickets = np.sum(counts, axis=0)
    return tuple(
        float(i / t) if t >= MIN_FOR_SHARE else None for i, t in zip(intro, tickets, strict=True)
    )


def expected_intro(frames: Frames) -> Floats:
    """The share of introductory tickets that is usual at each account's age [A]."""
    weeks = frames.accounts["age_days"].to_numpy(dtype=np.float64) / 7
    usual = 0.40 + 0.25 * np.exp(-weeks / 13)
    known = np.array(
        [np.nan if share is None else share for share in frames.portfolio.intro_share]
    )[age_band(frames)]
    expected: Floats = np.where(np.isnan(known), usual, known)
    return expected


def by_newcomers(frames: Frames, tickets: pd.DataFrame) -> Bools:
    """Tickets whose opener had been there for less than 56 days when she opened them [T]. Who
    opened it is unknown, or since when she is there: no newcomer.
    """
    tenure = np.append(frames.people["tenure_days"].to_numpy(dtype=np.float64), np.nan)
    then = tenure[tickets["person"].to_numpy(dtype=np.intp)] - tickets["opened_days_ago"].to_numpy()
    new: Bools = then < NEW_PERSON_DAYS
    return new


def escalations(frames: Frames) -> pd.DataFrame:
    """S21: (X + .06 x 4) / (T + 4), X those of T tickets opened in 182 days that were escalated,
    of the highest severity, re-opened twice, or open for more than 14 business days, solved since
    or not; each ticket once. n = whole = T, part = X; detail: how many for which of the reasons.
    """
    tickets = frames.tickets[frames.tickets["opened_days_ago"] <= WINDOW]
    reasons = gone_badly(frames, tickets)
    where = tickets["account"]
    n = per_account(frames, where)
    bad = per_account(frames, where, np.logical_or.reduce(list(reasons.values())))
    counts = [per_account(frames, where, rows).astype(int).tolist() for rows in reasons.values()]
    detail = [dict(zip(reasons, each, strict=True)) for each in zip(*counts, strict=True)]
    state = states(len(n), (n < MIN_TICKETS, State.TOO_LITTLE))
    raw = (bad + BAD_SHARE * BAD_PRIOR) / (n + BAD_PRIOR)
    return table(raw, state=state, n=n, part=bad, whole=n, detail=detail)


def gone_badly(frames: Frames, tickets: pd.DataFrame) -> dict[str, Bools]:
    """Which of the tickets went badly, by reason [T] each."""
    return {
        "escalated": tickets["escalated"].to_numpy(dtype=bool),
        "severe": is_severe(tickets),
        "reopened": (tickets["reopens"] >= REOPENED).to_numpy(dtype=bool),
        "stuck": open_business_days(frames, tickets) > STUCK_BUSINESS_DAYS,
    }


def open_business_days(frames: Frames, tickets: pd.DataFrame) -> Floats:
    """Days from Monday to Friday on which each ticket was open [T]: from the day it was opened up
    to the day it was solved (not counted), or up to t - 1 where it is not solved yet.
    """
    day = np.datetime64(frames.day, "D")
    opened = day - tickets["opened_days_ago"].to_numpy().astype("timedelta64[D]")
    ago = tickets["solved_days_ago"].fillna(0).to_numpy().astype("timedelta64[D]")
    return np.busday_count(opened, day - ago).astype(np.float64)
