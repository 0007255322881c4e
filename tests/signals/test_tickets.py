"""What tickets are about and what became of them: values computed by hand."""

from __future__ import annotations

from math import exp
from typing import Any

import pandas as pd
import pytest

from metrics.signals.base import Frames, Portfolio
from metrics.signals.catalogue import BY_CODE
from metrics.signals.tickets import is_highest, is_severe
from tests.frames_maker import DAY, make_frames, person
from tests.signals.checks import check, is_null


def asked(intro: int, advanced: int, **over: Any) -> list[dict[str, Any]]:
    facts = {"opened_days_ago": 30, **over}
    return [{**facts, "maturity": "intro"}] * intro + [{**facts, "maturity": "advanced"}] * advanced


def said(code: str, frames: Frames, *names: str) -> tuple[Any, ...]:
    return tuple(BY_CODE[code].raw(frames).iloc[0][name] for name in names)


# S18


def test_s18_three_introductory_tickets_of_twelve() -> None:
    raw = 0.40 + 0.25 * exp(-2) - 4 / 14.5
    frames = make_frames(age=26 * 7, tickets=asked(3, 9))
    check("S18", frames, raw, 65 + 25 * raw / 0.2)
    assert (round(raw, 4), round(65 + 25 * raw / 0.2, 2)) == (0.158, 84.75)
    assert said("S18", frames, "n", "part", "whole") == (12, 3, 12)
    assert said("S18", frames, "detail") == ({"expected": 0.433834, "by_newcomers": 0},)


def test_s18_reads_classified_tickets_of_half_a_year() -> None:
    others = asked(9, 0, opened_days_ago=183) + [{"maturity": "unknown"}] * 9
    tickets = asked(1, 3, opened_days_ago=182) + others
    raw = 0.40 + 0.25 * exp(-400 / 7 / 13) - 2 / 6.5
    check("S18", make_frames(tickets=tickets), raw, 65 + 25 * raw / 0.2)


@pytest.mark.parametrize(
    ("age", "band"), [(90, 0), (91, 1), (181, 1), (182, 2), (363, 2), (364, 3), (4000, 3)]
)
def test_s18_expects_what_the_portfolio_asks_at_that_age(age: float, band: int) -> None:
    shares = [0.7, 0.6, 0.5, 0.3]
    raw = shares[band] - 4 / 12.5
    known = Portfolio(intro_share=tuple(shares))
    found = said("S18", make_frames(age=age, tickets=asked(3, 7), portfolio=known), "raw")
    assert found == (pytest.approx(raw),)
    unknown = Portfolio(intro_share=tuple(None if b == band else s for b, s in enumerate(shares)))
    found = said("S18", make_frames(age=age, tickets=asked(3, 7), portfolio=unknown), "raw")
    assert found == (pytest.approx(0.40 + 0.25 * exp(-age / 91) - 4 / 12.5),)


def test_s18_a_newcomers_ticket_counts_half() -> None:
    people = [person(tenure=85), person(tenure=86), person(tenure=float("nan"))]
    # 30 days ago they had been there for 55 days, for 56, and for nobody knows how long
    tickets = [t for place in (0, 1, 2) for t in asked(1, 1, person=place)]
    frames = make_frames(
        people=people, tickets=tickets, portfolio=Portfolio(intro_share=(0.5,) * 4)
    )
    check("S18", frames, 0.5 - 3.5 / 7.5, 65 + 25 * (0.5 - 3.5 / 7.5) / 0.2)
    assert said("S18", frames, "part", "whole") == (3, 6)
    assert said("S18", frames, "detail") == ({"expected": 0.5, "by_newcomers": 2},)


def test_s18_needs_four_classified_tickets_whoever_asked() -> None:
    new = make_frames(people=[person(tenure=40)], tickets=asked(1, 3, person=0))
    assert said("S18", new, "state") == ("OK",)
    is_null("S18", make_frames(tickets=[*asked(1, 2), {"maturity": "unknown"}]), "TOO_LITTLE")
    is_null("S18", make_frames(), "TOO_LITTLE")


# S21


def solved(count: int, **over: Any) -> list[dict[str, Any]]:
    return [{"opened_days_ago": 30, "solved_days_ago": 29, **over}] * count


def test_s21_one_of_ten() -> None:
    frames = make_frames(tickets=solved(9) + solved(1, escalated=True))
    check("S21", frames, 1.24 / 14, 75 - 25 * (1.24 / 14 - 0.05) / 0.05)
    assert round(1.24 / 14, 4) == 0.0886
    assert round(75 - 25 * (1.24 / 14 - 0.05) / 0.05, 2) == 55.71
    assert said("S21", frames, "n", "part", "whole") == (10, 1, 10)


def test_s21_each_ticket_once() -> None:
    worst = solved(1, escalated=True, severity="Sev 1", reopens=3, solved_days_ago=float("nan"))
    frames = make_frames(tickets=worst + solved(1, reopens=2) + solved(2, reopens=1))
    check("S21", frames, 2.24 / 8, 20 - 20 * (2.24 / 8 - 0.2) / 0.15)
    assert said("S21", frames, "detail") == (
        {"escalated": 1, "severe": 1, "reopened": 2, "stuck": 1},
    )


@pytest.mark.parametrize(
    ("opened", "until", "stuck"),
    [
        # t is a Wednesday
        (20, None, 0),  # from a Thursday: 14 days of work, Thursday to Tuesday
        (21, None, 1),  # from the Wednesday before: 15
        (18, None, 0),  # from a Saturday: 12
        (100, 82, 0),  # from a Monday to the Friday of its third week: solved on the 15th
        (100, 81, 1),  # to the Saturday after: open on 15
    ],
)
def test_s21_stuck_is_more_than_fourteen_business_days(
    opened: int, until: float | None, stuck: int
) -> None:
    assert DAY.weekday() == 2
    tickets = solved(1, opened_days_ago=opened, solved_days_ago=until)
    assert said("S21", make_frames(tickets=tickets), "part") == (stuck,)


def test_s21_needs_two_tickets_of_half_a_year() -> None:
    old = solved(3, opened_days_ago=183, escalated=True)
    recent = solved(2, opened_days_ago=182, solved_days_ago=180)
    check("S21", make_frames(tickets=old + recent), 0.04, 80.0)
    is_null("S21", make_frames(tickets=old + solved(1)), "TOO_LITTLE")


@pytest.mark.parametrize(
    "word",
    ["urgent", "Critical", "sev1", "Sev-1", "SEV 1", "severity_1", "P1", "p0", "1", "blocker"],
)
def test_the_highest_severity_is_known_by_its_usual_names(word: str) -> None:
    assert is_highest(word)


@pytest.mark.parametrize("word", ["", "low", "normal", "high", "sev2", "P2", "0", "10", "sev-11"])
def test_other_severities_are_not_the_highest(word: str) -> None:
    assert not is_highest(word)


def test_severity_of_a_table() -> None:
    words = pd.DataFrame({"severity": ["P1", "low", "", "urgent", "P1"]})
    assert is_severe(words).tolist() == [True, False, False, True, True]
    assert is_severe(words[:0]).tolist() == []
