"""Last night's stored values scored once more, each account under the scorecard of its line."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np

from metrics.models.scorecards import in_order
from metrics.scoring.assign import Places, which
from metrics.scoring.bands import AMBER, GREEN, GREY, RED
from metrics.scoring.caps import RULES
from metrics.scoring.config import ScorecardConfig
from metrics.signals.base import SLOTS, Floats
from metrics.signals.evaluate import for_cadence
from metrics.signals.rescore import curved, score_points
from metrics.views.scorecard.night_values import ORDER, NightValues, Rows

RED_AT, AMBER_AT, GREEN_AT, GREY_AT = (ORDER.index(band) for band in (RED, AMBER, GREEN, GREY))


@dataclass(frozen=True, kw_only=True)
class Scored:
    """raw_score, final [A]: before and after caps, NaN where there is no score. coverage [A].
    points, weights [A, 24]. bands [A]: as they settle, places in `ORDER`. red_below, green_from
    [A]: the thresholds that counted.
    """

    raw_score: Floats
    final: Floats
    coverage: Floats
    points: Floats
    weights: Floats
    bands: Rows
    red_below: Floats
    green_from: Floats

    def take(self, rows: Rows) -> Scored:
        """The same of some accounts; of all of them at no cost."""
        if len(rows) == len(self.final):
            return self
        return Scored(**{part.name: getattr(self, part.name)[rows] for part in fields(self)})


_LIVE: dict[tuple[int, str], Scored] = {}  # the last one asked for


def scored_live(values: NightValues, configs: Mapping[str, ScorecardConfig]) -> Scored:
    """All accounts of a night under the live versions, by line: the same from one preview to the
    next, so that only the draft's side has to be scored.
    """
    names = sorted(configs, key=in_order)
    texts = {name: configs[name].to_dict() for name in names}
    key = (values.run_id, json.dumps(texts, sort_keys=True))
    found = _LIVE.get(key)
    if found is None:
        chosen = [configs[name] for name in names]
        found = scored(values, chosen, places_of(values, chosen))
        _LIVE.clear()
        _LIVE[key] = found
    return found


def places_of(values: NightValues, configs: list[ScorecardConfig]) -> Places:
    """Each account's place in `configs`; where there is only the default nobody is looked up."""
    if len(configs) == 1:
        return np.zeros(len(values.ids), dtype=np.intp)
    return which(values.segments.tolist(), values.plans.tolist(), configs)


def scored(values: NightValues, configs: Sequence[ScorecardConfig], of: Places) -> Scored:
    """All accounts; of [A] is the place of each one's scorecard in `configs`."""
    accounts = len(values.ids)
    score, coverage = np.full(accounts, np.nan), np.zeros(accounts)
    points, weights = np.full((accounts, SLOTS), np.nan), np.zeros((accounts, SLOTS))
    for place in np.unique(of):
        rows = np.flatnonzero(of == place)
        part = values.take(rows)
        config = for_cadence(configs[place], values.cadence)
        points[rows] = new = curved(
            config, raw=part.raw, measured=part.measured, points=part.points
        )
        found = score_points(
            new, counted=part.heard & ~np.isnan(new), age_days=part.age_days, config=config
        )
        score[rows], weights[rows] = found.score, found.weights
        coverage[rows] = found.coverage
    final = np.minimum(score, _limits(values, configs, of))  # NaN stays NaN
    return Scored(
        raw_score=score,
        final=final,
        coverage=coverage,
        points=points,
        weights=weights,
        bands=asked_bands(final, values.bands, configs, of),
        red_below=_each(configs, of, "red_below"),
        green_from=_each(configs, of, "green_from"),
    )


def asked_bands(score: Floats, bands: Rows, configs: Sequence[ScorecardConfig], of: Places) -> Rows:
    """`metrics.scoring.bands.asked_band` of all accounts at once; grey where there is no score."""
    margin = _each(configs, of, "margin")
    red_edge = _each(configs, of, "red_below") + np.where(bands == RED_AT, margin, -margin)
    green_edge = _each(configs, of, "green_from") + np.where(bands == GREEN_AT, -margin, margin)
    asked = np.where(score >= green_edge, GREEN_AT, AMBER_AT)
    asked = np.where(score < red_edge, RED_AT, asked)
    return np.where(np.isnan(score), GREY_AT, asked).astype(np.intp)


def _each(configs: Sequence[ScorecardConfig], of: Places, name: str) -> Floats:
    """A threshold of each account's scorecard [A]."""
    values: Floats = np.array([getattr(config, name) for config in configs], dtype=np.float64)
    return values[of]


def _limits(values: NightValues, configs: Sequence[ScorecardConfig], of: Places) -> Floats:
    """The lowest cap that held and is on [A]; 100 where there is none."""
    caps = [np.inf if rule.cap is None else rule.cap for rule in RULES]
    on = np.array([[config.caps.get(rule.code, False) for rule in RULES] for config in configs])
    counts = np.where(values.held & on[of], np.array(caps, dtype=np.float64), np.inf)
    limits: Floats = np.minimum(counts.min(axis=1, initial=np.inf), 100.0)
    return limits
