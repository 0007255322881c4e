"""What the rules look at, out of frames: whose day it is, what is open, and who still speaks."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest

from metrics.scoring.caps import CapFacts, apply
from metrics.signals.base import SLOTS, Frames, Source
from metrics.signals.cap_facts import (
    SOURCES,
    cap_facts,
    champion_gone_days,
    heard,
    severe_open_days,
    unhappy_decider_days,
)
from metrics.signals.evaluate import Evaluated, Previous, evaluate
from tests.frames_maker import make_frames, person
from tests.signals.any_frames import CONFIG, as_previous, broken

NAN = float("nan")


def equal(found: object, expected: list[float]) -> None:
    np.testing.assert_array_equal(np.asarray(found), np.array(expected))


def champion(**over: Any) -> Any:
    return person(champion=True, **over)


@pytest.mark.parametrize(
    ("people", "days"),
    [
        ([], NAN),
        ([person(left_days=5)], NAN),
        ([champion()], NAN),
        ([champion(left_days=40)], 40),
        ([champion(left_days=40), champion(left_days=9)], 9),
        ([champion(left_days=40), champion()], NAN),
        # named, though there is no seat for her yet
        ([champion(left_days=40), champion(tenure=NAN)], NAN),
        ([champion(left_days=40), champion(account=1)], 40),
    ],
)
def test_the_champion_has_been_gone_since_the_last_one_left(people: list[Any], days: float) -> None:
    equal(champion_gone_days(make_frames(accounts=2, people=people)), [days, NAN])


def ticket(opened: int, **over: Any) -> dict[str, Any]:
    return {"opened_days_ago": opened, "severity": "sev-1"} | over


@pytest.mark.parametrize(
    ("tickets", "days"),
    [
        ([], NAN),
        ([ticket(1)], 1),  # opened on Tuesday, today is Wednesday
        ([ticket(7)], 5),  # since Wednesday a week ago
        ([ticket(8)], 6),
        ([ticket(8), ticket(3), ticket(1)], 6),
        ([ticket(8, solved_days_ago=2)], NAN),
        ([ticket(8, severity="normal")], NAN),
        ([ticket(8, severity="normal", escalated=True)], 6),
        ([ticket(8, solved_days_ago=2), ticket(2)], 2),
    ],
)
def test_a_severe_ticket_is_open_for_business_days(
    tickets: list[dict[str, Any]], days: float
) -> None:
    frames = make_frames(accounts=2, tickets=tickets, day=dt.date(2026, 3, 18))
    equal(severe_open_days(frames), [days, NAN])


def answer(days: float, score: float = 3, **over: Any) -> dict[str, Any]:
    return {
        "person": 0,
        "sent_days_ago": days + 1,
        "answered_days_ago": days,
        "score": score,
        "followed_up_days_ago": NAN,
    } | over


@pytest.mark.parametrize(
    ("surveys", "who", "days"),
    [
        ([], {}, NAN),
        ([answer(10)], {}, 10),
        ([answer(10, 6)], {}, 10),
        ([answer(10, 7)], {}, NAN),
        ([answer(200)], {}, 200),
        ([answer(10)], {"decision_maker": False}, NAN),
        ([answer(10)], {"left_days": 3}, NAN),
        ([answer(10, followed_up_days_ago=2)], {}, NAN),
        # the later answer replaces the earlier one, whichever way it went
        ([answer(10), answer(4, 9)], {}, NAN),
        ([answer(10, 9), answer(4)], {}, 4),
        ([answer(10), answer(4, followed_up_days_ago=1)], {}, NAN),
        ([answer(10, person=-1)], {}, NAN),
        ([answer(10, kind="csat")], {}, NAN),
    ],
)
def test_a_bad_answer_of_a_decision_maker_waits_for_us(
    surveys: list[dict[str, Any]], who: dict[str, Any], days: float
) -> None:
    decider = person(**{"decision_maker": True} | who)
    frames = make_frames(accounts=2, people=[decider], surveys=surveys)
    equal(unhappy_decider_days(frames), [days, NAN])


def test_the_newest_of_several_bad_answers_counts() -> None:
    people = [person(decision_maker=True), person(decision_maker=True)]
    frames = make_frames(people=people, surveys=[answer(50), answer(20, person=1)])
    equal(unhappy_decider_days(frames), [20])


@pytest.mark.parametrize(
    ("source", "facts"),
    [
        (Source.USAGE, {"people": [person(active=[4])]}),
        (Source.PEOPLE, {"people": [person(tenure=4)]}),
        (Source.PEOPLE, {"people": [person(left_days=4)]}),
        (Source.TICKETS, {"tickets": [{"opened_days_ago": 4}]}),
        (Source.TICKETS, {"tickets": [{"opened_days_ago": 90, "solved_days_ago": 4}]}),
        (Source.SURVEYS, {"surveys": [{"sent_days_ago": 4}]}),
        (Source.SURVEYS, {"surveys": [{"sent_days_ago": 90, "answered_days_ago": 4}]}),
        (
            Source.TRAINING,
            {"people": [person()], "training": [{"person": 0, "completed_days_ago": 4}]},
        ),
    ],
)
def test_who_has_delivered_since_speaks(source: Source, facts: dict[str, Any]) -> None:
    frames = make_frames(**facts)
    assert heard(frames, source).all()
    assert heard(broken(frames, source, days=1), source).all()
    assert heard(broken(frames, source, days=5), source).all()
    assert not heard(broken(frames, source, days=4), source).any()
    assert not heard(broken(make_frames(), source, days=4), source).any()


def measured_of(frames: Frames, **values: dict[str, float]) -> Evaluated:
    """Signals as given: raw, n, points, part, whole by code."""
    measured = evaluate(frames, CONFIG, Previous.nothing(len(frames.accounts)))
    for code, fields in values.items():
        for name in ("raw", "n", "points", "part", "whole"):
            getattr(measured, name)[:, int(code[1:]) - 1] = fields.get(name, NAN)
    return measured


def facts_of(frames: Frames, measured: Evaluated) -> CapFacts:
    nothing = np.zeros(len(frames.accounts), dtype=bool)
    return cap_facts(frames, measured, held={}, has_before=nothing)


def test_the_measured_signals_go_to_their_rules() -> None:
    frames = make_frames(
        age=200, people=[person(active=[30]), person(), person(left_days=3), person(tenure=NAN)]
    )
    measured = measured_of(
        frames,
        S01={"raw": 0.3, "part": 3, "whole": 20},
        S07={"raw": -0.41, "points": 9},
        S15={"n": 3, "points": 64},
        S16={"raw": 0.7},
        S17={"raw": 0.28, "part": 0, "whole": 5},
        S23={"points": 39},
    )
    facts = facts_of(frames, measured)
    assert (facts.age_days, facts.silent_days, facts.people) == (200, 21, 2)
    assert (facts.seat_share, facts.usage_change, facts.usage_points) == (0.15, -0.41, 9)
    assert (facts.turnover, facts.newcomers, facts.newcomer_points) == (0.7, 3, 64)
    assert facts.response_points == 39
    assert (facts.tickets, facts.tickets_expected, facts.notice_given) == (0, 5, False)
    holds = apply(np.array([90.0]), facts, {}).holds
    assert [code for code, held in holds.items() if held[0]] == ["R1", "R4", "R5", "R9"]


@pytest.mark.parametrize(
    ("unheard", "days"), [((), 26), ((1,), 21), ((2, 3, 4), 11), ((6,), 26), ((5,), 26)]
)
def test_weeks_of_which_nothing_was_heard_are_no_silence(
    unheard: tuple[int, ...], days: float
) -> None:
    """The last use was on Monday of the fifth week back, 37 days ago."""
    frames = make_frames(people=[person(active=[37])], unheard=unheard)
    assert facts_of(frames, measured_of(frames)).silent_days == days


def test_an_account_that_never_came_was_silent_in_the_weeks_that_were_heard() -> None:
    frames = make_frames(age=37, people=[person(tenure=37)], unheard=(1, 2, 8))
    assert facts_of(frames, measured_of(frames)).silent_days == 27 - 10


def test_seats_are_empty_by_the_last_word_and_not_by_silence() -> None:
    """Past day 60 a fifth of the seats is asked for, whether or not the source works that day."""
    team = [person(tenure=70, active=[9])] + [person(tenure=70)] * 9
    before = evaluate(make_frames(age=60, people=team), CONFIG, Previous.nothing(1))
    seen = np.array([True])
    silent = broken(make_frames(age=61, people=[person(tenure=70)] * 10), Source.USAGE, days=9)
    carried = evaluate(silent, CONFIG, as_previous(before))
    facts = cap_facts(silent, carried, held={}, has_before=seen)
    assert facts.seat_share == 0.05
    assert apply(np.array([90.0]), facts, {}).holds["R4"]
    # no value to go by: nobody was heard of
    unknown = evaluate(silent, CONFIG, Previous.nothing(1))
    facts = cap_facts(silent, unknown, held={}, has_before=seen)
    assert np.isnan(facts.seat_share)
    assert not apply(np.array([90.0]), facts, {}).holds["R4"]


def test_a_usage_source_that_owes_most_of_its_weeks_is_lost_though_it_is_back() -> None:
    frames = make_frames(people=[person(active=[1])], unheard=(1, 2, 4))
    facts = facts_of(frames, measured_of(frames))
    assert (facts.lost["usage"], facts.heard["usage"], facts.lives["usage"]) == (True, False, True)
    assert not facts.lost["tickets"]
    frames = make_frames(people=[person(active=[1])], unheard=(1, 2, 5))
    assert not facts_of(frames, measured_of(frames)).lost["usage"]


WEEKLY = list(range(3, 100, 7))


def changing_team(left_alone: int, onboarded: int = 0, *, since: float = 60) -> list[Any]:
    """Three who stay, two who left in the half year, and newcomers."""
    stay = [person(active=WEEKLY) for _ in range(3)]
    left = [person(left_days=50), person(left_days=90)]
    new = [person(tenure=since) for _ in range(left_alone)]
    return [*stay, *left, *new, *(person(tenure=since, active=WEEKLY) for _ in range(onboarded))]


def r5(frames: Frames, previous: Evaluated | None = None, *, held: bool = False) -> bool:
    """Whether R5 holds, after a night with or without it where there is one."""
    last = as_previous(previous) if previous else Previous.nothing(1)
    before = {"R5": np.array([held])}
    measured = evaluate(frames, CONFIG, last)
    facts = cap_facts(frames, measured, held=before, has_before=np.array([previous is not None]))
    assert facts.turnover >= 0.6
    return bool(apply(np.array([90.0]), facts, {}).holds["R5"][0])


NO_TRAINING = {Source.TRAINING: "not_bought"}


@pytest.mark.parametrize(
    ("left_alone", "onboarded", "holds"),
    [(1, 1, False), (2, 0, False), (1, 2, False), (2, 1, True), (3, 0, True), (1, 3, False)],
)
def test_no_single_newcomer_decides_about_the_cap(
    left_alone: int, onboarded: int, holds: bool
) -> None:
    people = changing_team(left_alone, onboarded)
    assert r5(make_frames(age=400, people=people, states=NO_TRAINING)) is holds


@pytest.mark.parametrize("lost", [Source.USAGE, Source.PEOPLE])
@pytest.mark.parametrize(("state", "days"), [("late", 5.0), ("broken", 5.0), ("late", 40.0)])
def test_newcomers_who_grow_old_while_a_source_is_lost_lift_no_cap(
    lost: Source, state: str, days: float
) -> None:
    before = make_frames(age=400, people=changing_team(3, since=112), states=NO_TRAINING)
    yesterday = evaluate(before, CONFIG, Previous.nothing(1))
    assert r5(before)
    # nobody is new any more by the calendar
    after = make_frames(age=401, people=changing_team(3, since=113), states=NO_TRAINING)
    assert not r5(after, yesterday, held=True)
    assert r5(broken(after, lost, state, days), yesterday, held=True)


def test_a_value_of_the_last_word_counts_with_the_newcomers_of_the_last_word() -> None:
    before = make_frames(age=400, people=changing_team(3, since=112), states=NO_TRAINING)
    yesterday = evaluate(before, CONFIG, Previous.nothing(1))
    after = make_frames(age=401, people=changing_team(3, since=113), states=NO_TRAINING)
    assert r5(broken(after, Source.PEOPLE, "late", 1), yesterday)
    assert not r5(after, yesterday)


@pytest.mark.parametrize("alive", [True, False])
def test_a_third_newcomer_counts_on_the_day_on_which_the_source_is_lost(alive: bool) -> None:
    people = [*changing_team(2), person(tenure=27, active=WEEKLY)]
    yesterday = evaluate(
        make_frames(age=400, people=people, states=NO_TRAINING), CONFIG, Previous.nothing(1)
    )
    people[-1]["tenure_days"] = 28
    frames = make_frames(age=401, people=people, states=NO_TRAINING)
    assert r5(frames if alive else broken(frames, Source.PEOPLE, "late", 1), yesterday)


def test_a_pair_without_a_value_is_unknown() -> None:
    frames = make_frames()
    pair = {"part": 1.0, "whole": 20.0}
    facts = facts_of(frames, measured_of(frames, S01=pair, S17=pair))
    equal([facts.seat_share[0], facts.tickets[0], facts.tickets_expected[0]], [NAN] * 3)


@pytest.mark.parametrize("source", SOURCES)
def test_each_source_lives_or_is_lost(source: Source) -> None:
    frames = make_frames()
    for state, lives, lost in (
        ("live", True, False),
        ("late", False, True),
        ("broken", False, True),
        ("not_bought", False, False),
        ("absent", False, False),
    ):
        found = facts_of(broken(frames, source, state), measured_of(frames))
        assert bool(found.lives[source.value][0]) is lives
        assert bool(found.lost[source.value][0]) is lost
        assert all(found.lives[other.value][0] for other in SOURCES if other is not source)
    assert len(measured_of(frames).raw[0]) == SLOTS
