"""Sentiment: values computed by hand, the cases of the specification and more."""

from __future__ import annotations

from typing import Any

from metrics.signals.base import Portfolio
from tests.frames_maker import make_frames
from tests.signals.checks import check, idle, is_null


def scores(*values: float, ago: float = 20, **over: Any) -> list[dict[str, Any]]:
    return [
        {"score": value, "sent_days_ago": ago + 1, "answered_days_ago": ago, **over}
        for value in values
    ]


def test_s22_nps_is_shrunk_towards_the_portfolio() -> None:
    check("S22", make_frames(surveys=scores(9, 10, 9, 7, 3)), 400 / 15, 66.666667)
    check("S22", make_frames(surveys=scores(10)), 300 / 11, 67.272727)
    indifferent = Portfolio(mu_nps=0.0)
    check("S22", make_frames(surveys=scores(0), portfolio=indifferent), -100 / 11, 30.909091)


def test_s22_takes_the_last_answer_of_each_person() -> None:
    surveys = scores(2, ago=90, person=0) + scores(9, ago=10, person=0) + scores(9, 9, ago=366)
    check("S22", make_frames(people=idle(1), surveys=surveys), 300 / 11, 67.272727)


def test_s22_reads_answers_to_its_own_question_that_have_a_score() -> None:
    others = scores(1, 2, kind="csat") + scores(float("nan"))
    check("S22", make_frames(surveys=scores(10) + others), 300 / 11, 67.272727)


def test_s22_needs_an_answer() -> None:
    is_null("S22", make_frames(surveys=[{"sent_days_ago": 9}]), "TOO_LITTLE")


def test_s23_survey_answers() -> None:
    surveys = scores(9, 9, 9, 9) + [{"sent_days_ago": 30}] * 16
    check("S23", make_frames(surveys=surveys), 5.1 / 25, 65.666667)
    check("S23", make_frames(surveys=[{"sent_days_ago": 30}] * 3), 1.1 / 8, 49.375)


def test_s23_our_own_silence_is_not_theirs() -> None:
    is_null("S23", make_frames(), "NOT_APPLICABLE")
    is_null("S23", make_frames(surveys=[{"sent_days_ago": 366}] * 5), "NOT_APPLICABLE")
    is_null("S23", make_frames(surveys=[{"sent_days_ago": 30}] * 2), "TOO_LITTLE")
