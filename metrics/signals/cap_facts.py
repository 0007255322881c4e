"""What the rules of `metrics.scoring.rules` look at, out of frames and of what was measured."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from metrics.scoring.caps import CapFacts, silent_business_days
from metrics.signals.base import Bools, Floats, Frames, Source, SourceState
from metrics.signals.evaluate import Evaluated
from metrics.signals.outages import owes_weeks, usage_speaks
from metrics.signals.sentiment import DETRACTOR, last_answers
from metrics.signals.tickets import is_severe, open_business_days
from metrics.signals.turnover import newcomers
from metrics.signals.values import per_account, ratio

SOURCES = (Source.USAGE, Source.PEOPLE, Source.TRAINING, Source.TICKETS, Source.SURVEYS)
LOST = (SourceState.LATE.value, SourceState.BROKEN.value)
BUSINESS_DAYS = 5  # of a week


def cap_facts(
    frames: Frames, measured: Evaluated, *, held: Mapping[str, Bools], has_before: Bools
) -> CapFacts:
    """Facts [A] for `caps.apply`. held: rules that the account's snapshot before had, [A] per rule
    (those without a cap too, or they lapse when a source is lost); has_before [A]: there was one.
    """
    age = frames.accounts["age_days"].to_numpy(dtype=np.float64)
    tickets, expected = _pair(measured, "S17")
    # seats that nobody was heard of using are not empty, but those of the last word are
    share_known = usage_speaks(frames) | measured.carried[:, _slot("S01")] | ~has_before
    return CapFacts(
        age_days=age,
        silent_days=silent_days(frames),
        champion_gone_days=champion_gone_days(frames),
        severe_open_days=severe_open_days(frames),
        seat_share=np.where(share_known, ratio(*_pair(measured, "S01")), np.nan),
        turnover=measured.raw[:, _slot("S16")],
        newcomers=newcomers_counted(frames, measured),
        newcomer_points=measured.points[:, _slot("S15")],
        unhappy_decider_days=unhappy_decider_days(frames),
        notice_given=frames.accounts["notice_given"].to_numpy(dtype=bool),
        usage_change=measured.raw[:, _slot("S07")],
        people=per_account(frames, frames.people["account"], frames.people["current"]),
        tickets=tickets,
        tickets_expected=expected,
        usage_points=measured.points[:, _slot("S07")],
        response_points=measured.points[:, _slot("S23")],
        lives={source.value: frames.source_state[source] == "live" for source in SOURCES},
        lost={source.value: lost(frames, source) for source in SOURCES},
        heard={source.value: heard(frames, source) for source in SOURCES},
        held=held,
        has_before=has_before,
    )


def silent_days(frames: Frames) -> Floats:
    """Business days since anybody's last use [A], without those of weeks that an outage swallowed
    since: of them nobody knows.
    """
    age = frames.accounts["age_days"].to_numpy(dtype=np.float64)
    last_use = frames.last_use
    days = silent_business_days(
        np.datetime64(frames.day, "D"), last_use_days_ago=last_use, age_days=age
    )
    since = np.where(np.isnan(last_use), age + 1, last_use)
    mondays = np.array([(frames.day - week).days for week in frames.weeks])
    unheard = (frames.unheard & (mondays < since[:, None])).sum(axis=1)
    known: Floats = np.maximum(days - BUSINESS_DAYS * unheard, 0.0)
    return known


def newcomers_counted(frames: Frames, measured: Evaluated) -> Floats:
    """n of S15 [A]. Beside a value of an earlier night also those of today, if they are more: who
    has become a newcomer since counts as with a live source, and who is no longer heard of stays.
    """
    slot = _slot("S15")
    n = measured.n[:, slot]
    if not measured.carried[:, slot].any():
        return n
    today = per_account(frames, frames.people["account"], newcomers(frames))
    return np.where(measured.carried[:, slot], np.fmax(n, today), n)


def champion_gone_days(frames: Frames) -> Floats:
    """Days since the last champion left, where no other is named [A]. Named is who has not left,
    whether or not there is a seat for the successor yet.
    """
    champions = frames.people[frames.people["champion"].to_numpy(dtype=bool)]
    left = champions["left_days"]
    named = per_account(frames, champions["account"], left.isna())
    return np.where(named > 0, np.nan, _least(frames, champions["account"], left))


def severe_open_days(frames: Frames) -> Floats:
    """Business days that the oldest open severe or escalated ticket has been open [A], counted as
    S21 counts them.
    """
    tickets = frames.tickets
    bad = is_severe(tickets) | tickets["escalated"].to_numpy(dtype=bool)
    still = tickets[bad & tickets["solved_days_ago"].isna().to_numpy(dtype=bool)]
    days = pd.Series(open_business_days(frames, still))
    return -_least(frames, still["account"], -days)


def unhappy_decider_days(frames: Frames) -> Floats:
    """Days since the newest unhappy NPS answer (0 to 6) of a decision maker that is her last one
    and that nobody has followed up [A]. Who has left decides no more.
    """
    answers = last_answers(frames)
    known = answers[answers["person"] >= 0]
    person = known["person"].to_numpy(dtype=np.intp)
    deciding = frames.people["decision_maker"] & frames.people["left_days"].isna()
    open_wound = deciding.to_numpy(dtype=bool)[person]
    open_wound &= (known["score"] <= DETRACTOR).to_numpy(dtype=bool)
    open_wound &= known["followed_up_days_ago"].isna().to_numpy(dtype=bool)
    waiting = known[open_wound]
    return _least(frames, waiting["account"], waiting["answered_days_ago"])


def lost(frames: Frames, source: Source) -> Bools:
    """Whether a source is late or broken, or is back and owes most of its weeks [A]."""
    found: Bools = np.isin(frames.source_state[source], LOST)
    return found | owes_weeks(frames) if source is Source.USAGE else found


def heard(frames: Frames, source: Source) -> Bools:
    """Whether a source is live, went late or broke only with the last day, or has delivered
    something since [A]: then what it does not say is not so.
    """
    if source is Source.USAGE:
        return usage_speaks(frames)
    since = frames.late_days[source]
    return (since <= 1) | (_newest_fact(frames, source) < since)


def _newest_fact(frames: Frames, source: Source) -> Floats:
    """Days since the newest fact of a source [A], NaN where there is none."""
    people = frames.people
    if source is Source.TRAINING:
        account = people["account"].iloc[frames.training["person"].to_numpy(dtype=np.intp)]
        return _least(frames, account, frames.training["completed_days_ago"])
    table, columns = {
        Source.PEOPLE: (people, ("tenure_days", "left_days")),
        Source.TICKETS: (frames.tickets, ("opened_days_ago", "solved_days_ago")),
        Source.SURVEYS: (frames.surveys, ("sent_days_ago", "answered_days_ago")),
    }[source]
    return _least(frames, table["account"], *(table[column] for column in columns))


def _least(frames: Frames, account: pd.Series, *values: pd.Series) -> Floats:
    """The least of some values of an account's rows [A]; NaN where there is none."""
    least = np.full(len(frames.accounts), np.nan)
    at = account.to_numpy(dtype=np.intp)
    for column in values:
        np.fmin.at(least, at, column.to_numpy(dtype=np.float64))
    return least


def _pair(measured: Evaluated, code: str) -> tuple[Floats, Floats]:
    """Part and whole of a signal that has a value [A]."""
    slot = _slot(code)
    known = ~np.isnan(measured.raw[:, slot])
    part, whole = measured.part[:, slot], measured.whole[:, slot]
    return np.where(known, part, np.nan), np.where(known, whole, np.nan)


def _slot(code: str) -> int:
    return int(code[1:]) - 1
