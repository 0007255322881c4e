"""Sentiment: values computed by hand, the cases of the specification and more."""

from __future__ import annotations

from typing import Any

from metrics.signals.base import Portfolio
from metrics.signals.catalogue import BY_CODE
from tests.frames_maker import make_frames, person
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


def test_s24_two_fresh_detractors_of_five_fresh_answers() -> None:
    check("S24", make_frames(surveys=scores(2, 6, 7, 9, 10, ago=0)), 2.5 / 7, 44.285714)
    # yesterday's are one day old
    h = 0.5 ** (1 / 90)
    raw = (2 * h + 0.5) / (5 * h + 2)
    check("S24", make_frames(surveys=scores(2, 6, 7, 9, 10, ago=1)), raw, 50 - 100 * (raw - 0.3))


def test_s24_halves_every_90_days() -> None:
    surveys = scores(0, ago=90) + scores(10, ago=180)
    check("S24", make_frames(surveys=surveys), 1 / 2.75, 50 - 100 * (1 / 2.75 - 0.3))


def test_s24_decision_makers_and_champions_count_twice() -> None:
    people = [
        person(),
        person(champion=True),
        person(decision_maker=True),
        person(champion=True, decision_maker=True),
    ]
    surveys = [row for place in range(4) for row in scores(8, ago=0, person=place)]
    for place, weight in ((0, 1), (1, 2), (2, 2), (3, 2)):
        asked = [row if row["person"] != place else {**row, "score": 3} for row in surveys]
        raw = (weight + 0.5) / (7 + 2)
        frames = make_frames(people=people, surveys=asked + scores(float("nan")))
        assert BY_CODE["S24"].raw(frames)["raw"][0] == raw
    # nobody in particular is neither, whoever comes last in the list of people
    check("S24", make_frames(people=people, surveys=scores(3, ago=0)), 0.5, 30.0)


def test_s24_a_better_answer_closes_the_loop() -> None:
    surveys = scores(2, ago=30, person=0) + scores(7, ago=0, person=0)
    check(
        "S24",
        make_frames(people=idle(1), surveys=surveys),
        0.5 / 3,
        75 - 25 * (1 / 6 - 0.15) / 0.15,
    )


def test_s24_says_who_and_how_long_ago() -> None:
    people = [person(champion=True), person()]
    surveys = scores(2, ago=30, person=0) + scores(3, ago=12, person=1) + scores(9, ago=2)
    found = BY_CODE["S24"].raw(make_frames(people=people, surveys=surveys)).iloc[0]
    assert (found["n"], found["part"], found["whole"]) == (3, 2, 3)
    assert found["detail"] == {"deciders": 1, "last_days_ago": 12}
    happy = BY_CODE["S24"].raw(make_frames(surveys=scores(9))).iloc[0]
    assert happy["detail"] == {"deciders": 0, "last_days_ago": None}


def test_s24_needs_an_answer_within_a_year() -> None:
    is_null("S24", make_frames(surveys=scores(2, ago=366)), "TOO_LITTLE")
    is_null("S24", make_frames(surveys=scores(2, kind="csat")), "TOO_LITTLE")
