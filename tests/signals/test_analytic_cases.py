"""Values computed by hand: the cases of the specification, and more of each signal."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from metrics.signals.base import Frames, Portfolio
from metrics.signals.catalogue import BY_CODE
from tests.frames_maker import make_frames, person, weekdays


def result(code: str, frames: Frames, account: int = 0) -> tuple[float, str, float]:
    """(raw, state, points) of one account."""
    signal = BY_CODE[code]
    row = signal.raw(frames).iloc[account]
    points = signal.curve(np.array([row["raw"]]))[0]
    return float(row["raw"]), str(row["state"]), float(points)


def check(code: str, frames: Frames, raw: float, points: float) -> None:
    found = result(code, frames)
    assert found[1] == "OK"
    assert (found[0], found[2]) == (pytest.approx(raw, abs=1e-6), pytest.approx(points, abs=1e-6))


def is_null(code: str, frames: Frames, state: str) -> None:
    found = result(code, frames)
    assert found[1] == state
    assert np.isnan(found[0])
    assert np.isnan(found[2])


def active(count: int, **over: Any) -> list[Any]:
    return [person(active=[3], **over) for _ in range(count)]


def idle(count: int, **over: Any) -> list[Any]:
    return [person(**over) for _ in range(count)]


# S01


@pytest.mark.parametrize(
    ("seats", "users", "age", "raw", "points"),
    [
        (50, 30, 200, 0.6, 70.0),
        (50, 25, 200, 0.5, 57.5),
        (50, 25, 35, 0.5 / 0.625, 90.0),  # the ramp expects 62.5 % of the seats on day 35
        (50, 50, 90, 1.0, 100.0),
        (10, 0, 200, 0.0, 0.0),  # a living source without activity is a true zero
    ],
)
def test_s01_seats_in_use(seats: int, users: int, age: int, raw: float, points: float) -> None:
    frames = make_frames(seats=seats, age=age, people=active(users) + idle(3))
    check("S01", frames, raw, points)


def test_s01_says_nothing_of_unknown_seats_unknown_people_or_the_first_week() -> None:
    is_null("S01", make_frames(seats=np.nan, people=active(3)), "TOO_LITTLE")
    is_null("S01", make_frames(seats=0, people=active(3)), "TOO_LITTLE")
    is_null("S01", make_frames(seats=9), "TOO_LITTLE")
    is_null("S01", make_frames(seats=9, age=6, people=active(3)), "TOO_LITTLE")


def test_s01_counts_neither_leavers_nor_activity_29_days_ago() -> None:
    people = [person(active=[28]), person(active=[29]), person(active=[1], left_days=1)]
    check("S01", make_frames(seats=4, people=people), 0.25, 26.25)


# S02


def trained(*people: int, **over: Any) -> list[dict[str, Any]]:
    return [{"person": place, "completed_days_ago": 5, **over} for place in people]


def test_s02_people_trained() -> None:
    check("S02", make_frames(people=idle(4), training=trained(0, 1, 2)), 0.75, 85.0)
    # a second course of the same person is no second person
    check("S02", make_frames(people=idle(4), training=trained(0, 0)), 0.25, 25.0)


def test_s02_expects_a_ramp_in_the_first_90_days() -> None:
    # day 42: .3 + .7 * 42 / 84 = .65; half of them trained
    check(
        "S02",
        make_frames(age=42, people=idle(4), training=trained(0, 1)),
        0.5 / 0.65,
        86.923077,
    )


def test_s02_counts_only_courses_for_the_own_persona_and_people_who_are_there() -> None:
    people = [person(persona="lead"), person(persona="planner"), person(), person(left_days=3)]
    training = [
        *trained(0, persona="planner"),
        *trained(1, persona="planner"),
        *trained(2, persona="lead"),
        *trained(3),
    ]
    check("S02", make_frames(people=people, training=training), 2 / 3, 75.0)


def test_s02_needs_two_people() -> None:
    is_null("S02", make_frames(people=idle(1), training=trained(0)), "TOO_LITTLE")


# S03


def tasks(done: int, open_: int, due: float = 90) -> list[dict[str, Any]]:
    return [{"due_day": due, "completed_day": 10}] * done + [{"due_day": due}] * open_


@pytest.mark.parametrize(
    ("age", "done", "open_", "raw", "points"),
    [
        (45, 3, 3, 1.0, 85.0),
        (45, 2, 4, 2 / 3, 46.666667),
        (5, 0, 6, 0.0, 0.0),  # .333 of a task expected, floor .5
        (5, 1, 5, 2.0, 100.0),
        (400, 4, 2, 2 / 3, 46.666667),  # as on day 90
    ],
)
def test_s03_value_tasks(age: int, done: int, open_: int, raw: float, points: float) -> None:
    facts = (
        tasks(done, open_)
        if age >= 10
        else [{"due_day": 90, "completed_day": 2}] * done + tasks(0, open_)
    )
    check("S03", make_frames(age=age, milestones=facts), raw, points)


def test_s03_stays_at_day_90() -> None:
    late = [{"due_day": 90, "completed_day": 90}, {"due_day": 90, "completed_day": 91}]
    check("S03", make_frames(age=200, milestones=late), 0.5, 30.0)


def test_s03_needs_a_task() -> None:
    is_null("S03", make_frames(age=45), "TOO_LITTLE")


# S05


def test_s05_weekly_consistency_averages_people() -> None:
    people = [person(active=weekdays(*range(1, 13))), person(active=weekdays(1, 2, 3))]
    check("S05", make_frames(people=people), 0.625, 75.0)


def test_s05_leaves_out_quiet_seasons() -> None:
    frames = make_frames()
    quiet = {frames.weeks[-1]: 0.4, frames.weeks[-2]: 0.59}
    people = [person(active=weekdays(*range(3, 15))) for _ in range(2)]
    check("S05", make_frames(people=people, portfolio=Portfolio(season=quiet)), 1.0, 100.0)


def test_s05_asks_for_two_people_with_four_weeks() -> None:
    new = person(tenure=weekdays(3)[0], active=weekdays(1, 2, 3))
    old = person(active=weekdays(1))
    is_null("S05", make_frames(people=[old, new]), "TOO_LITTLE")
    enough = person(tenure=weekdays(4)[0], active=weekdays(1, 2, 3, 4))
    check("S05", make_frames(people=[old, enough]), (1 / 12 + 1) / 2, 65.0)


# S07


def crowd(recent: int, normal: int, *, bad_weeks: int = 0, weeks: int = 26) -> list[Any]:
    """`normal` people in each of so many weeks (but none in the first bad ones), then `recent`."""
    people = []
    for place in range(max(recent, normal)):
        days = weekdays(*range(1, 5)) if place < recent else []
        if place < normal:
            days = days + weekdays(*range(5 + bad_weeks, 5 + weeks))
        people.append(person(active=days))
    return people


@pytest.mark.parametrize("bad_weeks", [0, 6])
def test_s07_usage_against_own_normal(bad_weeks: int) -> None:
    frames = make_frames(seats=40, people=crowd(14, 20, bad_weeks=bad_weeks))
    check("S07", frames, -0.3, 20.0)


def test_s07_as_usual_and_above() -> None:
    check("S07", make_frames(people=crowd(20, 20)), 0.0, 70.0)
    check("S07", make_frames(people=crowd(24, 20)), 0.2, 93.333333)


def test_s07_a_seat_reduction_is_no_drop() -> None:
    frames = make_frames(seats=40, people=crowd(10, 20))
    frames.seats_by_week[:, -4:] = 20
    check("S07", frames, 0.0, 70.0)


def test_s07_divides_by_the_season() -> None:
    frames = make_frames(people=crowd(16, 20))
    season = dict.fromkeys(frames.weeks[-4:], 0.8)
    check("S07", make_frames(people=crowd(16, 20), portfolio=Portfolio(season=season)), 0.0, 70.0)


def test_s07_needs_eight_weeks_and_three_people() -> None:
    is_null("S07", make_frames(people=crowd(2, 2)), "TOO_LITTLE")
    young = make_frames(age=weekdays(11)[0], people=crowd(5, 5, weeks=7))
    is_null("S07", young, "TOO_LITTLE")
    check("S07", make_frames(age=weekdays(12)[0], people=crowd(5, 5, weeks=8)), 0.0, 70.0)


# S09

FEATURES = [{"key": key} for key in "abcde"]


def uses(*pairs: tuple[int, int], ago: int = 3) -> list[dict[str, Any]]:
    return [{"person": p, "feature": f, "last_days_ago": ago} for p, f in pairs]


def test_s09_feature_breadth() -> None:
    frames = make_frames(
        people=active(2), features=FEATURES, feature_use=uses((0, 0), (0, 1), (1, 0))
    )
    check("S09", frames, 0.3, 45.0)


def test_s09_asks_only_for_what_concerns_a_persona_and_is_not_brand_new() -> None:
    features = [
        {"key": "a"},
        {"key": "b", "personas": ("lead",)},
        {"key": "c", "released_days_ago": 55},
        {"key": "d", "released_days_ago": 56},
    ]
    people = [person(persona="lead", active=[1]), person(persona="clerk", active=[1])]
    used = uses((0, 0), (0, 1), (0, 3), (1, 0), (1, 2))
    # the lead uses 3 of 3, the clerk 1 of 2
    check("S09", make_frames(people=people, features=features, feature_use=used), 0.75, 100.0)


def test_s09_needs_two_active_people() -> None:
    frames = make_frames(people=active(1) + idle(5), features=FEATURES, feature_use=uses((0, 0)))
    is_null("S09", frames, "TOO_LITTLE")


# S12


def group(name: str, *, active: int, idle: int = 0, intended: bool = True) -> list[Any]:
    return [
        person(group=name, intended=intended, active=[2] if place < active else [])
        for place in range(active + idle)
    ]


def test_s12_groups_reached() -> None:
    people = group("A", active=1) + group("B", active=0, idle=3) + group("C", active=2)
    check("S12", make_frames(people=people), 2 / 3, 65 - 40 / 0.34 * (0.67 - 2 / 3))


def test_s12_one_of_ten_is_no_living_group() -> None:
    people = group("A", active=1, idle=9) + group("B", active=2, idle=8)
    check("S12", make_frames(people=people), 0.5, 25 + 40 / 0.34 * 0.17)


def test_s12_without_a_list_the_account_defines_its_own_groups() -> None:
    people = group("A", active=1, intended=False) + group("B", active=1, intended=False)
    check("S12", make_frames(people=people), 1.0, 100.0)


def test_s12_does_not_concern_a_single_group() -> None:
    is_null("S12", make_frames(people=group("A", active=3)), "NOT_APPLICABLE")
    is_null("S12", make_frames(), "NOT_APPLICABLE")


# S17


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


# S19


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


# S20


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


# S22


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


def test_s22_needs_an_answer() -> None:
    is_null("S22", make_frames(surveys=[{"sent_days_ago": 9}]), "TOO_LITTLE")


# S23


def test_s23_survey_answers() -> None:
    surveys = scores(9, 9, 9, 9) + [{"sent_days_ago": 30}] * 16
    check("S23", make_frames(surveys=surveys), 5.1 / 25, 65.666667)
    check("S23", make_frames(surveys=[{"sent_days_ago": 30}] * 3), 1.1 / 8, 49.375)


def test_s23_our_own_silence_is_not_theirs() -> None:
    is_null("S23", make_frames(), "NOT_APPLICABLE")
    is_null("S23", make_frames(surveys=[{"sent_days_ago": 366}] * 5), "NOT_APPLICABLE")
    is_null("S23", make_frames(surveys=[{"sent_days_ago": 30}] * 2), "TOO_LITTLE")
