"""What the flags look at: urgency out of the contract, the worst signals in words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from metrics.scoring.flags import FlagFacts
from metrics.signals.base import SLOTS, Frames, Portfolio
from metrics.signals.evaluate import Evaluated, Previous, evaluate
from metrics.signals.flag_facts import flag_facts, large_arr
from metrics.signals.rescore import score_points
from tests.frames_maker import make_frames, person, weekdays
from tests.signals.any_frames import CONFIG

NAN = float("nan")
PORTFOLIO = Portfolio(large_arr={"EUR": 50_000.0})


def of_contract(frames: Frames, **columns: Any) -> Frames:
    return replace(frames, accounts=frames.accounts.assign(**columns))


def found(
    frames: Frames, measured: Evaluated | None = None, *, band: str = "amber", **over: Any
) -> FlagFacts:
    measured = measured or evaluate(frames, CONFIG, Previous.nothing(1))
    age = frames.accounts["age_days"].to_numpy()
    scored = score_points(measured.points, counted=measured.counted, age_days=age, config=CONFIG)
    values: dict[str, Any] = {
        "final": scored.score,
        "holds": {"R1": np.array([True]), "R2": np.array([False])},
        "momentum": np.array([NAN]),
        "falling": np.array([False]),
    } | over
    return flag_facts(frames, measured, scored, bands=[band], **values)[0]


def team() -> Frames:
    """Five of twenty seats, every week of half a year; nobody trained."""
    people = [person(active=weekdays(*range(1, 31)), group="A") for _ in range(5)]
    return make_frames(people=people, seats=20, portfolio=PORTFOLIO)


def test_tonights_facts_of_an_account() -> None:
    frames = of_contract(
        team(), arr=80_000.0, currency="EUR", renews_in_days=90.0, notice_in_days=30.0
    )
    facts = found(frames, momentum=np.array([-14.0]), falling=np.array([True]))
    assert (facts.day, facts.band, facts.holds) == (frames.day, "amber", frozenset({"R1"}))
    assert (facts.momentum, facts.falling, facts.large) == (-14, True, True)
    assert (facts.renews_in_days, facts.notice_in_days) == (90, 30)
    assert facts.score is not None


def test_the_reasons_are_what_takes_most_with_the_facts_behind_it() -> None:
    facts = found(team())
    assert 0 < len(facts.reasons) <= 3
    moved = [reason.moved for reason in facts.reasons]
    assert moved == sorted(moved)
    assert max(moved) < 0
    texts = {reason.code: reason.text for reason in facts.reasons}
    assert texts["S02"] == "5 of 5 people not trained"


def test_what_is_unknown_is_none() -> None:
    facts = found(make_frames(), band="grey")
    assert facts == FlagFacts(
        day=facts.day, score=None, band="grey", holds=frozenset({"R1"}), plateau=None
    )


@pytest.mark.parametrize(
    ("state", "detail", "alarm"),
    [
        ("OK", {"S08": {"alarm": True}}, True),
        ("OK", {"S08": {"alarm": False}}, False),
        ("OK", {}, False),
        ("TOO_LITTLE", {"S08": {"alarm": True}}, None),
        ("BROKEN", {"S08": {"alarm": False}}, None),
    ],
)
def test_the_plateau_alarm_counts_only_with_a_value_of_tonight(
    state: str, detail: dict[str, Any], alarm: bool | None
) -> None:
    frames = team()
    measured = evaluate(frames, CONFIG, Previous.nothing(1))
    measured.state[0, 7] = state
    assert measured.state.shape == (1, SLOTS)
    assert found(frames, replace(measured, details=[detail])).plateau is alarm


@pytest.mark.parametrize(
    ("arr", "currency", "large"),
    [
        (50_000.0, "EUR", True),
        (49_999.0, "EUR", False),
        (90_000.0, "USD", False),
        (90_000.0, "", False),
        (NAN, "EUR", False),
    ],
)
def test_the_top_fifth_is_of_the_same_currency(arr: float, currency: str, large: bool) -> None:
    frames = make_frames(portfolio=PORTFOLIO)
    assert large_arr(of_contract(frames, arr=arr, currency=currency)).tolist() == [large]
    bare = make_frames()
    assert large_arr(of_contract(bare, arr=arr, currency=currency)).tolist() == [False]
