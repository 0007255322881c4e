"""Several small lists in one statement.

A page about an account shows a dozen of them. Each alone costs more to be put together and to be
waited for than to be found; and a list that is empty costs as much as any other.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from django.db import connection

READ: tuple[tuple[str, Callable[[str], dt.date]], ...] = (
    ("_on", dt.date.fromisoformat),
    ("_at", dt.datetime.fromisoformat),
)


def together(**parts: str) -> str:
    """One statement for some queries: a row with a list for each, under its name.

    Columns are named as the house does: `_on` for a day, `_at` for a moment.
    """
    lists = [
        f"(SELECT json_agg(found) FROM ({query}) found) AS {name}"  # noqa: S608  # our own queries
        for name, query in parts.items()
    ]
    return f"SELECT {', '.join(lists)}"


def read(statement: str, parameters: dict[str, Any]) -> dict[str, list[Any]]:
    """The lists of a statement of `together`: rows with an attribute for every column, in the
    order of their query. Numbers are int and float, whatever they are stored as.
    """
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        names = [column.name for column in cursor.description or ()]
        found = cursor.fetchone() or ()
    return {name: _rows(part or []) for name, part in zip(names, found, strict=True)}


def _rows(part: list[dict[str, Any]]) -> list[Any]:
    for column in part[0] if part else ():
        for ending, reads in READ:
            if column.endswith(ending):
                for row in part:
                    row[column] = row[column] and reads(row[column])
    return [SimpleNamespace(**row) for row in part]
