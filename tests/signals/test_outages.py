"""What becomes of a signal whose source is late, broken, silent or not there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from metrics.signals.base import Portfolio, Source
from metrics.signals.defaults import read_config
from metrics.signals.evaluate import Previous, evaluate
from tests.frames_maker import make_frames, person, weekdays
from tests.signals.any_frames import as_previous, broken, score_of


def test_a_late_source_carries_its_last_value_for_fourteen_days() -> None:
    frames = make_frames(surveys=answers(10))
    previous = Previous.nothing(1)
    previous.points[0, 21], previous.raw[0, 21] = 80.0, 40.0
    previous.as_of[0, 21] = np.datetime64("2026-03-01")
    late, _ = score_of(broken(frames, Source.SURVEYS, "late", 14), previous)
    assert (late.state[0, 21], late.points[0, 21], late.raw[0, 21]) == ("STALE", 80.0, 40.0)
    assert (late.counted[0, 21], late.as_of[0, 21]) == (True, np.datetime64("2026-03-01"))
    portfolio = Portfolio(median_points={"S22": 51.0})
    gone, _ = score_of(
        broken(replace(frames, portfolio=portfolio), Source.SURVEYS, "late", 15), previous
    )
    assert (gone.state[0, 21], gone.counted[0, 21], gone.points[0, 21]) == ("BROKEN", False, 51.0)


def test_bad_news_of_a_late_source_counts_as_it_would_without_the_delay() -> None:
    """Else a source would have to be late to keep nine detractors out of the score."""
    previous = Previous.nothing(1)
    previous.points[0, 21], previous.raw[0, 21] = 80.0, 40.0
    previous.as_of[0, 21] = np.datetime64("2026-03-01")
    frames = make_frames(surveys=answers(0))
    alive, _ = score_of(frames, previous)
    late, _ = score_of(broken(frames, Source.SURVEYS, "late", 3), previous)
    assert late.state[0, 21] == "STALE"
    for name in ("points", "raw", "n", "part", "whole", "as_of"):
        assert getattr(late, name)[0, 21] == getattr(alive, name)[0, 21]
    assert late.points[0, 21] < 20


def test_a_late_source_never_keeps_the_points_of_a_kinder_scorecard() -> None:
    frames = make_frames(surveys=answers(10))
    before, _ = score_of(frames)
    strict = read_config({"curves": {"S22": [[0, 0], [100, 100]]}})
    found = evaluate(broken(frames, Source.SURVEYS, "late", 2), strict, as_previous(before))
    assert found.points[0, 21] == pytest.approx(before.raw[0, 21])
    assert found.points[0, 21] < before.points[0, 21]


def test_what_is_said_beside_a_carried_value_is_not_tonights() -> None:
    """Nobody was heard of: the bus factor of the empty windows belongs to no value."""
    people = [person(active=weekdays(*range(7, 30))) for _ in range(3)]
    before, _ = score_of(make_frames(people=people))
    assert before.details[0]["S14"] == {"bus_factor": 2}
    found, _ = score_of(
        broken(make_frames(people=people), Source.USAGE, "late", 9), as_previous(before)
    )
    assert (found.raw[0, 13], found.carried[0, 13]) == (before.raw[0, 13], True)
    assert "S14" not in found.details[0]


def test_a_usage_source_that_is_back_keeps_its_values_until_four_weeks_are_half_heard() -> None:
    """Four weeks of which nothing was heard are no weeks in which nobody came; nor are two, over
    which S01 looks back to the weeks before them.
    """
    people = [person(active=weekdays(*range(1, 30))) for _ in range(6)]
    before, _ = score_of(make_frames(seats=8, people=people))
    gone = [person(active=weekdays(*range(5, 34))) for _ in range(6)]
    back = make_frames(seats=8, people=gone, unheard=(2, 3, 4))
    found, _ = score_of(back, as_previous(before))
    assert (found.points[0, 0], found.raw[0, 0], found.part[0, 0]) == (85.0, 0.75, 6.0)
    assert (found.state[0, 0], found.counted[0, 0]) == ("STALE", True)
    lost_again, _ = score_of(broken(back, Source.USAGE, days=1), as_previous(before))
    assert (lost_again.points[0, 0], lost_again.state[0, 0]) == (85.0, "BROKEN")
    half, _ = score_of(make_frames(seats=8, people=gone, unheard=(3, 4)), as_previous(before))
    assert (half.points[0, 0], half.state[0, 0]) == (85.0, "OK")
    silent = make_frames(seats=8, people=gone[:1], unheard=(3, 4))
    assert score_of(silent, as_previous(before))[0].points[0, 0] == 12.5
    # without a night before these weeks are all there is to go by
    first, _ = score_of(back)
    assert (first.points[0, 0], first.state[0, 0]) == (85.0, "OK")


def answers(score: float) -> list[dict[str, float]]:
    """Nine of them, of nobody in particular."""
    return [{"score": score, "sent_days_ago": 9, "answered_days_ago": 8}] * 9


def test_a_broken_source_counts_at_the_portfolios_median_at_most() -> None:
    portfolio = Portfolio(median_points={"S22": 51.0})
    surveys = [{"score": 10, "sent_days_ago": 9, "answered_days_ago": 8}] * 9
    frames = make_frames(surveys=surveys, portfolio=portfolio)
    previous = Previous.nothing(1)
    previous.points[0, 21] = 88.0
    found, _ = score_of(broken(frames, Source.SURVEYS), previous)
    assert found.points[0, 21] == 51.0


def test_a_source_that_was_not_bought_does_not_apply() -> None:
    frames = make_frames(surveys=[{"score": 9, "sent_days_ago": 9, "answered_days_ago": 8}])
    for state in ("not_bought", "absent"):
        found, _ = score_of(broken(frames, Source.SURVEYS, state, 0))
        assert found.state[0, 21] == "NOT_APPLICABLE"
        assert np.isnan(found.points[0, 21])
        assert np.isnan(found.raw[0, 21])


def test_a_silent_usage_source_is_frozen_and_its_empty_windows_are_no_zero() -> None:
    people = [person(active=weekdays(*range(1, 30))) for _ in range(6)]
    gone = [person(active=weekdays(*range(8, 30))) for _ in range(6)]
    before, _ = score_of(make_frames(seats=8, people=people))
    frames = broken(make_frames(seats=8, people=gone), Source.USAGE, days=40)
    found, _ = score_of(frames, as_previous(before))
    # S01: six of eight seats, as in the last night that heard of them
    assert (found.points[0, 0], found.raw[0, 0], found.part[0, 0]) == (85.0, 0.75, 6.0)
    assert (found.state[0, 0], found.counted[0, 0]) == ("BROKEN", False)
    # with the source alive, nobody for six weeks is a true zero
    alive, _ = score_of(make_frames(seats=8, people=gone), as_previous(before))
    assert (alive.points[0, 0], alive.raw[0, 0], alive.state[0, 0]) == (0.0, 0.0, "OK")
    # without a night before there is nothing else to go by
    first, _ = score_of(frames)
    assert (first.points[0, 0], first.state[0, 0]) == (0.0, "BROKEN")
    assert first.as_of[0, 0] == np.datetime64(frames.day) - 40


@pytest.mark.parametrize(("days", "points"), [(1, 26.25), (2, 88.0), (6, 88.0), (7, 26.25)])
def test_what_a_broken_usage_source_still_delivers_counts_if_it_is_worse(
    days: float, points: float
) -> None:
    """Two of eight seats, last used six days ago: since a break seven days ago that is news."""
    people = [person(active=[6]), person(active=[7]), person()]
    previous = Previous.nothing(1)
    previous.points[0, 0] = 88.0
    frames = broken(make_frames(seats=8, people=people), Source.USAGE, days=days)
    found, _ = score_of(frames, previous)
    assert found.points[0, 0] == pytest.approx(points)


def test_a_broken_source_that_never_told_anything_gives_no_points() -> None:
    """Else the portfolio's median would raise the score of an account that had no answers."""
    frames = make_frames(portfolio=Portfolio(median_points={"S22": 90.0}))
    found, _ = score_of(broken(frames, Source.SURVEYS))
    assert (found.state[0, 21], np.isnan(found.points[0, 21])) == ("BROKEN", True)
    assert np.isnat(found.as_of[0, 21])


