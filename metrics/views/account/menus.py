"""Filters of a table as menus of links: everything stands in the page's address."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from django.http import QueryDict


class Option(NamedTuple):
    """A value of a parameter, "" for none, and whether it is the chosen one."""

    values: str
    label: str
    is_on: bool
    band: str = ""


@dataclass(frozen=True, kw_only=True)
class Menu:
    """says: the label of the chosen option."""

    name: str
    label: str
    options: list[Option]
    says: str


def menu(asked: QueryDict, name: str, label: str, options: Iterable[tuple[str, str]]) -> Menu:
    """A menu that begins with "all"; a value that is none of the options chooses nothing."""
    listed = list(options)
    says = next((text for value, text in listed if value == asked.get(name, "")), "")
    return Menu(
        name=name,
        label=label,
        options=[
            Option("", "All", not says),
            *(Option(value, text, value == asked.get(name, "")) for value, text in listed),
        ],
        says=says,
    )


def kept(asked: QueryDict, *names: str) -> list[tuple[str, str]]:
    """Parameters that a form of another one sends along."""
    return [(name, asked.get(name, "")) for name in names if asked.get(name)]
