"""Stored nights computed again out of their own raw values: nobody has touched them since."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import numpy as np
from django.db import connection, transaction

from metrics.models import Run, Scorecard
from metrics.nightly.rows import input_hash
from metrics.scoring.config import ConfigError
from metrics.scoring.version import CODE_VERSION
from metrics.signals.base import SLOTS, Floats
from metrics.signals.defaults import read_config
from metrics.signals.evaluate import for_cadence
from metrics.signals.rescore import rescore

BATCH = 1000
MOST = 20
TOLERANCE = 1e-9
WEIGHTS, RAW, POINTS = 8, 9, 13  # columns; behind RAW is what was hashed
# of another version of the code nobody can say what it would have computed
ROWS = """
SELECT s.run_id, s.scorecard_id, s.account_id, s.age_days, s.raw_score, s.coverage, s.input_hash,
       s.states, s.weights, s.raw, s.n, s.part, s.whole, s.points
FROM metrics_snapshot s JOIN metrics_run r ON r.id = s.run_id AND r.business_day = s.day
JOIN metrics_scorecard k ON k.id = s.scorecard_id
WHERE r.code_version = %s
ORDER BY s.day, s.run_id
"""
Row = tuple[Any, ...]


def changed_since() -> list[str]:
    """Snapshots whose values are not those that were hashed, or that their scorecard as it stands
    today turns into another score, coverage or other points: run and account of the first few.
    """
    return list(islice(_changed(), MOST))


def _changed() -> Iterator[str]:
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(ROWS, [CODE_VERSION])
        while rows := cursor.fetchmany(BATCH):
            for run, card in dict.fromkeys((row[0], row[1]) for row in rows):
                yield from _of_one(run, card, [row for row in rows if row[:2] == (run, card)])


def _of_one(run_id: int, card_id: int, rows: list[Row]) -> Iterator[str]:
    """Of the rows of one run under one scorecard."""
    try:
        config = read_config(Scorecard.objects.get(pk=card_id).body)
    except ConfigError as error:
        yield f"run {run_id}, scorecard {card_id}: {error}"
        return
    config = for_cadence(config, Run.objects.get(pk=run_id).tenant.cadence)
    stored_points = _floats(rows, POINTS)
    states = np.array([row[7] for row in rows], dtype=object)
    points, scored = rescore(
        config,
        raw=_floats(rows, RAW),
        states=states,
        points=stored_points,
        age_days=np.array([row[3] for row in rows], dtype=np.float64),
    )
    then = np.array([row[4:6] for row in rows], dtype=np.float64)
    now = np.stack([scored.score, np.minimum(scored.coverage, 1.0)], axis=1)
    same = _equal(now, then) & _equal(points, stored_points)
    same &= _equal(scored.weights, _floats(rows, WEIGHTS))
    for row, is_same in zip(rows, same.tolist(), strict=True):
        values = [np.array(numbers, dtype=np.float64) for numbers in row[RAW:]]
        if not is_same or bytes(row[6]) != input_hash(card_id, values, row[7]):
            yield f"run {run_id}, account {row[2]}"


def _floats(rows: list[Row], column: int) -> Floats:
    return np.array([row[column] for row in rows], dtype=np.float64).reshape(len(rows), SLOTS)


def _equal(first: Floats, second: Floats) -> Any:
    """Rows that are equal [A], NaN to NaN."""
    return np.isclose(first, second, rtol=0, atol=TOLERANCE, equal_nan=True).all(axis=1)
