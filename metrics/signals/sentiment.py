"""Sentiment: S22 NPS, S23 response rate."""

from __future__ import annotations

import numpy as np
import pandas as pd

from metrics.signals.base import Frames, State
from metrics.signals.values import per_account, states, table

YEAR = 365
PROMOTER, DETRACTOR = 9, 6
NPS_PRIOR_ANSWERS = 10
RESPONSE_PRIOR_SURVEYS = 5
MIN_SENT = 3


def net_promoter_score(frames: Frames) -> pd.DataFrame:
    """S22: 100 (P - D + 10 mu) / (n + 10) over each person's last answer in 365 days. Ten
    pseudo-answers, because with five answers the 95 % half-width is about 55 points. n = answers;
    part = promoters, whole = detractors.
    """
    answers = last_answers(frames)
    n = per_account(frames, answers["account"])
    promoters = per_account(frames, answers["account"], answers["score"] >= PROMOTER)
    detractors = per_account(frames, answers["account"], answers["score"] <= DETRACTOR)
    prior = NPS_PRIOR_ANSWERS * frames.portfolio.mu_nps
    raw = 100 * (promoters - detractors + prior) / (n + NPS_PRIOR_ANSWERS)
    state = states(len(n), (n < 1, State.TOO_LITTLE))
    return table(raw, state=state, n=n, part=promoters, whole=detractors)


def last_answers(frames: Frames) -> pd.DataFrame:
    """The last NPS answer of each person in 365 days; an answer of nobody in particular stands
    for itself.
    """
    surveys = frames.surveys
    answers = surveys[
        (surveys["kind"] == "nps")
        & (surveys["answered_days_ago"] <= YEAR)
        & surveys["score"].notna()
    ].sort_values("answered_days_ago", kind="stable")
    nobody = answers["person"] < 0
    return answers[nobody | ~answers.duplicated(["account", "person"])]


def response_rate(frames: Frames) -> pd.DataFrame:
    """S23: (answers + 5 mu) / (sent + 5) over surveys sent in 365 days. No survey sent is our own
    omission and says nothing about the account. n = whole = sent, part = answers.
    """
    surveys = frames.surveys
    sent_at = surveys["sent_days_ago"].fillna(surveys["answered_days_ago"])
    sent = surveys[sent_at <= YEAR]
    n = per_account(frames, sent["account"])
    answers = per_account(frames, sent["account"], sent["answered_days_ago"].notna())
    prior = RESPONSE_PRIOR_SURVEYS * frames.portfolio.mu_response
    raw = (answers + prior) / (n + RESPONSE_PRIOR_SURVEYS)
    state = states(len(n), (n == 0, State.NOT_APPLICABLE), (n < MIN_SENT, State.TOO_LITTLE))
    return table(raw, state=state, n=n, part=answers, whole=n)


def promoters_minus_detractors(scores: pd.Series) -> float:
    """NPS of answers, -1 to 1; NaN without any."""
    if scores.empty:
        return float("nan")
    return float(np.mean((scores >= PROMOTER).astype(float) - (scores <= DETRACTOR)))
