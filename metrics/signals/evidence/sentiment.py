"""The facts behind S22 NPS, S23 survey answers, S24 recent detractors."""

from __future__ import annotations

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
from metrics.signals.numbers import MINUS, count, number, percent, signed
from metrics.signals.sentiment import (
    DETRACTOR,
    NPS_PRIOR_ANSWERS,
    PROMOTER,
    RECENCY_PRIOR,
    RECENCY_PRIOR_ANSWERS,
    RESPONSE_PRIOR_SURVEYS,
    last_answers,
    surveys_sent,
    weighted_answers,
)

ANSWERER = Column(key="person_id", heading="Person", form=Form.PERSON)
SURVEY = Column(key="external_id", heading="Survey")
SCORE = Column(key="score", heading="Score", form=Form.COUNT)
ANSWERED = Column(key="answered_days_ago", heading="Answered", form=Form.AGO)


def _surveys_of(case: Case, surveys: pd.DataFrame) -> pd.DataFrame:
    rows = case.mine(surveys)
    return rows.assign(person_id=ids_of(case.frames, rows["person"]))


def answers(case: Case) -> Evidence:
    """S22: each person's last answer, the lowest first. For: 9 or 10; against: 6 or less."""
    rows = _surveys_of(case, last_answers(case.frames))
    promoters, detractors = rows["score"] >= PROMOTER, rows["score"] <= DETRACTOR
    prior, mu = number_text(NPS_PRIOR_ANSWERS), case.frames.portfolio.mu_nps
    good, bad = int(promoters.sum()), int(detractors.sum())
    return evidence_of(
        "S22",
        f"100 {TIMES} ({count(good, 'promoter')} {MINUS} {count(bad, 'detractor')} + {prior}"
        f" {TIMES} {number(mu, 2)}) / ({count(len(rows), 'answer')} + {prior})"
        f" = {signed(case.found['raw'])}",
        columns=(ANSWERER, SURVEY, SCORE, ANSWERED),
        rows=rows.assign(
            counts=judged(promoters, counted=promoters | detractors),
            hurt=-rows["score"],
        ),
        terms={"prior": NPS_PRIOR_ANSWERS, "mu": mu},
    )


def surveys(case: Case) -> Evidence:
    """S23: surveys sent in 365 days. Against: not answered, the latest first."""
    rows = _surveys_of(case, surveys_sent(case.frames))
    answered = rows["answered_days_ago"].notna()
    prior, mu = number_text(RESPONSE_PRIOR_SURVEYS), case.frames.portfolio.mu_response
    return evidence_of(
        "S23",
        f"({int(answered.sum())} answered + {prior} {TIMES} {number(mu, 2)}) /"
        f" ({count(len(rows), 'survey')} sent + {prior}) = {percent(case.found['raw'])}",
        columns=(
            ANSWERER,
            SURVEY,
            Column(key="kind", heading="Kind"),
            Column(key="sent_days_ago", heading="Sent", form=Form.AGO),
            ANSWERED,
        ),
        rows=rows.assign(
            counts=judged(answered),
            hurt=-rows["sent_days_ago"].fillna(rows["answered_days_ago"]),
        ),
        terms={"prior": RESPONSE_PRIOR_SURVEYS, "mu": mu},
    )


def fresh_answers(case: Case) -> Evidence:
    """S24: each person's last answer with the weight that its age leaves it. Against: 6 or less,
    the heaviest first.
    """
    rows = _surveys_of(case, weighted_answers(case.frames))
    bad = rows["detractor"].astype(bool)
    against, all_ = float(rows["h"][bad].sum()), float(rows["h"].sum())
    prior = number_text(RECENCY_PRIOR_ANSWERS)
    return evidence_of(
        "S24",
        f"({number(against, 2)} by {count(int(bad.sum()), 'detractor')} + {prior} {TIMES}"
        f" {number(RECENCY_PRIOR, 2)}) / ({number(all_, 2)} by {count(len(rows), 'answer')} +"
        f" {prior}) = {percent(case.found['raw'])}",
        columns=(
            ANSWERER,
            SURVEY,
            SCORE,
            ANSWERED,
            Column(key="decides", heading="Decides or champions", form=Form.YES),
            Column(key="h", heading="Weight", form=Form.FINE),
        ),
        rows=rows.assign(counts=judged(~bad), hurt=rows["h"]),
        terms={"prior": RECENCY_PRIOR_ANSWERS, "share": RECENCY_PRIOR},
    )
