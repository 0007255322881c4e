"""What identify and group say of people and accounts: traits to canonical cells. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from metrics.sources.base import BadCell

# canonical column -> the names under which it comes, the likeliest first
PERSON_TRAITS: dict[str, tuple[str, ...]] = {
    "email": ("email",),
    "name": ("name",),
    "group": ("department", "team", "group"),
    "persona": ("persona", "role", "title"),
    "level": ("level",),
    "intended": ("intended",),
    "champion": ("champion",),
    "decision_maker": ("decision_maker", "decisionMaker"),
    "provisioned_at": ("provisioned_at", "createdAt", "created_at"),
    "deactivated_at": ("deactivated_at", "deactivatedAt"),
}
# AnnualRevenue and the like are the customer's own turnover: never what it pays
ACCOUNT_TRAITS: dict[str, tuple[str, ...]] = {
    "name": ("name",),
    "domain": ("domain", "website"),
    "segment": ("segment",),
    "industry": ("industry",),
    "plan": ("plan",),
    "seats_sold": ("seats_sold", "seats"),
    "arr": ("arr",),
    "currency": ("currency",),
    "starts_on": ("starts_on",),
    "renews_on": ("renews_on",),
    "owner_email": ("owner_email",),
}
MOMENTS = ("provisioned_at", "deactivated_at")
Traits = Mapping[str, Any]
ReadMoment = Callable[[object], dt.datetime]


def cells_of(
    traits: Traits, names: Mapping[str, tuple[str, ...]], read_moment: ReadMoment
) -> list[str]:
    """One cell for each column of `names`. Raises BadCell."""
    found = []
    for column, aliases in names.items():
        name = next((alias for alias in aliases if traits.get(alias) not in (None, "")), "")
        if not name:
            found.append(_full_name(traits) if column == "name" else "")
        elif column in MOMENTS:
            found.append(_moment(traits[name], read_moment, column))
        else:
            found.append(text_of(traits, name))
    return found


def text_of(values: Traits, name: str) -> str:
    """A text, number or truth value as a cell; empty where there is none. Raises BadCell."""
    value = values.get(name)
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    raise BadCell("bad_call", f"{name} is neither a text nor a number", column=name)


def _full_name(traits: Traits) -> str:
    parts = [text_of(traits, "firstName"), text_of(traits, "lastName")]
    return " ".join(part for part in parts if part)


def _moment(value: object, read_moment: ReadMoment, column: str) -> str:
    try:
        return read_moment(value).isoformat()
    except BadCell as error:
        raise BadCell(error.code, error.message, column=column) from error
