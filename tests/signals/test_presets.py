"""The weights that a new organisation chooses from."""

from __future__ import annotations

import pytest

from metrics.scoring.config import ScorecardConfig
from metrics.signals.base import Dimension, Stage
from metrics.signals.defaults import default_config
from metrics.signals.presets import BY_KEY, PRESETS, Preset

SHARES = {
    # of the mature stage: onboarding, engagement, adoption, training, support, sentiment
    "default": None,
    "equal": (17, 17, 17, 17, 16, 16),
    "young": (10, 32, 20, 10, 14, 14),
    "support": (5, 26, 18, 6, 28, 17),
}


def test_the_default_preset_is_the_default_scorecard() -> None:
    assert BY_KEY["default"].config() == default_config()


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.key)
def test_every_stage_of_a_preset_sums_to_a_hundred_and_nothing_but_weights_differs(
    preset: Preset,
) -> None:
    config, default = preset.config(), default_config()
    assert {stage: sum(shares.values()) for stage, shares in config.dimensions.items()} == {
        stage.value: 100 for stage in Stage
    }
    told = SHARES[preset.key]
    if told:
        assert config.dimensions[Stage.MATURE.value] == dict(
            zip((dimension.value for dimension in Dimension), told, strict=True)
        )
    rest = [name for name in ScorecardConfig.__dataclass_fields__ if name != "dimensions"]
    differs = [name for name in rest if getattr(config, name) != getattr(default, name)]
    assert differs == (["signals"] if preset.equal_signals else [])


def test_equal_weights_are_equal_for_every_signal_too() -> None:
    assert set(BY_KEY["equal"].config().signals.values()) == {1.0}
    assert set(BY_KEY["equal"].config().signals) == set(default_config().signals)
