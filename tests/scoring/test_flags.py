"""Flags: when they open and close, how severe they are, and what they say."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.scoring import caps
from metrics.scoring.explain import Level
from metrics.scoring.flag_rules import BY_CODE, FLAG_RULES
from metrics.scoring.flags import (
    Flag,
    FlagChange,
    FlagFacts,
    Reason,
    changes,
    next_flags,
    severity,
    worst,
)

START = dt.date(2026, 1, 5)
WHY = (Reason(code="S01", moved=-4.2, text="Only 3 of 20 seats in use"),)
ASKS: dict[str, dict[str, Any]] = {
    **{rule.code: {"holds": frozenset({rule.code})} for rule in caps.RULES},
    "red": {"band": "red"},
    "declining": {"momentum": -12.0},
    "falling": {"falling": True},
    "plateau": {"plateau": True},
}
AT_ONCE = ["R1", "R4", "R7", "red"]
SLOWLY = [code for code in ASKS if code not in AT_ONCE]


def facts(day: int = 0, **over: Any) -> FlagFacts:
    values: dict[str, Any] = {"score": 80.0, "band": "green", "reasons": WHY} | over
    return FlagFacts(day=START + dt.timedelta(days=day), **values)


def run(
    nights: Sequence[dict[str, Any]], *, every: int = 1, before: Sequence[Flag] = ()
) -> list[list[str]]:
    """The open flags of each night."""
    flags, found = list(before), []
    for place, night in enumerate(nights):
        flags = next_flags(flags, facts(place * every, **night))
        found.append([flag.rule for flag in flags if flag.state == "open"])
    return found


def counted(code: str, nights: Sequence[dict[str, Any]], *, every: int = 1) -> str:
    """One letter per night: o where the flag is open."""
    return "".join("o" if code in found else "-" for found in run(nights, every=every))


def test_every_cap_has_a_flag_and_every_flag_has_words() -> None:
    assert set(BY_CODE) == set(ASKS)
    assert len(BY_CODE) == len(FLAG_RULES)
    assert [rule.code for rule in FLAG_RULES if rule.at_once] == ["R7", "red", "R1", "R4"]
    assert {rule.code for rule in caps.RULES if rule.at_once} < set(AT_ONCE)
    for rule in FLAG_RULES:
        assert len(rule.code) <= 12
        assert not rule.sentence.endswith(".")
        assert rule.playbook.endswith((".", "?"))
    texts = [t for rule in FLAG_RULES for t in (rule.name, rule.sentence, rule.playbook)]
    assert len(set(texts)) == len(texts)


def test_a_quiet_account_has_none() -> None:
    assert next_flags([], facts()) == []
    assert run([{"momentum": -11.9, "score": None, "band": "grey"}] * 9) == [[]] * 9


@pytest.mark.parametrize("code", AT_ONCE)
def test_what_is_urgent_opens_and_closes_at_once(code: str) -> None:
    assert counted(code, [{}, ASKS[code], {}, ASKS[code]]) == "-o-o"


@pytest.mark.parametrize("code", SLOWLY)
def test_the_others_open_after_three_nights_and_close_after_seven(code: str) -> None:
    yes, no = ASKS[code], {}
    assert counted(code, [yes] * 4) == "--oo"
    assert counted(code, [yes, yes, no, yes, yes, no]) == "------"
    assert counted(code, [yes] * 3 + [no] * 8) == "--ooooooo--"
    assert counted(code, [yes] * 3 + [no] * 6 + [yes] + [no] * 7) == "--" + "o" * 14 + "-"


@pytest.mark.parametrize("code", SLOWLY)
def test_or_after_two_that_lie_a_week_apart(code: str) -> None:
    yes, no = ASKS[code], {}
    assert counted(code, [yes, yes, no, no], every=7) == "-oo-"
    assert counted(code, [yes, yes], every=6) == "--"


def test_declining_closes_only_above_minus_nine() -> None:
    assert counted("declining", [{"momentum": -12}] * 3 + [{"momentum": -9}] * 9) == "--" + "o" * 10
    night = [{"momentum": -12}] * 3 + [{"momentum": -8.9}] * 7
    assert counted("declining", night) == "--ooooooo-"
    assert counted("declining", [{"momentum": -11.9}] * 5) == "-----"
    # unknown, as after a new scorecard: nobody can go on saying so
    assert counted("declining", [{"momentum": -12}] * 3 + [{}] * 7)[-1] == "-"


@pytest.mark.parametrize("code", ["red", "declining", "falling", "plateau"])
def test_what_nobody_can_say_leaves_a_flag_as_it_is(code: str) -> None:
    unknown = {"score": None, "band": "grey", "plateau": None}
    nights = [ASKS[code]] * 3 + [unknown] * 20
    assert counted(code, nights)[3:] == "o" * 20
    assert next_flags([], facts(**unknown)) == []
    waiting = next_flags([], facts(**ASKS["falling"]))
    assert next_flags(waiting, facts(1, **unknown)) == waiting


def test_losing_the_score_does_not_end_a_rule_that_holds() -> None:
    nights = [ASKS["R1"], ASKS["R1"] | {"score": None, "band": "grey"}]
    assert run(nights) == [["R1"], ["R1"]]


@pytest.mark.parametrize(
    ("over", "expected"),
    [
        ({}, 1),
        ({"score": None}, 1),
        ({"score": 60.0}, 1),
        ({"score": 59.9}, 2),
        ({"score": 45.0}, 2),
        ({"score": 44.9}, 3),
        ({"score": 44.9, "renews_in_days": 120.0}, 4),
        ({"score": 44.9, "renews_in_days": 121.0}, 3),
        ({"score": 44.9, "renews_in_days": 0.0}, 4),
        ({"score": 44.9, "renews_in_days": -1.0}, 3),
        ({"score": 44.9, "notice_in_days": 30.0}, 4),
        ({"score": 44.9, "notice_in_days": 30.0, "renews_in_days": 90.0}, 4),
        ({"score": 44.9, "large": True}, 4),
        ({"score": 44.9, "large": True, "notice_in_days": 30.0}, 5),
        ({"large": True, "renews_in_days": 1.0}, 3),
    ],
)
def test_severity_is_level_times_urgency(over: dict[str, Any], expected: int) -> None:
    assert severity(facts(**over)) == expected


def test_the_three_worst_contributions_are_the_reasons() -> None:
    points = {"A": 10.0, "B": 90.0, "C": 50.0, "D": 60.0, "E": 70.0, "F": 0.0}
    weights = {"A": 0.2, "B": 0.3, "C": 0.1, "D": 0.1, "E": 0.2, "F": 0.1}
    level = Level(points=points, weights=weights, raw_score=50, score=50)
    assert worst(level) == [
        ("A", pytest.approx(-12)),
        ("F", pytest.approx(-7)),
        ("C", pytest.approx(-2)),
    ]
    assert worst(Level(points={"E": 70.0}, weights={"E": 1.0}, raw_score=70, score=70)) == []


def test_an_open_flag_tells_tonights_reasons_and_a_waiting_one_none() -> None:
    waiting = next_flags([], facts(falling=True))
    assert [(flag.state, flag.count, flag.reasons) for flag in waiting] == [("waiting", 1, ())]
    flags = next_flags(waiting, facts(7, falling=True))
    assert [(f.state, f.since, f.count) for f in flags] == [("open", dt.date(2026, 1, 12), 0)]
    assert flags[0].reasons == WHY
    newer = (Reason(code="S05", moved=-2.0, text="People come in only 20 % of weeks"),)
    assert next_flags(flags, facts(8, falling=True, reasons=newer))[0].reasons == newer
    gone = next_flags(flags, facts(8, score=40.0, reasons=newer))[0]
    assert (gone.reasons, gone.severity, gone.gone_since) == (newer, 3, dt.date(2026, 1, 13))
    # without a score there are no reasons and no level: the last ones stay
    grey = next_flags([gone], facts(9, score=None, band="grey", reasons=()))[0]
    assert (grey.reasons, grey.severity, grey.gone_since) == (newer, 3, dt.date(2026, 1, 13))


def test_a_change_is_told_once_with_what_was_last_known() -> None:
    quiet: list[Flag] = []
    waiting = next_flags(quiet, facts(falling=True))
    standing = next_flags(waiting, facts(7, falling=True, holds=frozenset({"R7"}), score=50.0))
    assert changes(quiet, waiting) == []
    assert changes(waiting, standing) == [
        FlagChange(rule="R7", change="opened", severity=2, reasons=WHY),
        FlagChange(rule="falling", change="opened", severity=2, reasons=WHY),
    ]
    after = next_flags(standing, facts(8, falling=True))
    assert changes(standing, after) == [
        FlagChange(rule="R7", change="closed", severity=2, reasons=WHY)
    ]
    assert changes(after, after) == []


def test_a_rule_that_is_no_more_closes() -> None:
    old = Flag(rule="R0", state="open", since=START, count=0, severity=2)
    after = next_flags([old], facts(1))
    assert after == []
    assert [change.rule for change in changes([old], after)] == ["R0"]


nights = st.lists(
    st.builds(
        lambda codes, score: (
            {"score": score, "band": "amber"}
            | {k: v for code in codes for k, v in ASKS[code].items()}
        ),
        st.sets(st.sampled_from(["R2", "R7", "red", "declining", "falling", "plateau"])),
        st.none() | st.floats(0, 100),
    ),
    max_size=30,
)


@given(nights, st.integers(1, 8))
def test_history_replayed_gives_the_open_flags_and_every_flag_survives_storage(
    history: list[dict[str, Any]], every: int
) -> None:
    flags: list[Flag] = []
    told: set[str] = set()
    for place, night in enumerate(history):
        before, flags = flags, next_flags(flags, facts(place * every, **night))
        for change in changes(before, flags):
            assert (change.rule in told) == (change.change == "closed")
            told ^= {change.rule}
        stored = json.loads(json.dumps([flag.to_dict() for flag in flags]))
        assert [Flag.from_dict(row) for row in stored] == flags
        assert all(1 <= flag.severity <= 5 for flag in flags)
    assert told == {flag.rule for flag in flags if flag.state == "open"}


def test_a_flag_is_kept_in_plain_words_of_json() -> None:
    closing = Flag(
        rule="R1",
        state="open",
        since=START,
        count=2,
        severity=3,
        reasons=WHY,
        gone_since=START + dt.timedelta(days=9),
    )
    stored = {
        "rule": "R1",
        "state": "open",
        "since": "2026-01-05",
        "count": 2,
        "severity": 3,
        "reasons": [{"code": "S01", "moved": -4.2, "text": "Only 3 of 20 seats in use"}],
        "gone_since": "2026-01-14",
    }
    assert closing.to_dict() == stored
    assert Flag.from_dict(stored) == closing
    assert Flag.from_dict(stored | {"gone_since": None}).gone_since is None
