"""A scorecard as data: it round-trips exactly, and what is wrong with it is named."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.scoring.config import ConfigError, ScorecardConfig
from metrics.scoring.version import CODE_VERSION
from metrics.signals.base import Dimension, Stage
from metrics.signals.catalogue import SIGNALS
from metrics.signals.defaults import default_config, effective_percentages, read_config

DEFAULT = default_config()
MATURE = {"onboarding": 6, "engagement": 34, "breadth": 22, "training": 8} | {
    "support": 15,
    "sentiment": 15,
}


def problems(body: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(ConfigError) as caught:
        read_config(body)
    return caught.value.problems


def test_the_default_is_what_the_specification_says() -> None:
    body = DEFAULT.to_dict()
    assert body["dimensions"] == {
        "onboarding": dict(zip(Dimension, (35, 20, 10, 20, 10, 5), strict=True)),
        "adoption": dict(zip(Dimension, (10, 32, 18, 13, 14, 13), strict=True)),
        "mature": MATURE,
    }
    weights = "S01 4 S03 4 S04 2 S05 5 S06 2 S07 4 S08 2 S09 3 S10 2 S11 2 S12 3 S13 1 S14 3 S15 2"
    weights += " S16 1 S02 1 S17 2 S18 2 S19 2 S20 3 S21 2 S22 5 S23 2 S24 3"
    words = weights.split()
    assert body["signals"] == dict(zip(words[::2], map(float, words[1::2]), strict=True))
    assert body["thresholds"] == {
        "red_below": 60,
        "green_from": 75,
        "margin": 3,
        "min_coverage": 0.35,
    }
    assert body["caps"] == {f"R{number}": True for number in range(1, 10)}


def test_it_survives_a_journey_as_text() -> None:
    assert read_config(json.loads(json.dumps(DEFAULT.to_dict()))) == DEFAULT


def test_what_a_body_leaves_out_is_the_default() -> None:
    assert read_config({}) == DEFAULT
    changed = read_config({"signals": {"S05": 6}, "caps": {"R4": False}})
    assert changed.signals == {**DEFAULT.signals, "S05": 6}
    assert changed.caps == {**DEFAULT.caps, "R4": False}
    assert changed.curves == DEFAULT.curves


@given(st.permutations([10, 20, 30, 15.5, 24.5, 0.0]), st.sampled_from(list(Stage)))
def test_any_weights_that_sum_to_a_hundred_round_trip(weights: list[float], stage: Stage) -> None:
    row = dict(zip(map(str, Dimension), weights, strict=True))
    config = read_config({"dimensions": {stage.value: row}})
    assert config.dimensions[stage.value] == row
    assert read_config(config.to_dict()) == config
    shares = effective_percentages(config, stage)
    assert sum(shares.values()) == pytest.approx(100)
    for dimension in Dimension:
        codes = [s.code for s in SIGNALS if s.dimension is dimension and s.code in shares]
        assert sum(shares[code] for code in codes) == pytest.approx(row[dimension.value])


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"colour": 1}, {"colour": "is not a part of a scorecard"}),
        (
            {"dimensions": {"mature": MATURE | {"onboarding": 7}}},
            {"dimensions.mature": "weights sum to 101, they must sum to 100"},
        ),
        (
            {"dimensions": {"mature": MATURE | {"onboarding": 6.1, "engagement": 33.8}}},
            {"dimensions.mature": "weights sum to 99.9, they must sum to 100"},
        ),
        ({"dimensions": {"renewal": {}}}, {"dimensions.renewal": "is not a stage"}),
        ({"dimensions": [1]}, {"dimensions": "must be a table per stage"}),
        ({"dimensions": {"mature": 3}}, {"dimensions.mature": "must be a table of numbers"}),
        (
            {"dimensions": {"mature": {"usage": 0}}},
            {"dimensions.mature.usage": "is not known"},
        ),
        ({"signals": {"S99": 1}}, {"signals.S99": "is not known"}),
        ({"signals": {"S05": -1}}, {"signals.S05": "-1 must be zero or more"}),
        ({"signals": {"S05": float("inf")}}, {"signals.S05": "inf must be zero or more"}),
        ({"signals": {"S05": "4"}}, {"signals.S05": "'4' is not a number"}),
        ({"signals": {"S05": True}}, {"signals.S05": "True is not a number"}),
        ({"curves": {"S99": []}}, {"curves.S99": "is not known"}),
        ({"curves": 5}, {"curves": "must be a list of anchors per signal"}),
        ({"curves": {"S05": [[0, 0]]}}, {"curves.S05": "a curve needs at least two anchors"}),
        ({"curves": {"S05": [1, 2]}}, {"curves.S05": "must be a list of pairs [raw, points]"}),
        ({"caps": {"R99": True}}, {"caps.R99": "is not known"}),
        ({"caps": {"R4": 1}}, {"caps.R4": "1 is neither true nor false"}),
        ({"caps": []}, {"caps": "must be a table of true and false"}),
        ({"applies_to": []}, {"applies_to": "must be a table with segments and plans"}),
        ({"applies_to": {"regions": []}}, {"applies_to.regions": "is not known"}),
        ({"applies_to": {"plans": "Scale"}}, {"applies_to.plans": "must be a list of texts"}),
        ({"applies_to": {"plans": ["A", 3]}}, {"applies_to.plans": "3 is not a name"}),
        ({"applies_to": {"plans": [""]}}, {"applies_to.plans": "'' is not a name"}),
        ({"applies_to": {"plans": [" A"]}}, {"applies_to.plans": "' A' is not a name"}),
        ({"applies_to": {"plans": ["A\0"]}}, {"applies_to.plans": "'A\\x00' is not a name"}),
        ({"applies_to": {"segments": ["A", "a"]}}, {"applies_to.segments": "'a' is there twice"}),
        (
            {"thresholds": {"red_below": 80}},
            {"thresholds": "red must lie below green, both between 0 and 100"},
        ),
        (
            {"thresholds": {"margin": 8}},
            {"thresholds.margin": "is wider than half of amber: no score could leave a band"},
        ),
        (
            {"thresholds": {"min_coverage": 1.5}},
            {"thresholds.min_coverage": "is a share and cannot be above 1"},
        ),
        (
            {"signals": {"S02": 0}},
            {
                f"dimensions.{stage.value}.training": "has weight, but none of its signals has"
                for stage in Stage
            },
        ),
    ],
)
def test_what_is_wrong_is_named(body: dict[str, Any], expected: dict[str, str]) -> None:
    assert problems(body) == expected


def test_every_mistake_is_told_at_once() -> None:
    found = problems({"signals": {"S05": -1, "S07": "x"}, "caps": {"R10": True}})
    assert sorted(found) == ["caps.R10", "signals.S05", "signals.S07"]
    error = ConfigError(found)
    assert str(error).startswith("signals.S05: -1 must be zero or more; ")


def test_it_says_whom_it_is_for() -> None:
    assert DEFAULT.to_dict()["applies_to"] == {"segments": [], "plans": []}
    config = read_config({"applies_to": {"segments": ["Enterprise", "SMB"]}})
    assert (config.segments, config.plans) == (("Enterprise", "SMB"), ())


def test_a_scorecard_never_changes() -> None:
    with pytest.raises(AttributeError):
        DEFAULT.margin = 4.0  # type: ignore[misc]
    assert isinstance(DEFAULT, ScorecardConfig)


def test_the_version_on_a_run_is_the_version_of_the_code() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())
    assert project["project"]["version"] == CODE_VERSION
