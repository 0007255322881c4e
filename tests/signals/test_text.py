"""A scorecard as text: whatever it says survives the journey, to the last digit."""

from __future__ import annotations

import json
import tomllib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metrics.scoring.config import ConfigError, ScorecardConfig
from metrics.scoring.curves import Curve
from metrics.signals.defaults import default_config, read_config
from metrics.signals.text import from_text, to_text

DEFAULT = default_config()
TEXTS = st.text(max_size=12).filter(lambda text: text == text.strip() != "" and "\0" not in text)
NAMES = st.lists(TEXTS, max_size=4, unique_by=str.casefold).map(tuple)
WEIGHTS = st.floats(0.1, 1e6)


@st.composite
def curves(draw: st.DrawFn) -> Curve:
    """Two to five anchors."""
    raw = sorted(draw(st.lists(st.floats(-1e9, 1e9), min_size=2, max_size=5, unique=True)))
    points = draw(st.lists(st.floats(0, 100), min_size=len(raw), max_size=len(raw)))
    return Curve(*zip(raw, points, strict=True))


@st.composite
def configs(draw: st.DrawFn) -> ScorecardConfig:
    """Any scorecard that is whole: whatever weights, curves, caps, thresholds, segments, plans."""
    red = draw(st.floats(1, 98))
    green = draw(st.floats(red + 0.5, 100))
    few = draw(st.lists(st.sampled_from(list(DEFAULT.curves)), max_size=4, unique=True))
    return ScorecardConfig(
        dimensions={
            stage: dict(zip(row, draw(st.permutations(list(row.values()))), strict=True))
            for stage, row in DEFAULT.dimensions.items()
        },
        signals={**DEFAULT.signals, **{code: draw(WEIGHTS) for code in few}},
        curves={**DEFAULT.curves, **{code: draw(curves()) for code in few}},
        caps={rule: draw(st.booleans()) for rule in DEFAULT.caps},
        red_below=red,
        green_from=green,
        margin=draw(st.floats(0, (green - red) / 2)),
        min_coverage=draw(st.floats(0, 1)),
        segments=draw(NAMES),
        plans=draw(NAMES),
    )


@given(configs())
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_any_scorecard_round_trips_to_the_last_digit(config: ScorecardConfig) -> None:
    text = to_text(config)
    assert from_text(text) == config
    assert to_text(from_text(text)) == text
    assert read_config(json.loads(json.dumps(config.to_dict()))) == config


def test_the_default_as_text_names_every_part() -> None:
    body = tomllib.loads(to_text(DEFAULT))
    assert list(body) == ["applies_to", "dimensions", "signals", "curves", "caps", "thresholds"]
    assert from_text("") == DEFAULT


def test_a_text_for_another_line_says_whom_it_is_for() -> None:
    with pytest.raises(ConfigError, match="applies_to: is missing"):
        from_text("[signals]\nS05 = 6", names_whom=True)
    assert from_text("[applies_to]", names_whom=True) == DEFAULT
    scale = from_text('[applies_to]\nplans = ["Scale"]', names_whom=True)
    assert (scale.segments, scale.plans) == ((), ("Scale",))


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("colour = 1", "colour"),
        ("[dimensions.old]\nonboarding = 1", "dimensions.old"),
        ("[dimensions.mature]\nusage = 0", "dimensions.mature.usage"),
        ("[signals]\nS99 = 1", "signals.S99"),
        ("[curves]\nS99 = [[0, 0], [1, 100]]", "curves.S99"),
        ("[caps]\nR99 = true", "caps.R99"),
        ("[thresholds]\namber = 3", "thresholds.amber"),
        ("[applies_to]\nregions = []", "applies_to.regions"),
    ],
)
def test_an_unknown_name_is_refused_with_its_place(text: str, place: str) -> None:
    with pytest.raises(ConfigError) as caught:
        from_text(text)
    assert list(caught.value.problems) == [place]
