"""Sentiment: S22 NPS, S23 response rate, S24 detractor recency."""

from __future__ import annotations

import numpy as np
import pandas as pd

from metrics.signals.base import Bools, Frames, State
from metrics.signals.once import once
from metrics.signals.values import per_account, states, table

YEAR = 365
PROMOTER, DETRACTOR = 9, 6
NPS_PRIOR_ANSWERS = 10
RESPONSE_PRIOR_SURVEYS = 5
MIN_SENT = 3
HALF_LIFE = 90
RECENCY_PRIOR, RECENCY_PRIOR_ANSWERS = 0.25, 2.0
WEIGHT_OF_DECIDERS = 2.0


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


@once
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
    sent = surveys_sent(frames)
    n = per_account(frames, sent["account"])
    answers = per_account(frames, sent["account"], sent["answered_days_ago"].notna())
    prior = RESPONSE_PRIOR_SURVEYS * frames.portfolio.mu_response
    raw = (answers + prior) / (n + RESPONSE_PRIOR_SURVEYS)
    state = states(len(n), (n == 0, State.NOT_APPLICABLE), (n < MIN_SENT, State.TOO_LITTLE))
    return table(raw, state=state, n=n, part=answers, whole=n)


@once
def surveys_sent(frames: Frames) -> pd.DataFrame:
    """Surveys sent in 365 days; one without that day counts from its answer."""
    surveys = frames.surveys
    sent_at = surveys["sent_days_ago"].fillna(surveys["answered_days_ago"])
    return surveys[sent_at <= YEAR]


def detractor_recency(frames: Frames) -> pd.DataFrame:
    """S24: (sum of h over detractors + .25 x 2) / (sum of h over all + 2), each person's last NPS
    answer in 365 days, h = .5^(age / 90); age is the days from the answer to t. Decision makers
    and champions count twice (who is both, not four times). A better answer of the same person
    closes the loop. n = whole = answers, part = detractors; detail: how many of those decide or
    champion, and the days since the last detractor spoke (None: no detractor).
    """
    answers = weighted_answers(frames)
    where, age = answers["account"], answers["answered_days_ago"].to_numpy(dtype=np.float64)
    decides, detractor = answers["decides"].to_numpy(), answers["detractor"].to_numpy()
    h = answers["h"].to_numpy(dtype=np.float64)
    n, part = per_account(frames, where), per_account(frames, where, detractor)
    prior = RECENCY_PRIOR * RECENCY_PRIOR_ANSWERS
    raw = (per_account(frames, where, h * detractor) + prior) / (
        per_account(frames, where, h) + RECENCY_PRIOR_ANSWERS
    )
    last = np.full(len(n), np.inf)
    np.minimum.at(last, where.to_numpy(dtype=np.intp)[detractor], age[detractor])
    deciders = per_account(frames, where, detractor & decides)
    detail = [
        {"deciders": int(count), "last_days_ago": int(ago) if np.isfinite(ago) else None}
        for count, ago in zip(deciders.tolist(), last.tolist(), strict=True)
    ]
    state = states(len(n), (n < 1, State.TOO_LITTLE))
    return table(raw, state=state, n=n, part=part, whole=n, detail=detail)


@once
def weighted_answers(frames: Frames) -> pd.DataFrame:
    """`last_answers` with decides (or champions), detractor, and the weight h of each."""
    answers = last_answers(frames)
    age = answers["answered_days_ago"].to_numpy(dtype=np.float64)
    decides = _decides(frames, answers)
    h = 0.5 ** (age / HALF_LIFE) * np.where(decides, WEIGHT_OF_DECIDERS, 1.0)
    return answers.assign(decides=decides, detractor=answers["score"] <= DETRACTOR, h=h)


def _decides(frames: Frames, answers: pd.DataFrame) -> Bools:
    """Answers of decision makers and champions; nobody in particular is neither."""
    people = frames.people[["decision_maker", "champion"]].to_numpy(dtype=bool).any(axis=1)
    person = answers["person"].to_numpy(dtype=np.intp)
    decides: Bools = np.append(people, False)[person]
    return decides


def net_promoters(scores: pd.Series) -> int:
    """Promoters less detractors among answers: by their number it is the NPS, -1 to 1."""
    return int((scores >= PROMOTER).sum() - (scores <= DETRACTOR).sum())
