"""Weights to begin with: the default, and three others that suit other customers."""

from __future__ import annotations

from dataclasses import dataclass, replace

from metrics.scoring.config import ScorecardConfig
from metrics.signals.base import Dimension, Stage
from metrics.signals.defaults import DIMENSION_WEIGHTS, default_config


@dataclass(frozen=True, kw_only=True)
class Preset:
    """Per cent of each dimension by stage, in page order; each stage sums to 100."""

    key: str
    name: str
    says: str
    weights: dict[Stage, tuple[float, ...]]
    equal_signals: bool = False

    def config(self) -> ScorecardConfig:
        """The default scorecard with these weights."""
        default = default_config()
        return replace(
            default,
            dimensions={
                stage.value: dict(
                    zip((d.value for d in Dimension), map(float, weights), strict=True)
                )
                for stage, weights in self.weights.items()
            },
            signals=dict.fromkeys(default.signals, 1.0) if self.equal_signals else default.signals,
        )


PRESETS = (
    Preset(
        key="default",
        name="Default",
        says="Onboarding counts most in the first 90 days, then how steadily people use it.",
        weights=DIMENSION_WEIGHTS,
    ),
    Preset(
        key="equal",
        name="Equal weights",
        says="Every dimension counts the same, in every stage. The simplest to explain.",
        weights=dict.fromkeys(Stage, (17, 17, 17, 17, 16, 16)),
        equal_signals=True,
    ),
    Preset(
        key="young",
        name="Young portfolio",
        says="Most customers are new: onboarding and training weigh more, and for longer.",
        weights={
            Stage.ONBOARDING: (45, 15, 10, 20, 5, 5),
            Stage.ADOPTION: (20, 30, 15, 15, 10, 10),
            Stage.MATURE: (10, 32, 20, 10, 14, 14),
        },
    ),
    Preset(
        key="support",
        name="Support-heavy",
        says="Much of what you sell is help: tickets and answers weigh about twice as much.",
        weights={
            Stage.ONBOARDING: (30, 15, 10, 15, 25, 5),
            Stage.ADOPTION: (8, 25, 15, 10, 27, 15),
            Stage.MATURE: (5, 26, 18, 6, 28, 17),
        },
    ),
)
BY_KEY = {preset.key: preset for preset in PRESETS}
