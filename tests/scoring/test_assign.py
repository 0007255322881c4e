"""Which scorecard an account has, and that no two lines claim the same accounts."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.scoring.assign import claimed, which
from metrics.scoring.config import ScorecardConfig
from metrics.signals.defaults import default_config

DEFAULT = default_config()


def line(segments: tuple[str, ...] = (), plans: tuple[str, ...] = ()) -> ScorecardConfig:
    return replace(DEFAULT, segments=segments, plans=plans)


CONFIGS = [
    DEFAULT,
    line(("Enterprise", "Public sector")),
    line(("SMB",), ("Starter",)),
    line(plans=("Scale",)),
]
NAMES = st.sampled_from(["", "Enterprise", "SMB", "Starter", "scale", "ÖFFENTLICH", "öffentlich"])


@pytest.mark.parametrize(
    ("segment", "plan", "place"),
    [
        ("Enterprise", "", 1),
        ("ENTERPRISE", "", 1),
        ("Public sector", "Starter", 1),  # the first line in order is the one
        ("Enterprise ", "", 0),  # whole texts only
        ("Enter", "", 0),
        ("SMB", "Scale", 2),
        ("Mid", "starter", 2),
        ("Mid", "Scale", 3),
        ("Scale", "SMB", 0),  # a plan is no segment
        ("Mid", "Team", 0),
        ("", "", 0),
    ],
)
def test_the_first_line_that_names_the_segment_or_the_plan_is_the_one(
    segment: str, plan: str, place: int
) -> None:
    assert which([segment], [plan], CONFIGS).tolist() == [place]


def test_all_accounts_of_a_chunk_are_answered_in_their_order() -> None:
    found = which(["SMB", "", "Enterprise", "SMB"], ["", "Scale", "", "Scale"], CONFIGS)
    assert found.tolist() == [2, 3, 1, 2]
    assert which([], [], CONFIGS).tolist() == []
    assert which(["SMB", "Enterprise"], ["", ""], [DEFAULT]).tolist() == [0, 0]


def test_upper_and_lower_case_are_alike_in_every_script() -> None:
    assert which(["STRASSE", "ΌΣΟΣ"], ["", ""], [DEFAULT, line(("straße", "όσος"))]).tolist() == [
        1,
        1,
    ]


def test_every_account_needs_a_segment_and_a_plan_even_if_they_are_empty() -> None:
    with pytest.raises(ValueError, match="zip"):
        which(["SMB"], [], CONFIGS)


@given(
    st.lists(st.tuples(NAMES, NAMES), max_size=8),
    st.lists(st.tuples(st.lists(NAMES, max_size=3), st.lists(NAMES, max_size=3)), max_size=4),
)
def test_it_is_what_a_walk_over_the_lines_finds(
    accounts: list[tuple[str, str]], lines: list[tuple[list[str], list[str]]]
) -> None:
    configs = [
        DEFAULT,
        *(line(tuple(filter(None, s)), tuple(filter(None, p))) for s, p in lines),
    ]
    found = which([s for s, _ in accounts], [p for _, p in accounts], configs)
    assert found.tolist() == [_walk(segment, plan, configs) for segment, plan in accounts]


def _walk(segment: str, plan: str, configs: list[ScorecardConfig]) -> int:
    for place, config in enumerate(configs):
        segments = [text.casefold() for text in config.segments]
        plans = [text.casefold() for text in config.plans]
        if segment.casefold() in segments or plan.casefold() in plans:
            return place
    return 0


def test_a_claim_that_another_line_has_is_named_with_that_line() -> None:
    others = {"enterprise": CONFIGS[1], "small": CONFIGS[2]}
    found = claimed(line(("smb", "Mid"), ("STARTER", "Enterprise")), others)
    assert found == [("segment", "smb", "small"), ("plan", "STARTER", "small")]
    assert claimed(DEFAULT, others) == []
    assert claimed(line(("Mid",)), others) == []
