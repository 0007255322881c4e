"""The columns of the table, in page order: which there are, how each sorts, what a file holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.safestring import SafeString, mark_safe

from metrics.signals.base import Dimension
from metrics.views.portfolio import cells
from metrics.views.portfolio.cells import Line

PARAMETER = "col"


@dataclass(frozen=True, kw_only=True)
class Column:
    """`css` is that of its heading; `sort` where the server sorts by it; `fields` its columns in a
    file; `term`: what its heading means, of `metrics.templatetags.help`; `is_usual`: shown unless
    somebody chooses.
    """

    key: str
    label: str
    term: str
    cell: Callable[[Line], str]
    css: str = ""
    sort: str = ""
    fields: tuple[str, ...] = ()
    is_usual: bool = True


NAME = Column(key="name", label="Account", term="name", cell=cells.name, sort="name")
COLUMNS: tuple[Column, ...] = (
    Column(
        key="score",
        label="Score",
        term="score",
        cell=cells.score,
        css="hs-num",
        sort="score",
        fields=("score",),
    ),
    Column(key="band", label="Band", term="band", cell=cells.band, fields=("band",)),
    Column(
        key="7d",
        label="7 d",
        term="change",
        cell=cells.change_7,
        css="hs-num",
        sort="7d",
        fields=("change_7",),
    ),
    Column(
        key="30d",
        label="30 d",
        term="change",
        cell=cells.change_30,
        css="hs-num",
        sort="30d",
        fields=("change_30",),
    ),
    Column(
        key="momentum",
        label="Momentum",
        term="momentum",
        cell=cells.momentum,
        css="hs-num hs-wide",
        sort="momentum",
        fields=("momentum",),
    ),
    Column(
        key="trend",
        label="Trend",
        term="trend",
        cell=cells.trend,
        css="hs-wide hs-trendcell",
        sort="trend",
        fields=("trend_28", "trend"),
    ),
    Column(key="spark", label="90 days", term="nights", cell=cells.spark),
    Column(key="cause", label="Main cause", term="cause", cell=cells.cause, fields=("cause",)),
    Column(
        key="dimensions",
        label="Dimensions",
        term="dimensions",
        cell=cells.dimensions,
        css="hs-widest",
        fields=tuple(dimension.value for dimension in Dimension),
    ),
    Column(
        key="arr",
        label="ARR",
        term="arr",
        cell=cells.arr,
        css="hs-num",
        sort="arr",
        fields=("arr", "currency"),
    ),
    Column(
        key="renewal",
        label="Renewal",
        term="renewal",
        cell=cells.renewal,
        css="hs-num hs-wider",
        sort="renewal",
        fields=("renews_on",),
    ),
    Column(
        key="seats",
        label="Seats in use",
        term="seats",
        cell=cells.seats,
        css="hs-num hs-wider",
        sort="seats",
        fields=("seats_active", "seats_sold"),
    ),
    Column(
        key="owner",
        label="Owner",
        term="owner",
        cell=cells.owner,
        css="hs-wider",
        fields=("owner_email",),
    ),
    Column(
        key="coverage",
        label="Coverage",
        term="coverage",
        cell=cells.coverage,
        css="hs-num hs-widest",
        sort="coverage",
        fields=("coverage", "confidence"),
    ),
    Column(
        key="flags",
        label="Flags",
        term="flags",
        cell=cells.flags,
        css="hs-num",
        sort="severity",
        fields=("flags", "severity"),
    ),
    Column(
        key="segment",
        label="Segment",
        term="segment",
        cell=cells.segment,
        fields=("segment",),
        is_usual=False,
    ),
    Column(
        key="plan", label="Plan", term="plan", cell=cells.plan, fields=("plan",), is_usual=False
    ),
    Column(
        key="stage",
        label="Stage",
        term="stage",
        cell=cells.stage,
        fields=("stage",),
        is_usual=False,
    ),
    Column(
        key="tags", label="Tags", term="tags", cell=cells.tags, fields=("tags",), is_usual=False
    ),
)
USUAL = tuple(column for column in COLUMNS if column.is_usual)


def read_columns(asked: QueryDict) -> tuple[Column, ...]:
    """Those that the address names, in page order; the usual ones where it names none."""
    named = set(asked.getlist(PARAMETER))
    return tuple(column for column in COLUMNS if column.key in named) or USUAL


def fields_of(asked: QueryDict) -> tuple[str, ...]:
    """Columns of a file where the address chooses some; empty where it does not."""
    chosen = read_columns(asked)
    is_chosen = bool(asked.getlist(PARAMETER)) and chosen != USUAL
    return tuple(field for column in chosen for field in column.fields) if is_chosen else ()


def body(lines: list[Line], columns: tuple[Column, ...]) -> SafeString:
    """All rows of the table."""
    makers = [cells.pick, cells.name, *(column.cell for column in columns), cells.small]
    rows = [f"<tr>{''.join([maker(line) for maker in makers])}</tr>" for line in lines]
    return mark_safe("\n".join(rows))  # noqa: S308 - every cell escapes what came from outside
