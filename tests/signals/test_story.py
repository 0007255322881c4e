"""Two nights told as a change: the parts sum, the steps sum as printed, the reasons are right."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.scoring.config import ScorecardConfig
from metrics.scoring.explain import Change
from metrics.signals.base import Source
from metrics.signals.catalogue import BY_CODE, SIGNALS
from metrics.signals.defaults import read_config
from metrics.signals.evaluate import Previous, evaluate
from metrics.signals.kinds import Kind, kind_of
from metrics.signals.story import change_between, level, main_cause, reasons, steps, value_of
from metrics.signals.words import CAP_LIFTED, MAX_CAUSE
from tests.signals.any_frames import CONFIG, any_frames, as_previous, broken
from tests.signals.nights import Night, night, team

seeds = st.integers(0, 10_000)


def told(before: Night, after: Night, old: ScorecardConfig | None = None) -> Change:
    parts = change_between(before, after, old=old)
    assert parts is not None
    return parts


def waterfall(before: Night, after: Night, old: ScorecardConfig | None = None) -> dict[str, float]:
    return {step.name: step.moved for step in steps(before, after, told(before, after, old))}


def shown(night: Night) -> float:
    assert night.score is not None
    return round(night.score, 1)


@settings(max_examples=25, deadline=None)
@given(seeds, seeds, st.integers(0, 7), st.sampled_from([None, ("R4", 45.0), ("R1", 30.0)]))
def test_the_parts_and_the_printed_steps_sum(
    first: int, second: int, account: int, cap: tuple[str, float] | None
) -> None:
    other = read_config({"signals": {"S01": 1, "S05": 9}, "curves": {"S22": [[-60, 0], [70, 90]]}})
    before = night(any_frames(first), config=other, account=account)
    after = night(any_frames(second), cap=cap, account=account)
    parts = change_between(before, after, old=other)
    if before.score is None or after.score is None or parts is None:
        assert parts is None
        return
    moved = sum(parts.performance.values()) + sum(parts.weighting.values())
    assert moved + parts.caps + parts.configuration == pytest.approx(parts.total, abs=1e-9)
    assert parts.total == pytest.approx(after.score - before.score, abs=1e-9)
    printed = sum(step.moved for step in steps(before, after, parts))
    assert printed == pytest.approx(shown(after) - shown(before), abs=1e-9)


def test_behaviour_is_told_by_dimension() -> None:
    before, after = night(team(10)), night(team(4))
    found = waterfall(before, after)
    assert set(found) == {"Onboarding", "Engagement"}
    assert max(found.values()) < 0
    told_reasons = reasons(before, after, told(before, after))
    assert {reason.code for reason in told_reasons} == {"S01", "S05", "S07"}
    assert [abs(r.moved) for r in told_reasons] == sorted(
        (abs(r.moved) for r in told_reasons), reverse=True
    )
    seats = next(reason for reason in told_reasons if reason.code == "S01")
    assert seats.claim == "Use fell behind the seats they pay for"
    assert (seats.before.part, seats.after.part, seats.after.whole) == (10, 4, 10)
    assert (
        main_cause(before, after, told(before, after)) == "Usage 60\u00a0% below their own normal"
    )
    rising = told(after, before)
    assert main_cause(after, before, rising) == "Usage back to their own normal"


def test_a_lost_source_is_told_apart_from_behaviour() -> None:
    frames = team(10)
    before = night(frames)
    known = as_previous(evaluate(frames, CONFIG, Previous.nothing(1)))
    frames = replace(frames, portfolio=replace(frames.portfolio, median_points={"S22": 40.0}))
    after = night(broken(frames, Source.SURVEYS), previous=known)
    found = waterfall(before, after)
    assert set(found) == {"Missing source"}
    assert found["Missing source"] < 0
    [reason] = reasons(before, after, told(before, after))
    assert reason.claim == "NPS: the source was missing"


def test_a_source_that_is_no_longer_bought_is_no_behaviour() -> None:
    before, after = night(team(10)), night(broken(team(10), Source.SURVEYS, "not_bought", 0))
    assert set(waterfall(before, after)) == {"Stage and coverage"}
    claims = {r.code: r.claim for r in reasons(before, after, told(before, after))}
    assert claims["S22"] == "NPS: no longer part of the score"
    back = {r.code: r.claim for r in reasons(after, before, told(after, before))}
    assert back["S22"] == "NPS: now part of the score"


def answers(*scores: int) -> list[dict[str, object]]:
    return [
        {"person": p, "sent_days_ago": 300, "answered_days_ago": 299, "score": score}
        for p, score in enumerate(scores)
    ]


def test_an_account_that_got_better_only_by_forgetting_is_seen() -> None:
    before, after = (
        night(team(10, surveys=answers(9, 9, 2))),
        night(team(10, surveys=answers(9, 9))),
    )
    assert "Facts expired" in waterfall(before, after)
    claims = {r.code: r.claim for r in reasons(before, after, told(before, after))}
    assert claims["S22"] == "NPS: older facts expired"


def test_praise_that_grew_old_is_forgotten_too() -> None:
    before, after = (
        night(team(10, surveys=answers(9, 9, 5))),
        night(team(10, surveys=answers(9, 5))),
    )
    claims = {r.code: r.claim for r in reasons(before, after, told(before, after))}
    assert claims["S22"] == "NPS: older facts expired"


def test_a_new_bad_answer_is_no_forgetting() -> None:
    before, after = night(team(10, surveys=answers(9, 9))), night(team(10, surveys=answers(9, 2)))
    claims = {r.code: r.claim for r in reasons(before, after, told(before, after))}
    assert claims["S22"] == "Their answers to the NPS question got worse"


def test_a_value_that_expires_altogether_and_one_that_is_new_are_named() -> None:
    rated = [{"csat": 1, "solved_days_ago": 9, "opened_days_ago": 12}] * 3
    before, after = night(team(10, tickets=rated)), night(team(10, tickets=rated[:1]))
    assert "Facts expired" in waterfall(before, after)
    assert "New facts" in waterfall(after, before)
    claims = {r.code: r.claim for r in reasons(after, before, told(after, before))}
    assert claims["S20"] == "Satisfaction (CSAT): enough facts for the first time"


def test_a_cap_and_a_scorecard_have_their_own_steps() -> None:
    other = read_config({"signals": {"S22": 1, "S23": 9}})
    before = night(team(10), config=other)
    after = night(team(10), cap=("R4", 45.0))
    found = waterfall(before, after, other)
    assert set(found) == {"Cap", "Scorecard"}
    assert (
        main_cause(before, after, told(before, after, other)) == "Less than a fifth of seats in use"
    )
    uncapped = night(team(10))
    assert main_cause(before, uncapped, told(before, uncapped, other)) == "The scorecard changed"
    lifted = told(after, uncapped)
    assert main_cause(after, uncapped, lifted) == "A fifth of the seats in use again"
    # a rule that was switched off has not ended
    assert main_cause(after, uncapped, lifted, on={"R4": False}) == "The scorecard changed"
    assert main_cause(after, uncapped, lifted, on={"R4": True}) == CAP_LIFTED["R4"]
    nothing = told(uncapped, uncapped)
    assert main_cause(uncapped, uncapped, nothing) == ""


def test_the_cap_that_decides_is_the_cause_and_not_one_that_only_holds() -> None:
    free = night(team(10))
    assert free.raw_score is not None

    def under(**caps: float) -> Night:
        held = [{"rule": rule, "cap": cap} for rule, cap in caps.items()]
        return replace(free, score=min(caps.values()), caps=held)

    ticket, both = under(R3=65.0), under(R3=65.0, R8=55.0)
    assert main_cause(free, both, told(free, both)) == "Usage fell by 40\u00a0% or more"
    assert main_cause(ticket, both, told(ticket, both)) == "Usage fell by 40\u00a0% or more"
    lifted = main_cause(both, ticket, told(both, ticket))
    assert lifted == "Usage is no longer far below normal"


def test_facts_without_a_score_under_the_old_scorecard_are_compared_under_the_new() -> None:
    strict = read_config({"thresholds": {"min_coverage": 1.0}})
    before, after = night(team(10)), night(team(4))
    assert told(before, after, strict).configuration == 0


def test_a_day_without_a_score_has_neither_level_nor_change() -> None:
    grey = night(team(0, of=0, surveys=[]))
    assert level(grey) is None
    assert change_between(grey, night(team(10))) is None


def test_stored_zeros_are_zeros_and_nulls_are_unknown() -> None:
    value = value_of(night(team(0)), "S01")
    assert (value.raw, value.part, value.whole) == (0.0, 0.0, 10.0)
    unknown = value_of(night(team(0)), "S19")
    assert str(unknown.raw) == "nan"
    assert BY_CODE["S19"].slot == 18


def test_the_main_cause_goes_the_way_of_the_whole_change() -> None:
    everybody = [{"person": p, "completed_days_ago": 3} for p in range(10)]
    before, after = night(team(10, training=[])), night(team(4, training=everybody))
    parts = told(before, after)
    assert parts.total < 0
    assert reasons(before, after, parts)[0].code == "S02"
    assert main_cause(before, after, parts) == "Usage 60\u00a0% below their own normal"


def test_a_better_answer_is_no_forgetting() -> None:
    before, after = night(team(10, surveys=answers(9, 2))), night(team(10, surveys=answers(9, 9)))
    claims = {r.code: r.claim for r in reasons(before, after, told(before, after))}
    assert claims["S22"] == "Their answers to the NPS question got better"


def tickets(**counts: int) -> list[dict[str, object]]:
    """So many introductory, advanced, and escalated ones of no known kind."""
    common = {"opened_days_ago": 30, "solved_days_ago": 29}
    kinds = {
        "intro": {"maturity": "intro"},
        "advanced": {"maturity": "advanced"},
        "escalated": {"escalated": True},
    }
    return [{**common, **kinds[kind]} for kind, count in counts.items() for _ in range(count)]


def kind(code: str, before: list[dict[str, object]], after: list[dict[str, object]]) -> Kind:
    """Of the change between two sets of tickets."""
    was, now = night(team(10, tickets=before)), night(team(10, tickets=after))
    slot = BY_CODE[code].slot
    return kind_of(was, now, code, rose=(now.points[slot] or 0) > (was.points[slot] or 0))


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ((4, 4), (2, 4), Kind.EXPIRED),  # beginners' questions grew old
        ((4, 4), (4, 2), Kind.EXPIRED),  # the others did
        ((4, 4), (2, 6), Kind.BEHAVIOUR),
        ((4, 4), (4, 8), Kind.BEHAVIOUR),
        ((4, 4), (6, 4), Kind.BEHAVIOUR),
        ((4, 4), (1, 1), Kind.EXPIRED),  # too few
    ],
)
def test_tickets_that_grew_old_are_told_from_new_ones(
    before: tuple[int, int], after: tuple[int, int], found: Kind
) -> None:
    was, now = (tickets(intro=intro, advanced=advanced) for intro, advanced in (before, after))
    assert kind("S18", was, now) is found
    was, now = (tickets(escalated=bad, advanced=good) for bad, good in (before, after))
    assert kind("S21", was, now) is found


def test_no_ticket_left_is_expired() -> None:
    assert kind("S21", tickets(escalated=3), tickets(escalated=1)) is Kind.EXPIRED


def asked(*scores: int, ago: int = 30, **over: int) -> list[dict[str, object]]:
    return [
        {"person": p, "sent_days_ago": ago + 1, "answered_days_ago": ago, "score": score} | over
        for p, score in enumerate(scores)
    ]


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        (asked(2, 3, 9), asked(2, 3, 9, ago=60), Kind.EXPIRED),
        (asked(9, 9, 9), asked(9, 9, 9, ago=60), Kind.EXPIRED),  # praise fades as well
        (asked(2, 3, 9, ago=200), asked(2, 3, 9, ago=200)[:2], Kind.EXPIRED),
        (asked(2, 3, 9), asked(2, 9, 9), Kind.BEHAVIOUR),
        (asked(9, 9, 9), asked(9, 2, 9), Kind.BEHAVIOUR),
        (asked(2, 3, ago=200), asked(2, 3), Kind.BEHAVIOUR),  # the same words once more
        (asked(9, 9, ago=200), asked(9, 9), Kind.BEHAVIOUR),
        (asked(2, *[9] * 8), asked(*[9] * 8), Kind.EXPIRED),
        (asked(2), asked(2, ago=366), Kind.EXPIRED),
    ],
)
def test_detractors_who_fade_are_told_from_those_who_speak(
    before: list[dict[str, object]], after: list[dict[str, object]], found: Kind
) -> None:
    was, now = night(team(10, surveys=before)), night(team(10, surveys=after))
    slot = BY_CODE["S24"].slot
    rose = (now.points[slot] or 0) > (was.points[slot] or 0)
    assert kind_of(was, now, "S24", rose=rose) is found


@pytest.mark.parametrize("code", [signal.code for signal in SIGNALS])
def test_what_runs_dry_because_people_stay_away_is_behaviour(code: str) -> None:
    ageing = {"S15", "S18", "S19", "S20", "S21", "S22", "S23", "S24"}
    full = replace(night(team(10)), states=["OK"] * 24)
    dry = replace(full, states=["TOO_LITTLE"] * 24)
    found = Kind.EXPIRED if code in ageing else Kind.BEHAVIOUR
    assert kind_of(full, dry, code, rose=False) is found
    assert kind_of(dry, full, code, rose=True) is Kind.NEW


def test_people_who_stopped_coming_are_no_expired_facts() -> None:
    before, after = night(team(10)), night(team(1))
    assert (before.states[8], after.states[8]) == ("OK", "TOO_LITTLE")
    assert "Facts expired" not in waterfall(before, after)
    claims = {r.code: r.claim for r in reasons(before, after, told(before, after))}
    assert claims["S09"] == "Feature breadth: too few people are left to say"


@pytest.mark.parametrize(
    ("after", "cause"),
    [
        ({"surveys": []}, "Too little is left for a signal"),
        ({"states": {Source.SURVEYS: "not_bought"}}, "A signal no longer applies"),
    ],
)
def test_a_signal_without_a_value_is_not_told_as_a_lost_source(
    after: dict[str, Any], cause: str
) -> None:
    praise = asked(*[10] * 9)
    before, now = night(team(10, surveys=praise)), night(team(10, **{"surveys": praise} | after))
    parts = told(before, now)
    assert parts.total < 0
    assert main_cause(before, now, parts) == cause
    assert len(cause) <= MAX_CAUSE
