"""Whole units and the raw value they give: what a move promises, the facts then say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from metrics.signals.base import Cadence, Frames, Portfolio, Tenant
from metrics.signals.catalogue import BY_CODE, SIGNALS
from metrics.signals.moves import MOVES, Here
from metrics.signals.numbers import Value
from tests.frames_maker import make_frames, person, weekdays
from tests.signals.checks import active, idle

NBSP = "\u00a0"
NAN = float("nan")
MONTHLY = Portfolio(tenant=Tenant(cadence=Cadence.MONTHLY))


def here_of(code: str, frames: Frames) -> Here:
    row = BY_CODE[code].raw(frames).iloc[0]
    assert row["state"] == "OK"
    return Here(
        value=Value(raw=row["raw"], part=row["part"], whole=row["whole"], n=row["n"]),
        age_days=float(frames.accounts["age_days"].iloc[0]),
        cadence=frames.portfolio.tenant.cadence,
    )


def every_week(weeks: int, **over: Any) -> Any:
    return person(active=weekdays(*range(1, weeks + 1)), **over)


def tasks(done: int) -> Frames:
    """Six tasks due by day 45, on day 60."""
    rows = [{"due_day": 45, "completed_day": 30 if place < done else NAN} for place in range(6)]
    return make_frames(age=60, milestones=rows)


def answers(count: int) -> Frames:
    rows = [
        {"sent_days_ago": 40, "answered_days_ago": 39 if place < count else NAN, "score": 8}
        for place in range(12)
    ]
    return make_frames(surveys=rows)


def trained(count: int, *, age: float = 400) -> Frames:
    rows = [{"person": place, "completed_days_ago": 9} for place in range(count)]
    return make_frames(age=age, people=idle(8), training=rows)


def groups(reached: int) -> Frames:
    people = [
        person(group=str(place), intended=True, active=[3] if place < reached else [])
        for place in range(4)
    ]
    return make_frames(people=people)


def newcomers(going: int) -> Frames:
    people = [every_week(10 if place < going else 0, tenure=70) for place in range(5)]
    done = [{"person": place, "completed_days_ago": 9} for place in range(5)]
    return make_frames(people=people, training=done)


def usage(recent: int) -> Frames:
    people = [
        person(active=weekdays(*range(1 if place < recent else 5, 31))) for place in range(12)
    ]
    return make_frames(people=people)


def days(others: int) -> Frames:
    """The busiest person has ten days, four others the rest."""
    people = [person(active=weekdays(*range(1, 11)))]
    people += [person(active=weekdays(*range(1, 3))) for _ in range(3)]
    people += [person(active=weekdays(*range(1, 2 + others)))]
    return make_frames(people=people)


def weeks(more: int, **over: Any) -> Frames:
    regulars = [every_week(12), every_week(6)]
    return make_frames(people=[*regulars, every_week(2 + more)], **over)


def twice(more: int) -> Frames:
    """Twelve weeks of two people, one of whom comes on further days."""
    first = weekdays(*range(1, 13))
    further = weekdays(*range(1, more + 1), days=(2,))
    return make_frames(people=[person(active=first), person(active=[*first, *further])])


def answered_in(hours: float) -> Frames:
    end = f"2026-03-09 {9 + int(hours):02d}:00"
    opened = {"opened": "2026-03-09 09:00", "opened_days_ago": 9}
    return make_frames(tickets=[{**opened, "first_answer": end}])


@pytest.mark.parametrize(
    ("code", "before", "units", "after"),
    [
        ("S01", make_frames(people=active(4) + idle(9)), 5, make_frames(people=active(9))),
        ("S01", make_frames(age=30, people=active(4)), 3, make_frames(age=30, people=active(7))),
        ("S01", make_frames(age=30, people=idle(4)), 3, make_frames(age=30, people=active(3))),
        ("S02", trained(2), 3, trained(5)),
        ("S02", trained(0, age=40), 3, trained(3, age=40)),
        ("S03", tasks(1), 2, tasks(3)),
        ("S05", weeks(0), 4, weeks(4)),
        ("S06", twice(0), 7, twice(7)),
        ("S07", usage(6), 4, usage(10)),
        ("S07", usage(0), 4, usage(4)),
        ("S12", groups(1), 2, groups(3)),
        ("S14", days(2), 5, days(7)),
        ("S15", newcomers(1), 3, newcomers(4)),
        ("S19", answered_in(4), 50, answered_in(2)),
        ("S23", answers(2), 4, answers(6)),
    ],
)
def test_what_a_move_promises_the_facts_then_say(
    code: str, before: Frames, units: int, after: Frames
) -> None:
    promised = MOVES[code].raw(here_of(code, before), np.array([float(units)]))
    assert promised[0] == pytest.approx(here_of(code, after).value.raw)


def at(raw: float, part: float = NAN, whole: float = NAN, n: float = NAN, age: float = 400) -> Here:
    return Here(value=Value(raw=raw, part=part, whole=whole, n=n), age_days=age)


@pytest.mark.parametrize(
    ("code", "here", "units", "raw"),
    [
        ("S03", at(0.0, 0, 6, 6, age=10), 3, 0.5),  # at most all six are expected
        ("S08", at(0.45, 4, 5, 5), 3, 0.15),  # (1 + .5) / (5 + 5)
        ("S09", at(0.4, n=8), 4, 0.525),
        ("S09", at(0.9, n=2), 2, 1.0),
        ("S10", at(0.5, 2, 8, 8), 2, 1.0),
    ],
)
def test_what_the_value_alone_can_promise(code: str, here: Here, units: int, raw: float) -> None:
    assert MOVES[code].raw(here, np.array([float(units)]))[0] == pytest.approx(raw)


@pytest.mark.parametrize(
    ("code", "here", "most"),
    [
        ("S01", at(0.55, 11, 20, 20), 9),
        ("S03", at(0.5, 2, 6, 6, age=89), 4),
        ("S03", at(0.5, 2, 6, 6, age=90), 0),
        ("S05", at(0.5, n=4), 24),
        ("S06", at(2.0, 40, 20, 20), 60),
        ("S07", at(-0.4, 6, 10, 26), 9),
        ("S08", at(0.45, 4, 5, 5), 4),
        ("S09", at(0.4, n=8), 8),
        ("S10", at(0.5, 2, 8, 8), 6),
        ("S10", at(0.0, 0, 8, 8), 0),
        ("S12", at(0.5, 2, 4, 4), 2),
        ("S14", at(0.5, 20, 40, 5), 40),
        ("S15", at(0.4, 2, 5, 5), 3),
        ("S02", at(0.25, 2, 8, 8), 6),
        ("S19", at(2.0, 8, 4, 3), 90),
        ("S23", at(0.2, 2, 12, 12), 10),
    ],
)
def test_there_is_only_so_much_room(code: str, here: Here, most: float) -> None:
    assert MOVES[code].most(here) == pytest.approx(most)


@pytest.mark.parametrize(
    ("code", "units", "text"),
    [
        ("S01", 4, "4 more active people"),
        ("S01", 1, "1 more active person"),
        ("S02", 8, "Train 8 more people"),
        ("S03", 1, "1 more value task done"),
        ("S05", 12, "12 more weeks with a visit, over 5 people and 12 weeks"),
        ("S06", 9, "9 more active days in the weeks in which people come"),
        ("S07", 3, "3 more people active in each of the next four weeks"),
        ("S08", 2, "Win back 2 people who stopped after a plateau"),
        ("S09", 6, "6 people taking up a quarter more of their features"),
        ("S10", 1, "1 more person using advanced features"),
        ("S12", 2, "Get 2 more groups going"),
        ("S14", 5, "5 more active days of others than the busiest person"),
        ("S15", 1, "Onboard 1 more newcomer"),
        ("S19", 40, f"First answers 40{NBSP}% sooner (3.6{NBSP}h instead of 6.0{NBSP}h)"),
        ("S23", 3, "3 more surveys answered"),
    ],
)
def test_units_in_words(code: str, units: int, text: str) -> None:
    assert MOVES[code].say(units, at(0.4, part=6, whole=10, n=5)) == text


def test_a_monthly_product_counts_months() -> None:
    people = [person(active=[20, 50, 80]), person(active=[])]
    frames = make_frames(people=people, portfolio=MONTHLY)
    here = here_of("S05", frames)
    assert MOVES["S05"].most(here) == pytest.approx(9)
    assert MOVES["S05"].raw(here, np.array([9.0]))[0] == pytest.approx(1)
    assert MOVES["S05"].say(1, here) == "1 more month with a visit, over 2 people and 6 months"


def test_only_what_somebody_can_move_has_a_move() -> None:
    actionable = {signal.code for signal in SIGNALS if signal.actionable}
    assert set(MOVES) == actionable - {"S11", "S13"}
    assert all(move.effort > 0 for move in MOVES.values())


def test_the_page_of_rules_names_every_move_and_its_effort() -> None:
    page = Path(__file__).parents[2] / "docs" / "rules.md"
    body = page.read_text(encoding="utf-8").split("## The cheapest path to green")[1]
    rows = [line.strip("| ").split("|") for line in body.splitlines() if line.startswith("| S")]
    found = [(row[0].strip(), row[-1].strip()) for row in rows]
    assert found == [(code, f"{move.effort:.2g}") for code, move in MOVES.items()]
