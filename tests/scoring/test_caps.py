"""Rules that hold a score down, and what becomes of them when usage is lost."""

from __future__ import annotations

import numpy as np
import pytest

from metrics.scoring.caps import CapFacts, apply, silent_business_days

ON = {"R1": True, "R4": True, "R7": True}


def facts(**over: object) -> CapFacts:
    values: dict[str, object] = {
        "age_days": 200.0,
        "silent_days": 3.0,
        "seat_share": 0.6,
        "usage_lives": True,
        "usage_lost": False,
        "usage_speaks": False,
        "notice_given": False,
        "has_before": False,
    } | over
    held = values.pop("held", {})
    assert isinstance(held, dict)
    arrays = {key: np.array([value]) for key, value in values.items()}
    return CapFacts(held={rule: np.array([on]) for rule, on in held.items()}, **arrays)


def capped(score: float = 90, on: dict[str, bool] = ON, **over: object) -> tuple[float, list[str]]:
    final, holds = apply(np.array([score]), facts(**over), on)
    return float(final[0]), [rule for rule, held in holds.items() if held[0]]


@pytest.mark.parametrize(
    ("over", "expected"),
    [
        ({}, (90, [])),
        ({"silent_days": 20}, (90, [])),
        ({"silent_days": 21}, (30, ["R1"])),
        ({"silent_days": 21, "age_days": 29}, (90, [])),
        ({"seat_share": 0.19}, (45, ["R4"])),
        ({"seat_share": 0.2}, (90, [])),
        ({"seat_share": 0.1, "age_days": 60}, (90, [])),
        ({"seat_share": np.nan}, (90, [])),
        ({"notice_given": True}, (90, ["R7"])),
        ({"silent_days": 40, "seat_share": 0.0}, (30, ["R1", "R4"])),
        ({"silent_days": 40, "usage_lives": False}, (90, [])),
        ({"silent_days": 40, "on": {"R1": False, "R4": True, "R7": True}}, (90, [])),
    ],
)
def test_a_rule_holds_from_its_limit_on(over: dict, expected: tuple[float, list[str]]) -> None:
    assert capped(**over) == expected


def test_a_cap_never_lifts() -> None:
    assert capped(20, silent_days=40) == (20, ["R1"])


def test_a_score_that_is_not_there_stays_away() -> None:
    assert np.isnan(capped(np.nan, silent_days=40)[0])


def test_losing_usage_neither_lifts_a_cap_nor_invents_one() -> None:
    lost = {"usage_lives": False, "usage_lost": True, "usage_speaks": False}
    assert capped(silent_days=40, has_before=True, held={"R1": False}, **lost) == (90, [])
    assert capped(silent_days=3, has_before=True, held={"R1": True}, **lost) == (30, ["R1"])
    assert capped(silent_days=40, **lost) == (30, ["R1"])
    # facts still arrive: then silence is silence
    speaks = lost | {"usage_speaks": True, "has_before": True}
    assert capped(silent_days=40, held={"R1": False}, **speaks) == (30, ["R1"])


def test_facts_that_arrive_from_a_lost_source_still_count() -> None:
    lost = {"usage_lives": False, "usage_lost": True, "usage_speaks": True}
    lost |= {"has_before": True, "held": {"R4": False}}
    assert capped(seat_share=0.1, **lost) == (45, ["R4"])
    assert capped(seat_share=0.3, **lost) == (90, [])


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
