"""Filters of a table as menus of links: everything stands in the page's address."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import QueryDict


@dataclass(frozen=True, kw_only=True)
class Menu:
    """options: value, label, whether it is the chosen one; says: the label of that one."""

    name: str
    label: str
    options: list[tuple[str, str, bool]]
    says: str


def menu(asked: QueryDict, name: str, label: str, options: Iterable[tuple[str, str]]) -> Menu:
    """A menu that begins with "all"; a value that is none of the options chooses nothing."""
    listed = list(options)
    says = next((text for value, text in listed if value == asked.get(name, "")), "")
    return Menu(
        name=name,
        label=label,
        options=[
            ("", "All", not says),
            *((value, text, value == asked.get(name, "")) for value, text in listed),
        ],
        says=says,
    )


def kept(asked: QueryDict, *names: str) -> list[tuple[str, str]]:
    """Parameters that a form of another one sends along."""
    return [(name, asked.get(name, "")) for name in names if asked.get(name)]
