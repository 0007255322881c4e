"""A scorecard as data: weights, curves, thresholds, caps. Immutable, checked, and round-trips."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from metrics.scoring.curves import Curve, CurveError

TOTAL = 100.0
TOLERANCE = 1e-9


class ConfigError(ValueError):
    """What is wrong with a scorecard: one message per place."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        super().__init__("; ".join(f"{place}: {problem}" for place, problem in problems.items()))


@dataclass(frozen=True, kw_only=True)
class ScorecardConfig:
    """Policy of one version.

    dimensions: stage -> dimension -> per cent (sum 100 per stage). signals: code -> weight inside
    its dimension. curves: code -> Curve. red_below, green_from, margin: points. caps: rule -> on.
    min_coverage: share of weight below which there is no score. segments, plans: whom the line is
    for; both empty for the default line, which is for everybody else, and for a retired one.
    """

    dimensions: Mapping[str, Mapping[str, float]]
    signals: Mapping[str, float]
    curves: Mapping[str, Curve]
    caps: Mapping[str, bool]
    red_below: float = 60.0
    green_from: float = 75.0
    margin: float = 3.0
    min_coverage: float = 0.35
    segments: tuple[str, ...] = ()
    plans: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """As JSON; `from_dict` is the exact inverse."""
        return {
            "applies_to": {"segments": list(self.segments), "plans": list(self.plans)},
            "dimensions": {stage: dict(row) for stage, row in self.dimensions.items()},
            "signals": dict(self.signals),
            "curves": {code: curve.to_list() for code, curve in self.curves.items()},
            "caps": dict(self.caps),
            "thresholds": {
                "red_below": self.red_below,
                "green_from": self.green_from,
                "margin": self.margin,
                "min_coverage": self.min_coverage,
            },
        }

    @classmethod
    def from_dict(cls, body: Mapping[str, Any], *, default: ScorecardConfig) -> ScorecardConfig:
        """Reads a body; what it leaves out is taken from `default` (a signal may be younger than
        the scorecard). Raises ConfigError that names every place that is wrong.
        """
        problems: dict[str, str] = {}
        for place in body.keys() - default.to_dict().keys():
            problems[place] = "is not a part of a scorecard"
        applies_to = _applies_to(body.get("applies_to", {}), problems)
        config = cls(
            segments=applies_to["segments"],
            plans=applies_to["plans"],
            dimensions=_dimensions(body.get("dimensions", {}), default.dimensions, problems),
            signals=_numbers(body.get("signals", {}), default.signals, "signals", problems),
            curves=_curves(body.get("curves", {}), default.curves, problems),
            caps=_caps(body.get("caps", {}), default.caps, problems),
            **_numbers(
                body.get("thresholds", {}),
                default.to_dict()["thresholds"],
                "thresholds",
                problems,
            ),
        )
        if not problems:
            _check_thresholds(config, problems)
        if problems:
            raise ConfigError(problems)
        return config


def _numbers(
    given: Any, default: Mapping[str, float], place: str, problems: dict[str, str]
) -> dict[str, float]:
    """Numbers, not negative, under the names of the default only."""
    numbers = dict(default)
    if not isinstance(given, Mapping):
        problems[place] = "must be a table of numbers"
        return numbers
    for name, value in given.items():
        if name not in default:
            problems[f"{place}.{name}"] = "is not known"
        elif isinstance(value, bool) or not isinstance(value, int | float):
            problems[f"{place}.{name}"] = f"{value!r} is not a number"
        elif not math.isfinite(value) or value < 0:
            problems[f"{place}.{name}"] = f"{value:g} must be zero or more"
        else:
            numbers[name] = float(value)
    return numbers


def _dimensions(
    given: Any, default: Mapping[str, Mapping[str, float]], problems: dict[str, str]
) -> dict[str, dict[str, float]]:
    rows = {}
    if not isinstance(given, Mapping):
        problems["dimensions"] = "must be a table per stage"
        given = {}
    for stage in given.keys() - default.keys():
        problems[f"dimensions.{stage}"] = "is not a stage"
    for stage, row in default.items():
        place = f"dimensions.{stage}"
        rows[stage] = _numbers(given.get(stage, {}), row, place, problems)
        total = sum(rows[stage].values())
        if abs(total - TOTAL) > TOLERANCE:
            problems[place] = f"weights sum to {total:g}, they must sum to 100"
    return rows


def _curves(given: Any, default: Mapping[str, Curve], problems: dict[str, str]) -> dict[str, Curve]:
    curves = dict(default)
    if not isinstance(given, Mapping):
        problems["curves"] = "must be a list of anchors per signal"
        return curves
    for code, anchors in given.items():
        if code not in default:
            problems[f"curves.{code}"] = "is not known"
            continue
        try:
            curves[code] = Curve(*anchors)
        except CurveError as error:
            problems[f"curves.{code}"] = str(error)
        except (TypeError, ValueError):
            problems[f"curves.{code}"] = "must be a list of pairs [raw, points]"
    return curves


def _caps(given: Any, default: Mapping[str, bool], problems: dict[str, str]) -> dict[str, bool]:
    caps = dict(default)
    if not isinstance(given, Mapping):
        problems["caps"] = "must be a table of true and false"
        return caps
    for rule, on in given.items():
        if rule not in default:
            problems[f"caps.{rule}"] = "is not known"
        elif not isinstance(on, bool):
            problems[f"caps.{rule}"] = f"{on!r} is neither true nor false"
        else:
            caps[rule] = on
    return caps


def _applies_to(given: Any, problems: dict[str, str]) -> dict[str, tuple[str, ...]]:
    """Names of segments and plans; each once, upper and lower case alike."""
    names: dict[str, tuple[str, ...]] = {"segments": (), "plans": ()}
    if not isinstance(given, Mapping):
        problems["applies_to"] = "must be a table with segments and plans"
        return names
    for kind, texts in given.items():
        place = f"applies_to.{kind}"
        if kind not in names:
            problems[place] = "is not known"
        elif not isinstance(texts, list | tuple):
            problems[place] = "must be a list of texts"
        else:
            names[kind] = _texts(texts, place, problems)
    return names


def _texts(given: Sequence[Any], place: str, problems: dict[str, str]) -> tuple[str, ...]:
    seen: set[str] = set()
    for text in given:
        if not isinstance(text, str) or text != text.strip() or not text or "\0" in text:
            problems[place] = f"{text!r} is not a name"
            return ()
        if text.casefold() in seen:
            problems[place] = f"{text!r} is there twice"
            return ()
        seen.add(text.casefold())
    return tuple(given)


def _check_thresholds(config: ScorecardConfig, problems: dict[str, str]) -> None:
    if not 0 < config.red_below < config.green_from <= 100:
        problems["thresholds"] = "red must lie below green, both between 0 and 100"
    elif config.margin > (config.green_from - config.red_below) / 2:
        problems["thresholds.margin"] = "is wider than half of amber: no score could leave a band"
    if config.min_coverage > 1:
        problems["thresholds.min_coverage"] = "is a share and cannot be above 1"
