"""What evidence is: a sentence of arithmetic, and the rows it is made of. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from metrics.signals.base import Bools, Floats, Frames, State
from metrics.signals.numbers import NBSP, count, number, percent

Cell = str | int | float | bool | None
Places = npt.NDArray[np.intp]
Judgements = npt.NDArray[np.object_]
COUNTS, HURT = "counts", "hurt"
TIMES = "\u00d7"
LISTED = 4  # of a long sum, before the dots


class Form(StrEnum):
    """How the cells of a column are written."""

    TEXT = "text"
    PERSON = "person"  # a person's id; None: nobody knows who
    DATE = "date"  # ISO text
    AGO = "ago"  # whole days before the business day
    LAST = "last"  # the same of somebody's last activity; None: not in the 53 weeks known here
    COUNT = "count"
    NUMBER = "number"  # one decimal
    FINE = "fine"  # two decimals
    SHARE = "share"  # of one
    HOURS = "hours"
    YES = "yes"  # yes or no


@dataclass(frozen=True, kw_only=True)
class Column:
    """key: its name as data; heading: for people."""

    key: str
    heading: str
    form: Form = Form.TEXT


PERSON = Column(key="person_id", heading="Person", form=Form.PERSON)
GROUP = Column(key="group", heading="Group")
LAST = Column(key="last_active", heading="Last active", form=Form.LAST)


@dataclass(frozen=True, kw_only=True)
class Row:
    """cells: plain values, one per column, the first says what the row is about. counts: whether
    it speaks for the account or against it; None: it is shown, but not counted or neither.
    """

    cells: tuple[Cell, ...]
    counts: bool | None


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """The facts behind one signal of one account.

    sentence: the arithmetic with its numbers, or why there is no value. terms: the numbers of the
    arithmetic that are in no row (seats, priors, targets): rows and terms give the raw value back.
    rows: what hurts most comes first. note: which source is late or down; "" where none is. raw:
    what the facts that are there give, None where they give nothing.
    """

    code: str
    sentence: str
    note: str = ""
    raw: float | None = None
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    terms: Mapping[str, float]

    def records(self) -> list[dict[str, Cell]]:
        """The rows as plain data: counts ("for", "against" or None), and a value per column."""
        names = {True: "for", False: "against", None: None}
        keys = [column.key for column in self.columns]
        return [
            {COUNTS: names[row.counts], **dict(zip(keys, row.cells, strict=True))}
            for row in self.rows
        ]


@dataclass(frozen=True, kw_only=True)
class Case:
    """One account among the frames, and what the signal found for it."""

    frames: Frames
    account: int
    found: pd.Series

    @property
    def has_value(self) -> bool:
        """Whether the signal has a raw value."""
        return str(self.found["state"]) == State.OK.value

    def of(self, values: Floats) -> float:
        """The account's one of some values [A]."""
        return float(values[self.account])

    def mine(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The account's rows of a table with an account column."""
        return rows[(rows["account"] == self.account).to_numpy(dtype=bool)]

    def people(self, chosen: Bools) -> Places:
        """Positions of the account's people among the chosen ones [P]."""
        hers = (self.frames.people["account"] == self.account).to_numpy(dtype=bool)
        return np.flatnonzero(hers & chosen)


def rows_of(case: Case, who: Places, **cells: Any) -> pd.DataFrame:
    """One row per person: `person_id` and the cells, each [len(who)] or one for all."""
    ids = case.frames.people["person_id"].to_numpy(dtype=np.int64)[who]
    return pd.DataFrame({"person_id": ids, **cells}, index=pd.RangeIndex(len(who)))


def ids_of(frames: Frames, persons: pd.Series) -> npt.NDArray[np.object_]:
    """Ids of the people at some positions, None for nobody in particular."""
    ids = [*frames.people["person_id"].tolist(), None]
    return np.array([*(ids[place] for place in persons), None], dtype=object)[:-1]


def quiet_days(frames: Frames) -> Floats:
    """Days since each person was last active [P]; NaN: not in the 53 weeks known here."""
    ago = np.argmax(frames.active[:, ::-1], axis=1) + 1.0
    return np.where(frames.active.any(axis=1), ago, np.nan)


def judged(good: Any, *, counted: Any = True) -> Judgements:
    """Per row True (for), False (against), or None where it is not counted."""
    both = zip(*np.broadcast_arrays(good, counted), strict=True)
    said = [bool(is_good) if is_counted else None for is_good, is_counted in both]
    return np.array(said, dtype=object)


def evidence_of(
    code: str,
    sentence: str,
    *,
    columns: Sequence[Column],
    rows: pd.DataFrame,
    terms: Mapping[str, float] | None = None,
) -> Evidence:
    """rows: a column per `columns`, `counts` (True, False, None), and `hurt`: of rows that count
    alike the highest comes first, unknown ones last; else they stay as they are.
    """
    rank = rows[COUNTS].map({False: 0, True: 1}).fillna(2).to_numpy(dtype=np.int64)
    hurt = -rows[HURT].astype(np.float64).to_numpy()
    ordered = rows.iloc[np.lexsort((hurt, rank))]
    cells = [[_plain(value) for value in ordered[column.key]] for column in columns]
    return Evidence(
        code=code,
        sentence=sentence,
        columns=tuple(columns),
        rows=tuple(
            Row(cells=tuple(values), counts=None if counts is None else bool(counts))
            for *values, counts in zip(*cells, ordered[COUNTS].astype(object), strict=True)
        ),
        terms={name: float(value) for name, value in (terms or {}).items()},
    )


def _plain(value: Any) -> Cell:
    """A cell without numpy; unknown is None."""
    plain: Cell = value.item() if isinstance(value, np.generic) else value
    return None if isinstance(plain, float) and np.isnan(plain) else plain


def number_text(value: float) -> str:
    """3, 2.5 or 4.15: no more than two decimals, and none that say nothing."""
    return number(value, 2).rstrip("0").rstrip(".") if value else "0"


def tenths(share: float) -> str:
    """20.6 %: where whole per cents would not give the quotient that is printed."""
    return f"{number(100 * share, 1)}{NBSP}%"


def mean_text(texts: Sequence[str]) -> str:
    """Values that are averaged, lowest first: "(8 % + 92 % + 100 %) / 3 people"."""
    shown = [*texts[:LISTED], "…", texts[-1]] if len(texts) > LISTED + 2 else texts
    return f"({' + '.join(shown)}) / {count(len(texts), 'person', 'people')}"


def written(value: Cell, form: Form) -> str:
    """A cell as a page shows it; an en dash where nothing is known."""
    if value is None:
        return "not in a year" if form is Form.LAST else "–"
    if form is Form.YES:
        return "yes" if value else "no"
    if isinstance(value, str):
        return value or "–"
    return WRITTEN.get(form, number)(value)


WRITTEN: Mapping[Form, Callable[[float], str]] = {
    Form.AGO: lambda value: f"{value:.0f}{NBSP}d",
    Form.LAST: lambda value: f"{value:.0f}{NBSP}d",
    Form.NUMBER: lambda value: number(value, 1),
    Form.FINE: lambda value: number(value, 2),
    Form.SHARE: percent,
    Form.HOURS: lambda value: f"{number(value, 1)}{NBSP}h",
}
