"""Support: values computed by hand, the cases of the specification and more."""

from __future__ import annotations

from typing import Any

import pytest

from metrics.signals.base import Portfolio, Tenant
from metrics.signals.catalogue import BY_CODE
from tests.frames_maker import make_frames, person
from tests.signals.checks import check, is_null


def tickets(count: int, ago: int = 10, **over: Any) -> list[dict[str, Any]]:
    return [{"opened_days_ago": ago, **over}] * count


def expecting_five() -> list[Any]:
    """Ten people active in each of twelve weeks: 120 user-weeks."""
    return [person(tenure=500, active=list(range(3, 85, 7))) for _ in range(10)]


RATES = Portfolio(ticket_rate=(None, None, None, None, 5 / 120))


@pytest.mark.parametrize(
    ("count", "raw", "points"), [(9, 11 / 7, 71.428571), (0, 2 / 7, 74.285714), (5, 1.0, 94.0)]
)
def test_s17_tickets_against_expected(count: int, raw: float, points: float) -> None:
    frames = make_frames(people=expecting_five(), tickets=tickets(count), portfolio=RATES)
    check("S17", frames, raw, points)


def test_s17_uses_the_default_rate_where_the_portfolio_is_too_small() -> None:
    expected = 120 * 0.055  # user-weeks times the default
    frames = make_frames(people=expecting_five(), tickets=tickets(3) + tickets(9, ago=85))
    check("S17", frames, 5 / (expected + 2), 75 + 25 / 0.5 * (5 / (expected + 2) - 0.3))


def test_s17_counts_the_tickets_of_an_incident_once() -> None:
    incident = make_frames().day.replace(day=8)  # ten days before t
    portfolio = Portfolio(ticket_rate=RATES.ticket_rate, incident_days=frozenset({incident}))
    frames = make_frames(
        people=expecting_five(), tickets=tickets(7) + tickets(4, ago=11), portfolio=portfolio
    )
    check("S17", frames, 1.0, 94.0)


def test_s17_expects_nothing_of_nobody() -> None:
    is_null("S17", make_frames(tickets=tickets(5)), "TOO_LITTLE")


def answered(opened: str, answer: str | None, **over: Any) -> dict[str, Any]:
    return {"opened": opened, "first_answer": answer, "opened_days_ago": 9, **over}


def test_s19_counts_business_hours() -> None:
    # Monday 16:00 to Tuesday 10:00 is one hour of Monday and one of Tuesday
    facts = [answered("2026-03-09 16:00", "2026-03-10 10:00")]
    check("S19", make_frames(tickets=facts), 0.5, 95.0)
    # Friday 16:00 to Monday 12:00: one hour and three
    facts = [answered("2026-03-06 16:00", "2026-03-09 12:00")]
    check("S19", make_frames(tickets=facts), 1.0, 75.0)
    # asked and answered at the week-end
    facts = [answered("2026-03-07 10:00", "2026-03-08 12:00")]
    check("S19", make_frames(tickets=facts), 0.0, 100.0)


def test_s19_takes_the_median_per_channel_and_weighs_by_tickets() -> None:
    facts = [
        answered("2026-03-09 09:00", "2026-03-09 11:00"),
        answered("2026-03-09 09:00", "2026-03-09 13:00"),
        answered("2026-03-09 09:00", "2026-03-10 13:00"),  # e-mail: median 4 h of 4 h
        answered("2026-03-09 09:00", "2026-03-09 09:03", channel="phone"),  # 180 s of 60 s
        answered("2026-03-09 09:00", None),
    ]
    check("S19", make_frames(tickets=facts), (3 * 1 + 1 * 3) / 4, 57.5)


def test_s19_needs_an_answer() -> None:
    is_null("S19", make_frames(tickets=[answered("2026-03-09 09:00", None)]), "TOO_LITTLE")


def rated(*stars: float, ago: float = 5) -> list[dict[str, Any]]:
    return [{"csat": star, "solved_days_ago": ago, "opened_days_ago": 200} for star in stars]


def test_s20_satisfaction() -> None:
    check("S20", make_frames(tickets=rated(5, 4, 5, 4, 2)), 0.8, 67.5)
    check("S20", make_frames(tickets=rated(1, 3)), 2.4 / 5, 10.0)


def test_s20_reads_surveys_and_the_portfolios_own_prior() -> None:
    surveys = [{"kind": "csat", "score": 5, "answered_days_ago": 4}] * 2
    portfolio = Portfolio(mu_csat=0.5)
    check("S20", make_frames(surveys=surveys, portfolio=portfolio), 3.5 / 5, 45.0)


def test_s20_forgets_after_half_a_year_and_needs_two() -> None:
    is_null("S20", make_frames(tickets=rated(5) + rated(5, ago=183)), "TOO_LITTLE")


def test_s17_expects_by_tenure() -> None:
    rates = Portfolio(ticket_rate=(0.5, 0.2, 0.1, 0.05, 0.01))
    new = person(tenure=20, active=list(range(1, 20, 7)))  # three weeks, all in the first four
    grown = person(
        tenure=12 * 7, active=list(range(1, 85, 7))
    )  # three below four weeks, nine above
    expected = 3 * 0.5 + 3 * 0.5 + 9 * 0.2
    frames = make_frames(people=[new, grown], tickets=tickets(2), portfolio=rates)
    check("S17", frames, 4 / (expected + 2), 75 + 25 / 0.5 * (4 / (expected + 2) - 0.3))


def test_s19_takes_the_mean_of_calls_by_the_clock() -> None:
    facts = [
        answered("2026-03-08 22:00:00", "2026-03-08 22:00:30", channel="phone"),
        answered("2026-03-09 09:00:00", "2026-03-09 09:00:30", channel="phone"),
        answered("2026-03-09 09:00:00", "2026-03-09 09:03:00", channel="phone"),
    ]
    check("S19", make_frames(tickets=facts), 80 / 60, 75 - 35 / 3)


def test_s19_an_answer_before_the_question_took_no_time() -> None:
    facts = [
        answered("2026-03-09 12:00", "2026-03-09 10:00"),
        answered("2026-03-09 12:00", "2026-03-09 10:00", channel="call"),
    ]
    check("S19", make_frames(tickets=facts), 0.0, 100.0)


def test_s19_forgets_after_twelve_weeks() -> None:
    old = answered("2025-12-20 12:00", "2025-12-23 10:00") | {"opened_days_ago": 85}
    is_null("S19", make_frames(tickets=[old]), "TOO_LITTLE")


def test_s20_reads_no_rating_off_its_scale() -> None:
    surveys = [{"kind": "csat", "score": s, "answered_days_ago": 4} for s in (5, 5, 0, 80)]
    check("S20", make_frames(surveys=surveys), 4.4 / 5, 86.0)
    nps = [{"kind": "nps", "score": 5, "answered_days_ago": 4}] * 3
    is_null("S20", make_frames(surveys=nps), "TOO_LITTLE")


@pytest.mark.parametrize(
    ("channel", "raw"), [("email", 3 / 6), ("chat", 3 / 1.5), ("phone", 3 / 0.5), ("call", 3 / 0.5)]
)
def test_s19_measures_us_by_our_own_promise(channel: str, raw: float) -> None:
    promised = Tenant(answer_hours=6, chat_hours=1.5, call_hours=0.5)
    facts = [answered("2026-03-09 09:00", "2026-03-09 12:00", channel=channel)]
    frames = make_frames(tickets=facts, portfolio=Portfolio(tenant=promised))
    assert BY_CODE["S19"].raw(frames)["raw"][0] == pytest.approx(raw)
