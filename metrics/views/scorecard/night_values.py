"""What the newest published night measured of every account, as arrays a preview can score."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from metrics.models import AccountCurrent, Run, Snapshot
from metrics.signals.base import SLOTS, Floats

Objects = npt.NDArray[np.object_]


@dataclass(frozen=True, kw_only=True)
class NightValues:
    """A accounts of one run: raw, points, part, whole, n [A, 24] (NaN: none), states [A, 24],
    age_days [A]; bands, held rules, names, ids as the run stored them; arr [A] (NaN: unknown) and
    its currency, empty where there are several.
    """

    ids: list[int]
    names: list[str]
    bands: list[str]
    held: list[frozenset[str]]
    age_days: Floats
    raw: Floats
    points: Floats
    part: Floats
    whole: Floats
    n: Floats
    states: Objects
    arr: Floats
    currency: str


def values_of(run: Run) -> NightValues:
    """The stored values of a run; read once per process, for a run never changes."""
    return _read(run.pk, run.business_day.isoformat())


@lru_cache(maxsize=1)
def _read(run_id: int, day: str) -> NightValues:
    rows = list(
        Snapshot.objects.filter(day=day, run_id=run_id)
        .order_by("account_id")
        .values_list(
            "account_id",
            "band",
            "caps",
            "age_days",
            "states",
            "raw",
            "points",
            "part",
            "whole",
            "n",
        )
    )
    current = {
        account: (name, arr, currency)
        for account, name, arr, currency in AccountCurrent.objects.filter(
            run_id=run_id
        ).values_list("account_id", "name", "arr", "currency")
    }
    known = [current.get(row[0], (f"Account {row[0]}", None, "")) for row in rows]
    currencies = {currency for _, arr, currency in known if arr is not None}
    return NightValues(
        ids=[row[0] for row in rows],
        names=[name for name, _, _ in known],
        bands=[row[1] for row in rows],
        held=[frozenset(cap["rule"] for cap in row[2]) for row in rows],
        age_days=np.array([row[3] for row in rows], dtype=np.float64),
        states=np.array([row[4] for row in rows], dtype=object).reshape(len(rows), SLOTS),
        raw=_floats(row[5] for row in rows),
        points=_floats(row[6] for row in rows),
        part=_floats(row[7] for row in rows),
        whole=_floats(row[8] for row in rows),
        n=_floats(row[9] for row in rows),
        arr=np.array([np.nan if arr is None else float(arr) for _, arr, _ in known]),
        currency=currencies.pop() if len(currencies) == 1 else "",
    )


def _floats(rows: Iterable[list[float | None]]) -> Floats:
    """[A, 24], NULL as NaN; a table without rows keeps its width."""
    found = list(rows)
    return np.array(found, dtype=np.float64).reshape(len(found), SLOTS)
