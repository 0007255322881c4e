"""The same accounts told otherwise: twice the people, some weeks later, in another order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from metrics.signals.base import Floats, Frames
from metrics.signals.catalogue import SIGNALS

OF_PEOPLE = ("feature_use", "training")
OF_ACCOUNTS = ("milestones", "tickets", "surveys")
Order = npt.NDArray[np.intp]


def raws(frames: Frames) -> dict[str, tuple[Floats, list[str]]]:
    """Per signal the raw values and the states of all accounts."""
    tables = {signal.code: signal.raw(frames) for signal in SIGNALS}
    return {
        code: (table["raw"].to_numpy(dtype=np.float64), [str(state) for state in table["state"]])
        for code, table in tables.items()
    }


def twice(frames: Frames) -> Frames:
    """Everybody has a double who does the same and has a seat of her own; nothing else changes."""
    order = np.repeat(np.arange(len(frames.people), dtype=np.intp), 2)
    people = frames.people.iloc[order].reset_index(drop=True)
    facts: dict[str, Any] = {
        name: pd.concat([_of_double(getattr(frames, name), copy) for copy in (0, 1)])
        for name in OF_PEOPLE
    }
    facts |= {name: _of_double(getattr(frames, name), 0) for name in ("tickets", "surveys")}
    return replace(
        frames,
        accounts=frames.accounts.assign(seats=2 * frames.accounts["seats"]),
        seats_by_week=2 * frames.seats_by_week,
        people=people.assign(person_id=np.arange(len(people)) + 1),
        active=frames.active[order],
        **{name: table.reset_index(drop=True) for name, table in facts.items()},
    )


def _of_double(table: pd.DataFrame, copy: int) -> pd.DataFrame:
    """The facts of a person, told of her (0) or of her double (1)."""
    return table.assign(
        person=table["person"].where(table["person"] < 0, 2 * table["person"] + copy)
    )


def later(frames: Frames, *, weeks: int) -> Frames:
    """Everything that happened, so many weeks later."""
    shift = dt.timedelta(weeks=weeks)
    known = frames.portfolio
    return replace(
        frames,
        day=frames.day + shift,
        weeks=tuple(week + shift for week in frames.weeks),
        tickets=frames.tickets.assign(
            opened=frames.tickets["opened"] + shift,
            first_answer=frames.tickets["first_answer"] + shift,
        ),
        portfolio=replace(
            known,
            season={week + shift: g for week, g in known.season.items()},
            incident_days=frozenset(day + shift for day in known.incident_days),
        ),
    )


def shuffled(frames: Frames, order: Order, *, seed: int) -> Frames:
    """Accounts in the given order (new position -> old), and everything else in any: other ids,
    other neighbours.
    """
    random = np.random.default_rng(seed)
    place = np.argsort(order)  # old position -> new
    people = frames.people.assign(account=place[frames.people["account"]])
    mixed = random.permutation(len(people))
    mixed = mixed[np.argsort(people["account"].to_numpy()[mixed], kind="stable")]
    moved = np.append(np.argsort(mixed), -1)  # the last for nobody in particular
    ids = random.permutation(len(people)) + 1
    tables: dict[str, Any] = {}
    for name in (*OF_PEOPLE, *OF_ACCOUNTS):
        table = getattr(frames, name)
        table = table.iloc[random.permutation(len(table))].reset_index(drop=True)
        if "person" in table:
            table = table.assign(person=moved[table["person"]])
        if "account" in table:
            table = table.assign(account=place[table["account"]])
        tables[name] = table
    return replace(
        frames,
        accounts=frames.accounts.iloc[order].reset_index(drop=True),
        last_use=frames.last_use[order],
        people=people.iloc[mixed].reset_index(drop=True).assign(person_id=ids),
        active=frames.active[mixed],
        seats_by_week=frames.seats_by_week[order],
        unheard=frames.unheard[order],
        source_state=_in_order(frames.source_state, order),
        late_days=_in_order(frames.late_days, order),
        **tables,
    )


def _in_order(by_source: Mapping[Any, Any], order: Order) -> dict[Any, Any]:
    return {source: values[order] for source, values in by_source.items()}
