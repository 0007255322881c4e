"""A change as a sentence and two values: neither denies the other."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from metrics.signals.catalogue import SIGNALS
from metrics.signals.numbers import Value
from metrics.signals.told import Told, denied, told
from metrics.signals.words import claim_text, value_text

NBSP = "\u00a0"


def speed(raw: float, hours: float, target: float) -> Value:
    return Value(raw, hours, target, 20)


def surveys(answered: float, sent: float) -> Value:
    """As S23 has it, with two answers of five as the usual."""
    return Value((answered + 2) / (sent + 5), answered, sent, sent)


SPEED = {
    "the hours moved as the points did": (
        speed(0.66, 5.3, 8.0),
        speed(0.78, 6.2, 8.0),
        ("First answers came later against their targets", "5.3 h", "6.2 h"),
        ("First answers came sooner against their targets", "6.2 h", "5.3 h"),
    ),
    "the hours went the other way, for the target moved further": (
        speed(0.66, 5.3, 8.0),
        speed(0.85, 5.2, 6.1),
        ("First answers were due sooner", "5.3 h (target 8.0 h)", "5.2 h (target 6.1 h)"),
        ("First answers had more time", "5.2 h (target 6.1 h)", "5.3 h (target 8.0 h)"),
    ),
    "the hours stood still as far as they are shown": (
        speed(0.66, 5.31, 8.0),
        speed(0.85, 5.34, 6.1),
        ("First answers were due sooner", "5.3 h (target 8.0 h)", "5.3 h (target 6.1 h)"),
        ("First answers had more time", "5.3 h (target 6.1 h)", "5.3 h (target 8.0 h)"),
    ),
    "neither says why: a channel with a short target came later": (
        speed(0.66, 5.3, 8.0),
        speed(0.667, 5.2, 8.0),
        (
            "First answers took a larger part of their targets",
            "66.0 %",
            "66.7 %",
        ),
        (
            "First answers took a smaller part of their targets",
            "66.7 %",
            "66.0 %",
        ),
    ),
}


@pytest.mark.parametrize("case", SPEED)
def test_first_answers_are_told_by_what_moved(case: str) -> None:
    better, worse, fell, rose = SPEED[case]
    found = [
        (one.claim, one.before.replace(NBSP, " "), one.after.replace(NBSP, " "))
        for one in (
            told("S19", better, worse, fell=True),
            told("S19", worse, better, fell=False),
        )
    ]
    assert found == [fell, rose]


def test_a_table_says_besides_only_what_its_values_deny() -> None:
    better, worse = speed(0.66, 5.3, 8.0), speed(0.85, 5.2, 6.1)
    text = "First answers were due sooner: 5.3 h (target 8.0 h), now 5.2 h (target 6.1 h)"
    assert denied("S19", better, worse, fell=True).replace(NBSP, " ") == text
    assert denied("S19", better, speed(0.78, 6.2, 8.0), fell=True) == ""
    assert denied("S01", better, worse, fell=True) == ""


hour = st.floats(0.01, 60)


@given(hour, hour, hour, hour, st.floats(0.01, 3), st.floats(0.01, 3))
def test_no_sentence_of_first_answers_is_denied_by_its_numbers(
    was: float, now: float, target: float, new_target: float, raw: float, new_raw: float
) -> None:
    assume(raw != new_raw)
    fell = new_raw > raw
    before, after = speed(raw, was, target), speed(new_raw, now, new_target)
    found = told("S19", before, after, fell=fell)
    if "came" in found.claim:
        assert ("later" in found.claim) == fell == (now > was)
        assert found.before != found.after
    if "due sooner" in found.claim:
        assert new_target < target
    if "more time" in found.claim:
        assert new_target > target


def test_surveys_are_told_by_their_number_where_the_share_went_the_other_way() -> None:
    assert told("S23", surveys(3, 3), surveys(9, 10), fell=False) == Told(
        claim="More of our surveys have an answer", before="3 of 3", after="9 of 10"
    )
    assert told("S23", surveys(0, 3), surveys(1, 20), fell=True) == Told(
        claim="More of our surveys stay without an answer", before="0 of 3", after="1 of 20"
    )
    assert told("S23", surveys(2, 10), surveys(6, 10), fell=False) == Told(
        claim="They answer a larger share of our surveys",
        before=f"20{NBSP}%",
        after=f"60{NBSP}%",
    )


@pytest.mark.parametrize("code", [signal.code for signal in SIGNALS])
@pytest.mark.parametrize("fell", [True, False])
def test_what_is_not_known_is_told_plainly(code: str, fell: bool) -> None:
    none = Value(np.nan, np.nan, np.nan, np.nan)
    found = told(code, none, none, fell=fell)
    assert found == Told(
        claim=claim_text(code, fell=fell),
        before=value_text(code, none),
        after=value_text(code, none),
    )