@pytest.mark.parametrize("state", ["late", "broken"])
def test_what_does_not_apply_does_not_break(state: str) -> None:
    people = [person(group="Only one", active=[2])]
    found, _ = score_of(broken(make_frames(people=people), Source.USAGE, state))
    assert found.state[0, 11] == "NOT_APPLICABLE"


@pytest.mark.parametrize(("state", "shown"), [("late", "STALE"), ("broken", "BROKEN")])
def test_without_a_night_before_the_facts_that_are_there_stand_for_themselves(
    state: str, shown: str
) -> None:
    people = [person(active=[5]) for _ in range(6)]
    found, _ = score_of(broken(make_frames(seats=8, people=people), Source.USAGE, state))
    assert (found.raw[0, 0], found.points[0, 0], found.state[0, 0]) == (0.75, 85.0, shown)


@pytest.mark.parametrize(
    ("age", "state"), [(60, "NOT_APPLICABLE"), (76, "NOT_APPLICABLE"), (77, "OK"), (400, "OK")]
)
def test_a_signal_outside_its_stage_does_not_apply(age: float, state: str) -> None:
    people = [person(tenure=age, active=weekdays(*range(1, 8))) for _ in range(3)]
    found, _ = score_of(make_frames(age=age, people=people))
    assert found.state[0, 4] == state
    assert np.isnan(found.points[0, 4]) == np.isnan(found.raw[0, 4]) == (state != "OK")


def test_tickets_are_expected_of_no_account_whose_usage_is_not_known() -> None:
    people = [person() for _ in range(9)]
    tickets = [{"opened_days_ago": 9}] * 9
    frames = broken(make_frames(people=people, tickets=tickets), Source.USAGE, "not_bought", 0)
    found, _ = score_of(frames)
    assert found.state[0, 16] == "NOT_APPLICABLE"


def test_the_worst_of_several_sources_holds() -> None:
    people = [person(active=[2]) for _ in range(9)]
    frames = broken(make_frames(people=people), Source.USAGE, "late", 3)
    assert score_of(frames)[0].state[0, 16] == "STALE"
    both = broken(frames, Source.TICKETS, "broken", 2)
    assert score_of(both)[0].state[0, 16] == "BROKEN"
    neither = broken(both, Source.TICKETS, "absent", 0)
    assert score_of(neither)[0].state[0, 16] == "NOT_APPLICABLE"
