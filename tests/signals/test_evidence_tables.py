"""The tables behind a signal by hand: who and what, in which order, with which sentence."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from metrics.signals.evidence import evidence
from metrics.signals.evidence.base import Evidence, Form, written
from tests.frames_maker import make_frames, person, weekdays


def table(shown: Evidence) -> list[tuple[Any, ...]]:
    return [(row.counts, *row.cells) for row in shown.rows]


def test_seats_name_who_is_there_and_since_when_nobody_was() -> None:
    people = [
        person(active=[3], group="Ops"),
        person(active=[90]),
        person(),
        person(tenure=np.nan, intended=True),
        person(left_days=9.0, active=[20]),
        person(account=1, active=[3]),
    ]
    shown = evidence(make_frames(accounts=2, people=people, seats=4), "S01")
    assert shown.sentence == "1 person active in 28 days / 4 seats = 25\u00a0%"
    assert table(shown) == [
        (False, 3, "", True, None),
        (False, 4, "", False, None),
        (False, 2, "", True, 90.0),
        (True, 1, "Ops", True, 3.0),
    ]


def test_a_young_account_is_held_against_what_can_be_expected() -> None:
    people = [person(tenure=20, active=[3]), person(tenure=20)]
    shown = evidence(make_frames(people=people, age=28, seats=2), "S01")
    assert shown.sentence == (
        "1 person active in 28 days / (2 seats \u00d7 55\u00a0% expected by now) = 91\u00a0%"
    )
    shown = evidence(make_frames(people=people, age=36, seats=2), "S02")
    assert shown.sentence == "0 trained / (2 people \u00d7 60\u00a0% expected by now) = 0\u00a0%"


def test_a_ticket_says_why_it_counts_and_who_sent_it() -> None:
    facts = [
        {"external_id": "T-1", "opened_days_ago": 40, "topic": "Login", "person": 0},
        {"external_id": "T-2", "opened_days_ago": 9, "solved_days_ago": 2.0, "severity": "Sev-1"},
        {"external_id": "T-3", "opened_days_ago": 8, "solved_days_ago": 8.0},
    ]
    shown = evidence(make_frames(people=[person()], tickets=facts), "S21")
    assert shown.sentence == "(2 severe or stuck + 4 \u00d7 0.06) / (3 tickets + 4) = 32\u00a0%"
    assert table(shown) == [
        (False, "T-1", 40, "Login", 1, "open for 28 working days", 28.0),
        (False, "T-2", 9, "", None, "of the highest severity", 5.0),
        (True, "T-3", 8, "", None, "", 0.0),
    ]


def test_an_answer_keeps_its_score_its_age_and_its_weight() -> None:
    people = [person(), person(decision_maker=True)]
    scores = [(0, 10.0, 0), (1, 3.0, 90), (-1, 5.0, 90)]
    facts = [
        {"external_id": "N", "person": who, "score": score, "answered_days_ago": float(ago)}
        for who, score, ago in scores
    ]
    shown = evidence(make_frames(people=people, surveys=facts), "S24")
    assert shown.sentence == (
        "(1.50 by 2 detractors + 2 \u00d7 0.25) / (2.50 by 3 answers + 2) = 44\u00a0%"
    )
    assert table(shown) == [
        (False, 2, "N", 3.0, 90.0, True, 1.0),
        (False, None, "N", 5.0, 90.0, False, 0.5),
        (True, 1, "N", 10.0, 0.0, False, 1.0),
    ]
    shown = evidence(make_frames(people=people, surveys=facts), "S22")
    assert shown.sentence == (
        "100 \u00d7 (1 promoter \u2212 2 detractors + 10 \u00d7 0.20) / (3 answers + 10) = +8"
    )


def test_an_answer_took_so_long_against_what_is_promised() -> None:
    facts = [
        {
            "external_id": name,
            "opened": "2026-03-09 09:00",
            "first_answer": answer,
            "opened_days_ago": 9,
        }
        for name, answer in (("A", "2026-03-09 11:00"), ("B", "2026-03-10 10:00"), ("C", None))
    ]
    shown = evidence(make_frames(tickets=facts), "S19")
    assert shown.sentence == (
        "(2 tickets by email \u00d7 median 5.5\u00a0h / 4.0\u00a0h) / 2"
        " = 1.38 times what is promised"
    )
    assert table(shown) == [
        (False, "B", 9, "email", None, 9.0, 4.0, 2.25),
        (True, "A", 9, "email", None, 2.0, 4.0, 0.5),
        (None, "C", 9, "email", None, None, None, None),
    ]


def test_a_long_mean_is_cut_in_the_sentence_only() -> None:
    people = [person(active=weekdays(*range(1, 1 + n))) for n in range(12)]
    shown = evidence(make_frames(people=people), "S05")
    assert len(shown.rows) == 12
    assert shown.sentence == (
        "(0\u00a0% + 8\u00a0% + 17\u00a0% + 25\u00a0% + \u2026 + 92\u00a0%) / 12 people"
        " = 46\u00a0% of weeks"
    )
    assert [row.cells[0] for row in shown.rows] == list(range(1, 13))


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (None, Form.COUNT, "–"),
        (None, Form.LAST, "not in a year"),
        ("", Form.TEXT, "–"),
        (12.0, Form.AGO, "12\u00a0d"),
        (3.0, Form.COUNT, "3"),
        (0.5, Form.SHARE, "50\u00a0%"),
        (1.25, Form.HOURS, "1.2\u00a0h"),
        (True, Form.YES, "yes"),
        (False, Form.YES, "no"),
        (-0.5, Form.FINE, "\u22120.50"),
    ],
)
def test_cells_are_written_for_people(value: Any, form: Form, text: str) -> None:
    assert written(value, form) == text
