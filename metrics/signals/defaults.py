"""The default scorecard, out of the catalogue; and reading one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from metrics.scoring.caps import RULES
from metrics.scoring.config import ConfigError, ScorecardConfig
from metrics.signals.base import Dimension, Stage
from metrics.signals.catalogue import SIGNALS

# per cent of each dimension by stage: onboarding, engagement, breadth, training, support, sentiment
DIMENSION_WEIGHTS: dict[Stage, tuple[float, ...]] = {
    Stage.ONBOARDING: (35, 20, 10, 20, 10, 5),
    Stage.ADOPTION: (10, 32, 18, 13, 14, 13),
    Stage.MATURE: (6, 34, 22, 8, 15, 15),
}


# a day, which no scorecard has, is no text
AS_IT_IS = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_SUBCLASS
MOST_KNOWN = 64
_known: dict[bytes, ScorecardConfig] = {}


def default_config() -> ScorecardConfig:
    """Weights, curves, thresholds and caps that a new installation begins with."""
    return ScorecardConfig(
        dimensions={
            stage.value: {
                dimension.value: float(weight)
                for dimension, weight in zip(Dimension, weights, strict=True)
            }
            for stage, weights in DIMENSION_WEIGHTS.items()
        },
        signals={signal.code: float(signal.weight) for signal in SIGNALS},
        curves={signal.code: signal.curve for signal in SIGNALS},
        caps={rule.code: True for rule in RULES},
    )


def read_config(body: Mapping[str, Any]) -> ScorecardConfig:
    """A stored or imported body as a checked configuration; raises ConfigError.

    What was read before is found by the text of the whole body, so that it is never out of date:
    a page reads the same one several times.
    """
    try:
        text = orjson.dumps(body, option=AS_IT_IS)
    except TypeError:  # not JSON: it is said below what is wrong
        return _checked(body)
    found = _known.get(text)
    if found is None:
        found = _checked(body)
        if len(_known) >= MOST_KNOWN:
            _known.clear()
        _known[text] = found
    return found


def _checked(body: Mapping[str, Any]) -> ScorecardConfig:
    config = ScorecardConfig.from_dict(body, default=default_config())
    problems = {
        f"dimensions.{stage.value}.{dimension.value}": "has weight, but none of its signals has"
        for stage in Stage
        for dimension in Dimension
        if config.dimensions[stage.value][dimension.value] > 0
        and not inner_weights(config, dimension, stage)
    }
    if problems:
        raise ConfigError(problems)
    return config


def inner_weights(config: ScorecardConfig, dimension: Dimension, stage: Stage) -> dict[str, float]:
    """Weights above zero of the signals that count in a dimension and stage."""
    return {
        signal.code: config.signals[signal.code]
        for signal in SIGNALS
        if signal.dimension is dimension
        and stage in signal.stages
        and config.signals[signal.code] > 0
    }


def effective_percentages(config: ScorecardConfig, stage: Stage) -> dict[str, float]:
    """Per cent of the whole score that each signal has in a stage; they sum to 100."""
    percentages = {}
    for dimension in Dimension:
        inner = inner_weights(config, dimension, stage)
        share = config.dimensions[stage.value][dimension.value]
        for code, weight in inner.items():
            percentages[code] = share * weight / sum(inner.values())
    return percentages
