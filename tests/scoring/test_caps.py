"""Rules that hold a score down: from where on, until when, and what a lost source does to them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.scoring.caps import (
    BY_CODE,
    RULES,
    CapFacts,
    Capped,
    apply,
    binding,
    silent_business_days,
)

ON = {rule.code: True for rule in RULES}
SOURCES = ("usage", "people", "training", "tickets", "surveys")
FINE: dict[str, Any] = {
    "age_days": 400.0,
    "silent_days": 3.0,
    "champion_gone_days": np.nan,
    "severe_open_days": np.nan,
    "seat_share": 0.6,
    "turnover": 0.3,
    "newcomers": 5.0,
    "newcomer_points": 80.0,
    "unhappy_decider_days": np.nan,
    "notice_given": False,
    "usage_change": 0.0,
    "people": 12.0,
    "tickets": 3.0,
    "tickets_expected": 5.0,
    "usage_points": 70.0,
    "response_points": 65.0,
    "has_before": False,
}
# what makes each rule hold, just so
HOLDS: dict[str, dict[str, Any]] = {
    "R1": {"silent_days": 21.0},
    "R2": {"champion_gone_days": 30.0},
    "R3": {"severe_open_days": 6.0},
    "R4": {"seat_share": 0.19},
    "R5": {"turnover": 0.6, "newcomers": 3.0, "newcomer_points": 64.9},
    "R6": {"unhappy_decider_days": 90.0},
    "R7": {"notice_given": True},
    "R8": {"usage_change": -0.4, "people": 10.0},
    "R9": {
        "tickets": 0.0,
        "tickets_expected": 4.0,
        "usage_points": 44.9,
        "response_points": 39.9,
    },
}


def facts(
    *, lost: str = "", missing: str = "", heard: bool = False, held: str = "", **over: Any
) -> CapFacts:
    """One account; `lost` and `missing` name a source, `held` rules of the day before."""
    arrays = {name: np.array([value]) for name, value in (FINE | over).items()}
    return CapFacts(
        lives={name: np.array([name not in (lost, missing)]) for name in SOURCES},
        lost={name: np.array([name == lost]) for name in SOURCES},
        heard={name: np.array([name != lost or heard]) for name in SOURCES},
        held={code: np.array([True]) for code in held.split()},
        **arrays,
    )


def capped(score: float = 90, *, on: dict[str, bool] = ON, **over: Any) -> tuple[float, str]:
    """The final score and the rules that hold."""
    found = apply(np.array([score]), facts(**over), on)
    return float(found.final[0]), " ".join(code for code, held in found.holds.items() if held[0])


def test_the_rules_of_the_specification() -> None:
    assert [(rule.code, rule.cap, rule.at_once) for rule in RULES] == [
        ("R1", 30, True),
        ("R2", 60, False),
        ("R3", 65, False),
        ("R4", 45, True),
        ("R5", 65, False),
        ("R6", 60, False),
        ("R7", None, True),
        ("R8", 55, False),
        ("R9", None, False),
    ]
    assert [rule.code for rule in RULES if rule.by_silence] == ["R1", "R5", "R8", "R9"]
    texts = [text for rule in RULES for text in (rule.reason, rule.until)]
    assert len(set(texts)) == 18
    assert all(text[0].isupper() and not text.endswith(".") for text in texts)
    assert {name for rule in RULES for name in (*rule.needs, *rule.may_need)} == set(SOURCES)


@pytest.mark.parametrize("code", list(HOLDS))
def test_a_rule_holds_from_its_limit_on_and_caps_the_score(code: str) -> None:
    cap = BY_CODE[code].cap
    assert capped(**HOLDS[code]) == (90 if cap is None else cap, code)
    assert capped(20, **HOLDS[code]) == (20, code)
    assert capped(on=ON | {code: False}, **HOLDS[code]) == (90, "")
    assert capped(on={}, **HOLDS[code])[1] == code


@pytest.mark.parametrize(
    ("code", "over"),
    [
        ("R1", {"silent_days": 20.0}),
        ("R1", {"age_days": 29.0}),
        ("R2", {"champion_gone_days": 29.0}),
        ("R2", {"champion_gone_days": 183.0}),
        ("R3", {"severe_open_days": 5.0}),
        ("R4", {"seat_share": 0.2}),
        ("R4", {"seat_share": np.nan}),
        ("R4", {"age_days": 60.0}),
        ("R5", {"turnover": 0.59}),
        ("R5", {"turnover": np.nan}),
        ("R5", {"newcomers": 2.0}),
        ("R5", {"newcomers": np.nan}),
        ("R5", {"newcomer_points": 65.0}),
        ("R5", {"newcomer_points": np.nan}),
        ("R6", {"unhappy_decider_days": 91.0}),
        ("R8", {"usage_change": -0.39}),
        ("R8", {"people": 9.0}),
        ("R9", {"tickets": 1.0}),
        ("R9", {"tickets_expected": 3.9}),
        ("R9", {"usage_points": 45.0}),
        ("R9", {"response_points": 40.0}),
        ("R9", {"response_points": np.nan}),
    ],
)
def test_a_little_less_is_not_enough(code: str, over: dict[str, Any]) -> None:
    assert capped(**HOLDS[code] | over) == (90, "")


def test_the_lowest_of_several_caps_decides() -> None:
    assert capped(**HOLDS["R3"], **HOLDS["R8"], **HOLDS["R2"]) == (55, "R2 R3 R8")
    assert binding(90, {"R2": 60, "R3": 65, "R8": 55}) == "R8"
    assert binding(90, {"R6": 60, "R2": 60}) == "R2"
    assert binding(58, {"R2": 60, "R3": 65}) == ""
    assert binding(60, {"R2": 60}) == ""
    assert binding(90, {}) == ""


def test_a_score_that_is_not_there_stays_away() -> None:
    assert np.isnan(capped(np.nan, **HOLDS["R1"])[0])


def expiry(**over: Any) -> dict[str, float]:
    found: Capped = apply(np.array([90.0]), facts(**over), ON)
    return {code: float(days[0]) for code, days in found.expires.items() if not np.isnan(days[0])}


def test_what_ends_by_itself_says_when() -> None:
    assert expiry(**HOLDS["R2"]) == {"R2": 153}
    assert expiry(champion_gone_days=182.0) == {"R2": 1}
    assert expiry(unhappy_decider_days=1.0) == {"R6": 90}
    assert expiry(**HOLDS["R6"], **HOLDS["R3"]) == {"R6": 1}
    assert expiry(champion_gone_days=10.0) == {}
    # while the source is lost nobody knows
    assert expiry(**HOLDS["R2"], lost="people", held="R2", has_before=True) == {}


@pytest.mark.parametrize(
    ("code", "source"),
    [(rule.code, name) for rule in RULES for name in (*rule.needs, *rule.may_need)],
)
class TestALostSource:
    """What becomes of a rule when a source that it needs is late or broken."""

    def test_never_lifts_a_cap(self, code: str, source: str) -> None:
        lost: dict[str, Any] = {"lost": source, "has_before": True, "held": code}
        assert capped(**lost)[1] == code
        assert capped(heard=True, **lost)[1] == code

    def test_invents_none_out_of_silence(self, code: str, source: str) -> None:
        invented = "" if BY_CODE[code].by_silence else code
        assert capped(lost=source, has_before=True, **HOLDS[code])[1] == invented

    def test_lets_facts_that_still_arrive_count(self, code: str, source: str) -> None:
        assert capped(lost=source, has_before=True, heard=True, **HOLDS[code])[1] == code

    def test_leaves_an_account_without_a_day_before_to_its_facts(
        self, code: str, source: str
    ) -> None:
        assert capped(lost=source, **HOLDS[code])[1] == code
        assert capped(lost=source)[1] == ""


@pytest.mark.parametrize(
    ("code", "source"), [(rule.code, source) for rule in RULES for source in SOURCES]
)
def test_a_source_that_is_not_connected_says_nothing(code: str, source: str) -> None:
    known = source not in BY_CODE[code].needs
    assert capped(missing=source, has_before=True, held=code, **HOLDS[code])[1] == known * code


@given(
    st.floats(0, 100),
    st.sets(st.sampled_from(sorted(HOLDS))),
    st.sets(st.sampled_from(sorted(HOLDS))),
    st.sampled_from(SOURCES),
    st.booleans(),
)
def test_a_cap_never_lifts_a_score_and_a_lost_source_never_lifts_a_cap(
    score: float, before: set[str], now: set[str], source: str, heard: bool
) -> None:
    then, held = capped(score, **{k: v for code in before for k, v in HOLDS[code].items()})
    assert then <= score
    # what the source tells may change in any way, the rest stays as it was
    now = {code for code in before if source not in _uses(code)} | {
        code for code in now if source in _uses(code)
    }
    facts_now = {name: value for code in now for name, value in HOLDS[code].items()}
    lost = {"lost": source, "heard": heard, "has_before": True, "held": held}
    after, still = capped(score, **lost, **facts_now)
    assert after <= then
    assert set(held.split()) <= set(still.split())


def _uses(code: str) -> tuple[str, ...]:
    return (*BY_CODE[code].needs, *BY_CODE[code].may_need)


@pytest.mark.parametrize(
    ("last_use", "age", "days"),
    [
        (1, 100, 0),  # yesterday
        (2, 100, 1),
        (30, 100, 21),  # Monday 16 February was the last day of use
        (29, 100, 20),
        (np.nan, 6, 4),  # never: since the start, a Thursday; two of the days are a week-end
        (np.nan, 0, 0),
    ],
)
def test_silence_is_counted_in_business_days(last_use: float, age: float, days: float) -> None:
    day = np.datetime64("2026-03-18")  # a Wednesday
    found = silent_business_days(
        day, last_use_days_ago=np.array([last_use]), age_days=np.array([age], dtype=np.float64)
    )
    assert found.tolist() == [days]
