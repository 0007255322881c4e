"""A scorecard as text that people review and edit (TOML). Pure."""

from __future__ import annotations

import tomllib

import tomli_w

from metrics.scoring.config import ConfigError, ScorecardConfig
from metrics.signals.defaults import read_config


def to_text(config: ScorecardConfig) -> str:
    """Every part of a scorecard; `from_text` is the exact inverse."""
    return tomli_w.dumps(config.to_dict())


def from_text(text: str, *, names_whom: bool = False) -> ScorecardConfig:
    """What the text leaves out is the default; with `names_whom` it must say whom it is for.

    Raises TOMLDecodeError, and ConfigError that names every place that is wrong.
    """
    body = tomllib.loads(text)
    if names_whom and "applies_to" not in body:
        raise ConfigError({"applies_to": "is missing: name segments or plans (none: for nobody)"})
    return read_config(body)
