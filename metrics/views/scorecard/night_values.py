"""What the newest published night measured of every account, as arrays a preview can score."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db import connection

from metrics.models import AccountCurrent, Run, Snapshot
from metrics.models.scores import Band
from metrics.scoring.caps import RULES
from metrics.signals.base import SLOTS, Bools, Cadence, Floats, State
from metrics.signals.catalogue import BY_CODE as SIGNAL
from metrics.signals.numbers import Value

# as text each of half a million numbers would cost more than all that is done with them
NIGHT = """
SELECT array_agg(account_id ORDER BY account_id), array_agg(band ORDER BY account_id),
       array_agg(age_days ORDER BY account_id),
       array_agg(array_to_string(states, ',') ORDER BY account_id),
       jsonb_agg(caps ORDER BY account_id)::text,
       string_agg(array_send(array_replace(raw, NULL, 'NaN')), ''::bytea ORDER BY account_id),
       string_agg(array_send(array_replace(points, NULL, 'NaN')), ''::bytea ORDER BY account_id)
FROM metrics_snapshot WHERE day = %s AND run_id = %s
"""
ARRAY_HEAD, LENGTH = 20, 4  # bytes before the elements of an array that is sent, and before each
Objects = npt.NDArray[np.object_]
Rows = npt.NDArray[np.intp]
ORDER = [band.value for band in Band]


@dataclass(frozen=True, kw_only=True)
class NightValues:
    """A accounts of one run: raw, points [A, 24] (NaN: none); measured, heard [A, 24]: whether a
    signal was in state OK, and in any but BROKEN; age_days [A]; bands [A]: places in `ORDER`;
    held [A, R]: which of `RULES` held; names, segments, plans, ids [A] as the run stored them;
    arr [A] (NaN: unknown) and its currency, empty where there are several; how often people are
    expected.
    """

    run_id: int
    day: str
    ids: Rows
    names: Objects
    segments: Objects
    plans: Objects
    bands: Rows
    held: Bools
    age_days: Floats
    raw: Floats
    points: Floats
    measured: Bools
    heard: Bools
    arr: Floats
    currency: str
    cadence: Cadence

    def take(self, rows: Rows) -> NightValues:
        """The same of some accounts; of all of them at no cost."""
        if len(rows) == len(self.ids):
            return self
        parts = {
            part.name: getattr(self, part.name)[rows]
            for part in fields(self)
            if part.name not in ("run_id", "day", "currency", "cadence")
        }
        return replace(self, **parts)


def values_of(run: Run) -> NightValues:
    """The stored values of a run; read once per process, for a run never changes."""
    return _read(run.pk, run.business_day.isoformat(), run.tenant.cadence)


def forget() -> None:
    """The next one reads again, as a new process does."""
    _read.cache_clear()


@lru_cache(maxsize=1)
def _read(run_id: int, day: str, cadence: Cadence) -> NightValues:
    with connection.cursor() as cursor:
        cursor.execute(NIGHT, [day, run_id])
        *lists, caps, raw, points = cursor.fetchone()
    ids, bands, ages, states = (found or [] for found in lists)
    measures, said = _floats(raw or b"", len(ids)), _words(states)
    columns = ("account_id", "name", "segment", "plan", "arr", "currency")
    current = {
        known[0]: known
        for known in AccountCurrent.objects.filter(run_id=run_id).values_list(*columns)
    }
    known = [current.get(pk, (pk, f"Account {pk}", "", "", None, "")) for pk in ids]
    currencies = {row[5] for row in known if row[4] is not None}
    return NightValues(
        run_id=run_id,
        day=day,
        ids=np.array(ids, dtype=np.intp),
        names=_texts(row[1] for row in known),
        segments=_texts(row[2] for row in known),
        plans=_texts(row[3] for row in known),
        bands=np.array([ORDER.index(band) for band in bands], dtype=np.intp),
        held=_held(json.loads(caps or "[]")),
        age_days=np.array(ages, dtype=np.float64),
        measured=(said == State.OK.value) & ~np.isnan(measures),
        heard=said != State.BROKEN.value,
        raw=measures,
        points=_floats(points or b"", len(ids)),
        arr=np.array([np.nan if row[4] is None else float(row[4]) for row in known]),
        currency=currencies.pop() if len(currencies) == 1 else "",
        cadence=cadence,
    )


def values_behind(values: NightValues, rows: Sequence[int], codes: Sequence[str]) -> list[Value]:
    """What people read of some accounts, each of one signal: the raw value and the pair behind it.

    Read when it is asked for: a preview shows it of 20 accounts, not of all.
    """
    ids = [int(values.ids[row]) for row in rows]
    columns = ("account_id", "raw", "part", "whole", "n")
    found = Snapshot.objects.filter(day=values.day, run_id=values.run_id, account_id__in=ids)
    known = {row[0]: row[1:] for row in found.values_list(*columns)}
    return [
        Value(
            **{
                name: np.nan if numbers[slot] is None else float(numbers[slot])
                for name, numbers in zip(columns[1:], known[account], strict=True)
            }
        )
        for account, slot in zip(ids, (SIGNAL[code].slot for code in codes), strict=True)
    ]


def _texts(texts: Iterable[str]) -> Objects:
    return np.array(list(texts), dtype=object)


def _held(rows: Iterable[list[dict[str, Any]]]) -> Bools:
    """[A, R] out of what was stored of each account's caps."""
    codes = [rule.code for rule in RULES]
    held = [{cap["rule"] for cap in caps} for caps in rows]
    found = [[code in rules for code in codes] for rules in held]
    return np.array(found, dtype=bool).reshape(len(found), len(codes))


def _words(rows: Iterable[str]) -> Objects:
    """[A, 24] out of words with commas between."""
    found = [row.split(",") for row in rows]
    return np.array(found, dtype=object).reshape(len(found), SLOTS)


def _floats(sent: bytes, accounts: int) -> Floats:
    """[A, 24], NaN for NULL, out of arrays as they are sent, one behind the other."""
    width = np.dtype(np.float64).itemsize
    size = ARRAY_HEAD + SLOTS * (LENGTH + width)
    rows = np.frombuffer(sent, dtype=np.uint8).reshape(accounts, size)[:, ARRAY_HEAD:]
    fields = rows.reshape(accounts, SLOTS, LENGTH + width)[:, :, LENGTH:]
    return np.ascontiguousarray(fields).view(">f8")[:, :, 0].astype(np.float64)
