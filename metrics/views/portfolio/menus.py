"""The filter bar: which filters are offered, and which of them are in force."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from metrics.models.scores import Band
from metrics.templatetags.formats import money
from metrics.templatetags.parts import DIMENSIONS, WORDS
from metrics.views.portfolio.choosing import Choices
from metrics.views.portfolio.filters import (
    COVERAGES,
    FLAGS,
    MOVES,
    RENEWALS,
    STAGES,
    TRENDS,
    Filters,
)


@dataclass(frozen=True, kw_only=True)
class Option:
    """A choice: the values that its link puts into the address."""

    label: str
    values: Any  # str or a list of them; empty takes the filter out
    is_on: bool = False
    band: str = ""


@dataclass(frozen=True, kw_only=True)
class Field:
    """An input of a small form: a list to choose from, or a number."""

    name: str
    label: str
    value: Any = ""
    known: dict[str, str] = field(default_factory=dict)
    most: int = 0


@dataclass(frozen=True, kw_only=True)
class Menu:
    """One filter. `says` is empty while it is not in force; one of "more" stands in the bar only
    while it is, and in the form of all of them always.
    """

    name: str
    label: str
    says: str = ""
    options: list[Option] = field(default_factory=list)
    fields: list[Field] = field(default_factory=list)
    is_more: bool = False

    @property
    def names(self) -> list[str]:
        """The parameters that it sets."""
        return [each.name for each in self.fields] or [self.name]


def menus(filters: Filters, choices: Choices) -> list[Menu]:
    """In page order; a filter that has nothing to choose from is left out."""
    segments, plans, tags = (
        {text: text for text in texts} for texts in (choices.segments, choices.plans, choices.tags)
    )
    offered = [
        _single("owner", "Owner", filters.owner, dict(choices.owners), everybody="All"),
        _bands(filters),
        _single("segment", "Segment", filters.segment, segments),
        _single("stage", "Stage", filters.stage, STAGES),
        _single("renewal", "Renewal", filters.renewal, RENEWALS),
        _below(filters),
        _more("plan", "Plan", filters.plan, plans),
        _arr(filters),
        _more("moved", "Moved", filters.moved, MOVES),
        _more("trend", "Trend", filters.trend, TRENDS),
        _more("flag", "Flag", filters.flag, FLAGS, everybody="All accounts"),
        _more("coverage", "Coverage", filters.coverage, COVERAGES),
        _more("tag", "Tag", filters.tag, tags),
    ]
    return [menu for menu in offered if len(menu.options) > 1 or menu.fields]


def _single(
    name: str, label: str, chosen: str, known: dict[str, str], *, everybody: str = "Any"
) -> Menu:
    return Menu(
        name=name,
        label=label,
        says=known.get(chosen, ""),
        options=_options(chosen, known, everybody),
    )


def _options(chosen: str, known: dict[str, str], everybody: str) -> list[Option]:
    options = [Option(label=everybody, values="", is_on=not chosen)] if known else []
    options += [Option(label=says, values=key, is_on=key == chosen) for key, says in known.items()]
    return options


def _more(
    name: str, label: str, chosen: str, known: dict[str, str], *, everybody: str = "Any"
) -> Menu:
    """One that stands in the bar only while it is in force."""
    return Menu(
        name=name,
        label=label,
        says=known.get(chosen, ""),
        options=_options(chosen, known, everybody),
        fields=[Field(name=name, label=label, value=chosen, known=known)] if known else [],
        is_more=True,
    )


def _bands(filters: Filters) -> Menu:
    """Several bands at once: a click adds one or takes it out."""
    options = [
        Option(
            label=WORDS[band],
            values=sorted(set(filters.bands) ^ {band}),
            is_on=band in filters.bands,
            band=band,
        )
        for band in Band.values
    ]
    says = ", ".join(WORDS[band] for band in filters.bands)
    return Menu(name="band", label="Band", says=says, options=options)


def _below(filters: Filters) -> Menu:
    """Points of one dimension below a number."""
    known = {name: name.capitalize() for name in DIMENSIONS}
    says = f"{known[filters.dimension]} below {filters.below}" if filters.dimension else ""
    fields = [
        Field(name="dimension", label="Dimension", value=filters.dimension, known=known),
        Field(name="below", label="Below", value=filters.below or 60, most=100),
    ]
    label = "Dimension" if says else "Dimension below"
    return Menu(name="dimension", label=label, says=says, fields=fields)


def _arr(filters: Filters) -> Menu:
    low, high = filters.arr_min, filters.arr_max
    says = ""
    if low is not None and high is not None:
        says = f"{money(low)} to {money(high)}"
    elif low is not None or high is not None:
        says = f"from {money(low)}" if high is None else f"up to {money(high)}"
    fields = [
        Field(name="arr_min", label="ARR from", value="" if low is None else low, most=10**12),
        Field(name="arr_max", label="ARR up to", value="" if high is None else high, most=10**12),
    ]
    return Menu(name="arr", label="ARR", says=says, fields=fields, is_more=True)
