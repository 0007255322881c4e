"""From a raw value down to the people, tickets and answers behind it. Pure.

Every module reads its rows with the functions that the signals are made of, so that the two cannot
disagree.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from metrics.signals.base import Frames
from metrics.signals.catalogue import BY_CODE
from metrics.signals.evidence import (
    breadth,
    drops,
    engagement,
    features,
    onboarding,
    sentiment,
    support,
    tickets,
    training,
    turnover,
)
from metrics.signals.evidence.base import Case, Evidence
from metrics.signals.evidence.nulls import late, missing, why_not

BUILDERS: Mapping[str, Callable[[Case], Evidence]] = {
    "S01": onboarding.seats_in_use,
    "S02": training.people_trained,
    "S03": onboarding.value_tasks,
    "S04": onboarding.first_value,
    "S05": engagement.weeks_come,
    "S06": engagement.days_come,
    "S07": engagement.weekly_usage,
    "S08": drops.dropped,
    "S09": features.features_used,
    "S10": features.advanced_used,
    "S11": features.depth,
    "S12": breadth.groups,
    "S13": breadth.shares_of_groups,
    "S14": breadth.busiest_people,
    "S15": turnover.newcomers_come,
    "S16": turnover.people_lost,
    "S17": support.tickets_opened,
    "S18": tickets.kinds_of_tickets,
    "S19": support.hours_to_answer,
    "S20": support.ratings_given,
    "S21": tickets.tickets_gone_badly,
    "S22": sentiment.answers,
    "S23": sentiment.surveys,
    "S24": sentiment.fresh_answers,
}


def evidence(frames: Frames, code: str, account: int = 0) -> Evidence:
    """The facts behind a signal of the account at that position; raises KeyError for an unknown
    code. Where the signal has no value the sentence says what it lacks, and the rows what there is;
    without a source there are no rows: nobody knows who is inactive.
    """
    found = BY_CODE[code].raw(frames).iloc[account]
    case = Case(frames=frames, account=account, found=found)
    built = replace(BUILDERS[code](case), note=late(case, code))
    absent = missing(case, code)
    if absent:
        return replace(built, sentence=absent, rows=())
    if case.has_value:
        return replace(built, raw=float(found["raw"]))
    return replace(built, sentence=why_not(code, str(found["state"])))


SUBJECTS: Mapping[str, str] = {
    "S03": "tasks",
    "S04": "tasks",
    "S07": "weeks",
    "S12": "groups",
    "S13": "groups",
    "S17": "tickets",
    "S18": "tickets",
    "S19": "tickets",
    "S20": "ratings",
    "S21": "tickets",
    "S22": "answers",
    "S23": "surveys",
    "S24": "answers",
}


def subject(code: str) -> str:
    """What the rows behind a signal are about."""
    return SUBJECTS.get(code, "people")


__all__ = ["BUILDERS", "evidence", "subject"]
