"""What they say, slowly."""

from __future__ import annotations

import datetime as dt

from metrics.signals.base import Portfolio
from tests.reference.world import NOT_APPLICABLE, OK, TOO_LITTLE, Account, Survey, Value


def s22(account: Account, portfolio: Portfolio) -> Value:
    scores = [survey.score or 0 for survey in last_answers(account)]
    if not scores:
        return None, TOO_LITTLE
    balance = sum(score >= 9 for score in scores) - sum(score <= 6 for score in scores)
    return 100 * (balance + 10 * portfolio.mu_nps) / (len(scores) + 10), OK


def s23(account: Account, portfolio: Portfolio) -> Value:
    sent = [
        survey for survey in account.surveys if account.within(survey.sent or survey.answered, 365)
    ]
    if not sent:
        return None, NOT_APPLICABLE
    if len(sent) < 3:
        return None, TOO_LITTLE
    answered = sum(survey.answered is not None for survey in sent)
    return (answered + 5 * portfolio.mu_response) / (len(sent) + 5), OK


def s24(account: Account, portfolio: Portfolio) -> Value:
    everybody = detractors = 0.0
    for survey in last_answers(account):
        assert survey.answered
        weight = 0.5 ** ((account.today - survey.answered).days / 90)
        if survey.person and (survey.person.decides or survey.person.champion):
            weight *= 2
        everybody += weight
        detractors += weight if (survey.score or 0) <= 6 else 0
    if not everybody:
        return None, TOO_LITTLE
    return (detractors + 0.25 * 2) / (everybody + 2), OK


def last_answers(account: Account) -> list[Survey]:
    """Each person's last answer to the NPS question; an answer of nobody stands for itself."""
    answers = [
        survey
        for survey in account.surveys
        if survey.kind == "nps"
        and survey.score is not None
        and account.within(survey.answered, 365)
    ]
    answers.sort(key=lambda survey: survey.answered or dt.date.min)
    last = {survey.person: survey for survey in answers if survey.person}
    return [survey for survey in answers if not survey.person] + list(last.values())
