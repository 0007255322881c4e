"""An override is small, reasoned, short, and never replaces the score."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.scoring.overrides import (
    Judgement,
    OverrideError,
    checked,
    points_text,
    shown_with,
)

TODAY = dt.date(2026, 3, 18)
END = dt.date(2026, 4, 1)


def made(**over: Any) -> Judgement:
    values: dict[str, Any] = {
        "points": -8,
        "reason": " They told me in person. ",
        "expires_on": END,
    } | over
    points = values.pop("points")
    return checked(points, today=TODAY, **values)


def test_an_override_that_may_stand() -> None:
    assert made() == Judgement(points=-8.0, reason="They told me in person.", expires_on=END)


@pytest.mark.parametrize("points", [15, -15, 0.5])
def test_up_to_fifteen_points_either_way(points: float) -> None:
    assert made(points=points).points == points


@pytest.mark.parametrize(
    ("over", "problems"),
    [
        ({"points": 15.1}, {"points": "At most 15 points up or down."}),
        ({"points": -16}, {"points": "At most 15 points up or down."}),
        ({"points": float("nan")}, {"points": "At most 15 points up or down."}),
        ({"points": float("inf")}, {"points": "At most 15 points up or down."}),
        ({"points": 0}, {"points": "Zero points change nothing."}),
        ({"reason": " \n"}, {"reason": "Say why: the reason is shown beside the score."}),
        ({"expires_on": TODAY}, {"expires_on": "It must end after today."}),
        (
            {"expires_on": dt.date(2026, 5, 18)},
            {"expires_on": "At most 60 days: until 17 May 2026."},
        ),
        (
            {"points": 0, "reason": "", "expires_on": dt.date(2025, 1, 1)},
            {
                "points": "Zero points change nothing.",
                "reason": "Say why: the reason is shown beside the score.",
                "expires_on": "It must end after today.",
            },
        ),
    ],
)
def test_what_is_wrong_is_said_field_by_field(
    over: dict[str, Any], problems: dict[str, str]
) -> None:
    with pytest.raises(OverrideError) as caught:
        made(**over)
    assert caught.value.problems == problems
    assert all(text in str(caught.value) for text in problems.values())


def test_sixty_days_are_allowed() -> None:
    assert made(expires_on=dt.date(2026, 5, 17)).expires_on == dt.date(2026, 5, 17)


def test_it_stands_beside_the_score_until_its_last_day() -> None:
    override = made()
    assert shown_with(72.0, override, day=TODAY) == 64
    assert shown_with(72.0, override, day=dt.date(2026, 3, 31)) == 64
    assert shown_with(72.0, override, day=END) is None
    assert shown_with(72.0, None, day=TODAY) is None
    assert shown_with(None, override, day=TODAY) is None


@given(st.floats(0, 100), st.floats(-15, 15).filter(bool))
def test_it_stays_between_zero_and_a_hundred_and_moves_at_most_fifteen(
    score: float, points: float
) -> None:
    shown = shown_with(score, made(points=points), day=TODAY)
    assert shown is not None
    assert 0 <= shown <= 100
    assert abs(shown - score) <= 15 + 1e-9


def test_points_are_written_with_their_sign_and_no_needless_decimal() -> None:
    assert [points_text(points) for points in (8, -7.5, 0.1)] == ["+8", "\u22127.5", "+0.1"]
