"""What stands beside a value: plain words, singular and plural, nothing where nothing is to say."""

from __future__ import annotations

from typing import Any

import pytest

from metrics.signals.catalogue import BY_CODE
from metrics.signals.numbers import Value
from metrics.signals.remarks import REMARKS, in_words, remark

NAMES = {"reports": "Reports", "schedules": "Schedules", "api": "API"}


def value(part: float = 0, whole: float = 0) -> Value:
    return Value(raw=0.5, part=part, whole=whole, n=whole)


def plateau(ceiling: list[str], further: list[str]) -> dict[str, Any]:
    return {"flagged": [], "lapsed": 0, "ceiling": ceiling, "next": further, "alarm": False}


COOLED = "people have cooled down since they stopped discovering"


@pytest.mark.parametrize(
    ("code", "detail", "pair", "expected"),
    [
        (
            "S01",
            {"over_sold": True},
            (8, 24),
            "Over-sold: more seats than people who should use it",
        ),
        ("S04", {"open": True}, (63, 45), "Not reached yet; the target is 45 days"),
        ("S01", {"over_sold": False}, (8, 24), ""),
        ("S04", {"open": False}, (30, 45), ""),
        ("S07", {"arrow": -0.3023}, (7, 10), "Falling by 30\u00a0% in twelve weeks"),
        ("S07", {"arrow": 0.25}, (12, 10), "Rising by 25\u00a0% in twelve weeks"),
        ("S07", {"arrow": 0.05}, (10, 10), ""),
        (
            "S08",
            plateau(["reports"], ["schedules"]),
            (5, 12),
            f"5 of 12 {COOLED}; they all stopped at Reports; others go on to Schedules",
        ),
        (
            "S08",
            plateau(["reports", "api", "gone"], []),
            (2, 12),
            f"2 of 12 {COOLED}; they all stopped at Reports, API and gone",
        ),
        (
            "S08",
            plateau(["a", "b", "c", "reports", "api"], []),
            (2, 12),
            f"2 of 12 {COOLED}; they all stopped at 5 features, such as Reports and API",
        ),
        ("S08", plateau([], ["schedules"]), (2, 12), f"2 of 12 {COOLED}"),
        (
            "S08",
            plateau(["reports"], []),
            (1, 12),
            "1 of 12 people has cooled down since they stopped discovering;"
            " they stopped at Reports",
        ),
        ("S08", plateau(["reports"], ["schedules"]), (0, 12), ""),
        ("S12", {"personas": [1, 3]}, (2, 4), "1 of 3 personas reached"),
        ("S12", {"personas": [2, 3]}, (2, 4), "2 of 3 personas reached"),
        ("S14", {"bus_factor": 1}, (30, 40), "1 person does half of the work"),
        ("S14", {"bus_factor": 3}, (30, 90), "3 people do half of the work"),
        (
            "S15",
            {"active": 2, "trained": 1},
            (1, 3),
            "2 of 3 newcomers came often enough, 1 is trained",
        ),
        ("S15", {"active": 1, "trained": None}, (1, 3), "1 of 3 newcomers came often enough"),
        ("S16", {"deactivated": 2, "silent": 1}, (3, 10), "2 left and 1 fell silent"),
        ("S16", {"deactivated": 0, "silent": 1}, (1, 10), "1 fell silent"),
        ("S16", {"deactivated": 0, "silent": 0}, (0, 10), ""),
        (
            "S18",
            {"expected": 0.4338, "by_newcomers": 1},
            (3, 12),
            "43\u00a0% is usual at this age; 1 ticket from new people counts half",
        ),
        ("S18", {"expected": 0.4338, "by_newcomers": 0}, (3, 12), "43\u00a0% is usual at this age"),
        (
            "S21",
            {"escalated": 2, "severe": 1, "reopened": 0, "stuck": 1},
            (3, 9),
            "2 escalated, 1 severe and 1 stuck for weeks",
        ),
        ("S21", {"escalated": 0, "severe": 0, "reopened": 0, "stuck": 0}, (0, 9), ""),
        ("S24", {"deciders": 0, "last_days_ago": 1}, (1, 5), "The last one answered 1 day ago"),
        (
            "S24",
            {"deciders": 1, "last_days_ago": 12},
            (2, 5),
            "The last one answered 12 days ago; 1 of them decides or is a champion",
        ),
        (
            "S24",
            {"deciders": 2, "last_days_ago": 12},
            (2, 5),
            "The last one answered 12 days ago; 2 of them decide or are champions",
        ),
        ("S24", {"deciders": 0, "last_days_ago": None}, (0, 5), ""),
    ],
)
def test_a_detail_in_words(
    code: str, detail: dict[str, Any], pair: tuple[float, float], expected: str
) -> None:
    assert remark(code, detail, value(*pair), names=NAMES) == expected


def test_without_details_there_is_nothing_to_say() -> None:
    assert {remark(code, {}, value(), names={}) for code in BY_CODE} == {""}
    assert set(REMARKS) <= set(BY_CODE)


def test_a_list_in_words() -> None:
    assert [in_words([]), in_words(["a"]), in_words(["a", "b"])] == ["", "a", "a and b"]
