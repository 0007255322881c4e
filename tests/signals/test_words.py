"""Values in words: short, whole, and about people."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.scoring.caps import RULES
from metrics.signals.base import State
from metrics.signals.catalogue import SIGNALS
from metrics.signals.numbers import Value
from metrics.signals.phrases import WORDS
from metrics.signals.words import (
    CAP_CAUSES,
    CAP_LIFTED,
    MAX_CAUSE,
    STATE_WORDS,
    cause_text,
    claim_text,
    value_text,
)

NBSP, MINUS = "\u00a0", "\u2212"
CASES = {
    "S01": (Value(11 / 24, 11, 24, 24), "11 of 24", "Only 11 of 24 seats in use"),
    "S02": (Value(0.65, 13, 20, 20), "13 of 20", "7 of 20 people not trained"),
    "S03": (Value(0.5, 2, 6, 6), "2 of 6", "Only 2 of 6 value tasks done"),
    "S04": (Value(4 / 3, 60, 45, 1), "60 days", "First value only after 60 days"),
    "S05": (
        Value(0.6, np.nan, np.nan, 20),
        f"60{NBSP}% of weeks",
        f"People come in only 60{NBSP}% of weeks",
    ),
    "S06": (Value(1.44, 36, 25, 25), "1.4 days a week", "People come only 1.4 days a week"),
    "S07": (
        Value(-0.43, 11, 20, 26),
        f"{MINUS}43{NBSP}%",
        f"Usage 43{NBSP}% below their own normal",
    ),
    "S08": (Value(0.175, 3, 15, 15), "3 of 15", "3 of 15 people fell away"),
    "S09": (
        Value(0.38, np.nan, np.nan, 11),
        f"38{NBSP}% of features",
        f"Only 38{NBSP}% of their features in use",
    ),
    "S10": (
        Value(0.7, 3, 12, 12),
        f"70{NBSP}% of expected",
        f"Advanced features at 70{NBSP}% of usual",
    ),
    "S11": (
        Value(0.6, np.nan, np.nan, 12),
        f"60{NBSP}% of reference",
        f"Depth of use at 60{NBSP}% of reference",
    ),
    "S12": (Value(0.4, 2, 5, 5), "2 of 5", "Only 2 of 5 groups active"),
    "S13": (
        Value(0.31, 1.9, 4, 120),
        f"31{NBSP}% even",
        f"Groups use it unevenly (31{NBSP}% even)",
    ),
    "S14": (Value(0.42, 42, 100, 10), f"42{NBSP}%", f"One person has 42{NBSP}% of active days"),
    "S15": (Value(0.7, 7, 10, 10), "7 of 10", "Only 7 of 10 newcomers onboarded"),
    "S16": (Value(1.0, 5, 10, 10), f"100{NBSP}% a year", "5 of 10 people gone in 6 months"),
    "S17": (Value(1.5714, 9, 5, 9), "1.6", "9 tickets, 5.0 expected"),
    "S18": (Value(0.158, 3, 12, 12), "3 of 12 introductory", "3 of 12 tickets introductory"),
    "S19": (Value(1.5, 6, 4, 12), f"6.0{NBSP}h", f"First answer 6.0{NBSP}h (target 4.0{NBSP}h)"),
    "S20": (Value(0.79, 3, 4, 4), f"79{NBSP}%", "Only 3 of 4 ratings satisfied"),
    "S21": (Value(0.0886, 1, 10, 10), "1 of 10", "1 of 10 tickets severe or stuck"),
    "S22": (Value(24.4, 3, 1, 5), "+24", "NPS +24 from 5 answers"),
    "S23": (Value(0.31, 4, 20, 20), f"20{NBSP}%", "4 of 20 surveys answered"),
    "S24": (Value(0.357, 2, 5, 5), "2 of 5", "2 of 5 answers from detractors"),
}


@pytest.mark.parametrize("code", list(CASES))
def test_a_value_and_a_cause_as_a_person_says_them(code: str) -> None:
    value, shown, cause = CASES[code]
    assert value_text(code, value) == shown
    assert cause_text(code, value, good=False) == cause


def test_every_signal_every_state_and_every_rule_has_words() -> None:
    codes = {signal.code for signal in SIGNALS}
    assert set(WORDS) == set(CASES) == codes
    assert set(STATE_WORDS) == {state.value for state in State} - {"OK"}
    assert set(CAP_CAUSES) == {rule.code for rule in RULES}
    assert set(CAP_LIFTED) == {rule.code for rule in RULES if rule.cap is not None}
    names = [signal.name for signal in SIGNALS] + [signal.question for signal in SIGNALS]
    assert len(set(names)) == 2 * len(SIGNALS)


@pytest.mark.parametrize(
    ("code", "value", "cause"),
    [
        ("S07", Value(0.004, 20, 20, 26), "Usage as usual"),
        ("S07", Value(0.2, 24, 20, 26), f"Usage 20{NBSP}% above their own normal"),
        ("S04", Value(2, 90, 45, 0), "No first value after 90 days"),
        ("S04", Value(0.02, 1, 45, 2), "First value only after 1 day"),
        ("S14", Value(0.5, 20, 20, 1), f"One person has 100{NBSP}% of active days"),
        ("S17", Value(0.3, 0, 5, 0), "No tickets in 12 weeks"),
        ("S17", Value(0.3, 1, 12.4, 1), "1 ticket, 12 expected"),
        ("S19", Value(0.5, 0.125, 0.25, 3), f"First answer 8{NBSP}min (target 15{NBSP}min)"),
        ("S19", Value(1.5, 0.00833, 0.01667, 3), f"First answer 30{NBSP}s (target 1{NBSP}min)"),
        ("S21", Value(0.02, 0, 9, 9), "None of 9 tickets severe or stuck"),
        ("S24", Value(0.4, 0, 1, 1), "No detractor in 1 answer"),
        ("S22", Value(-24, 0, 1, 1), f"NPS {MINUS}24 from 1 answer"),
        ("S22", Value(-0.2, 1, 1, 2), "NPS 0 from 2 answers"),
        ("S23", Value(0.1, 0, 8, 8), "No survey answered in 12 months"),
        ("S01", Value(np.nan, np.nan, np.nan, np.nan), "A source is missing"),
    ],
)
def test_a_cause_in_special_cases(code: str, value: Value, cause: str) -> None:
    assert cause_text(code, value, good=False) == cause


@pytest.mark.parametrize(
    ("raw", "cause"),
    [
        (0.2, f"Usage 20{NBSP}% above their own normal"),
        (-0.01, "Usage back to their own normal"),
        (-0.2, f"Usage recovering, 20{NBSP}% below normal"),
    ],
)
def test_usage_that_rose_is_not_told_as_a_loss(raw: float, cause: str) -> None:
    assert cause_text("S07", Value(raw, 18, 20, 26), good=True, rose=True) == cause


def test_usage_that_has_always_been_normal_is_not_told_as_back() -> None:
    found = [cause_text("S07", Value(raw, 18, 20, 26), good=True) for raw in (0.0, -0.02)]
    assert found == ["Usage as usual", f"Usage 2{NBSP}% below their own normal"]


def test_what_is_unknown_is_a_dash() -> None:
    unknown = Value(np.nan, np.nan, np.nan, np.nan)
    assert {value_text(code, unknown) for code in WORDS} == {"–"}
    assert value_text("S23", Value(0.2, 0, 0, 0)) == "–"


counts = st.integers(0, 9999)


@given(st.sampled_from(sorted(WORDS)), st.floats(0, 60), counts, counts, st.booleans())
def test_every_cause_fits_and_is_not_cut(
    code: str, share: float, part: int, more: int, good: bool
) -> None:
    raw = {"S07": share / 60 - 0.5, "S22": 4 * share - 100, "S17": share}.get(code, share / 60)
    hours = part / 10 if code == "S19" else part
    value = Value(raw, hours, 4.0 if code == "S19" else part + more, part + more)
    words = WORDS[code].good(value) if good else WORDS[code].bad(value)
    text = cause_text(code, value, good=good)
    assert text == words
    back = WORDS[code].back
    assert cause_text(code, value, good=True, rose=True) == (back or WORDS[code].good)(value)
    assert len((back or WORDS[code].good)(value)) <= MAX_CAUSE
    assert 0 < len(text) <= MAX_CAUSE
    assert not text.endswith((".", "!"))
    claims = {claim_text(code, fell=True), claim_text(code, fell=False)}
    assert len(claims) == 2
    assert all(claim and not claim.endswith(".") for claim in claims)


@pytest.mark.parametrize("text", [*CAP_CAUSES.values(), *CAP_LIFTED.values()])
def test_the_words_of_a_rule_fit_too(text: str) -> None:
    assert len(text) <= MAX_CAUSE
