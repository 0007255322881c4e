"""The people of an account: a page of all with filters, order and CSV, and its part of the account
page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from metrics.models import Snapshot
from metrics.views.account.adoption import (
    Matrix,
    first_columns,
    first_people,
    read_matrix,
)
from metrics.views.account.details import remarks_of
from metrics.views.account.dimensions import connected
from metrics.views.account.exports import as_csv
from metrics.views.account.fragments import asked_for
from metrics.views.account.gaps import overview
from metrics.views.account.known import Known, known_or_404
from metrics.views.account.menus import Menu, kept, menu
from metrics.views.account.people import People, PersonRow, people
from metrics.views.account.signal_rows import said

PAGE = "metrics/account_people.html"
SECTION, TABLE = "account-people", "people-table"
ROWS = 50
Key = Callable[[PersonRow, Matrix], Any]
# in the order of the columns
SORTS: dict[str, tuple[str, Key]] = {
    "name": ("Person", lambda row, _: row.name.casefold()),
    "group": ("Group", lambda row, _: (not row.person.group, row.person.group.casefold())),
    "role": ("Role", lambda row, _: (not row.person.persona, row.person.persona.casefold())),
    "training": ("Training", lambda row, _: row.training),
    "last": ("Last active", lambda row, _: (row.silent is None, row.silent or 0)),
    "features": ("Features", lambda row, matrix: -matrix.used(row)),
}
NUMBERS = ("last", "features")
STATES: dict[str, tuple[str, Callable[[PersonRow], bool]]] = {
    "active": ("active in 4 weeks", lambda row: row.is_active),
    "quiet": ("not active for 3 weeks", lambda row: row.is_quiet and row.silent is not None),
    "never": ("never active", lambda row: bool(row.since) and row.silent is None),
    "no-access": ("without access", lambda row: row.since is None),
    "untrained": ("not trained", lambda row: not row.is_trained),
    "new": ("new", lambda row: row.is_new),
    "key": ("champions, deciders", lambda row: row.person.champion or row.person.decision_maker),
}
HEADS = (
    "external_id",
    "name",
    "email",
    "group",
    "persona",
    "level",
    "champion",
    "decision_maker",
    "provisioned_on",
    "last_active",
    "training",
    "features_used",
    "features_meant",
)


@require_GET
@vary_on_headers("HX-Request", "HX-Target")
def account_people(request: HttpRequest, pk: int) -> HttpResponseBase:
    """`?q=`, `?group=`, `?role=`, `?state=` narrow, `?sort=` orders; `?format=csv` has all rows."""
    known, now = known_or_404(request, pk)
    found, matrix = people(known), read_matrix(pk, known.day)
    if asked_for(request, PAGE, SECTION) != PAGE:
        return render(request, f"{PAGE}#{SECTION}", _part(known, now, found, matrix))
    rows = narrowed(found.here, request.GET)
    sort = request.GET.get("sort", "") if request.GET.get("sort") in SORTS else "last"
    rows.sort(key=lambda row: SORTS[sort][1](row, matrix))
    if request.GET.get("format") == "csv":
        heads = [*HEADS, *(f"days_{feature.key}" for feature in matrix.features)]
        return as_csv(f"people-{pk}-{known.day}", heads, _csv(rows, matrix))
    return _page(request, known, now, found, matrix, rows, sort)


def _page(
    request: HttpRequest,
    known: Known,
    now: Snapshot,
    found: People,
    matrix: Matrix,
    rows: list[PersonRow],
    sort: str,
) -> HttpResponse:
    shown = Paginator(rows, ROWS).get_page(request.GET.get("page"))
    context = _shared(known, now, found, matrix if matrix.uses else replace(matrix, columns=[]))
    context |= {
        "rows": [context["matrix"].row(row) for row in shown],
        "shown": shown,
        "total": len(found.here),
        "headings": [
            {
                "key": key,
                "label": label,
                "is_number": key in NUMBERS,
                "direction": ("descending" if key == "features" else "ascending")
                if key == sort
                else "",
            }
            for key, (label, _) in SORTS.items()
        ],
        "menus": menus(request.GET, found.here),
        "kept": kept(request.GET, "group", "role", "state", "sort"),
        "is_narrowed": bool(kept(request.GET, "q", "group", "role", "state")),
    }
    return render(request, asked_for(request, PAGE, TABLE), context)


def _part(known: Known, now: Snapshot, found: People, matrix: Matrix) -> dict[str, Any]:
    """What the account's page shows of them."""
    few = first_columns(matrix)
    return _shared(known, now, found, few) | {
        "rows": [few.row(row) for row in first_people(found.here, few)],
        "said": said(now, ("S09", "S11", "S10")),
        "ceiling": remarks_of(now).get("S08", ""),
    }


def _shared(known: Known, now: Snapshot, found: People, matrix: Matrix) -> dict[str, Any]:
    sources = connected(now)
    if not sources["usage"]:
        matrix = replace(matrix, columns=[])
    return {
        "account": known.account,
        "run": known.run,
        "people": overview(found, sources),
        "matrix": matrix,
        "sources": sources,
    }


def menus(asked: QueryDict, rows: list[PersonRow]) -> list[Menu]:
    """Groups and roles that there are, and what a person may be."""
    groups = sorted({row.person.group for row in rows if row.person.group})
    roles = sorted({row.person.persona for row in rows if row.person.persona})
    return [
        menu(asked, "group", "Group", [(name, name) for name in groups]),
        menu(asked, "role", "Role", [(name, name) for name in roles]),
        menu(asked, "state", "Who", [(key, label) for key, (label, _) in STATES.items()]),
    ]


def narrowed(rows: list[PersonRow], asked: QueryDict) -> list[PersonRow]:
    """The rows that every filter in the address lets through; an unknown one lets all through."""
    text, group = asked.get("q", "").strip().casefold(), asked.get("group", "")
    role, state = asked.get("role", ""), asked.get("state", "")
    is_in_state = STATES[state][1] if state in STATES else None
    return [
        row
        for row in rows
        if (not text or text in row.name.casefold() or text in row.person.email.casefold())
        and (not group or row.person.group == group)
        and (not role or row.person.persona == role)
        and (is_in_state is None or is_in_state(row))
    ]


def _csv(rows: list[PersonRow], matrix: Matrix) -> Iterator[list[Any]]:
    nothing = 0 if matrix.uses else None
    for row in rows:
        person, shown = row.person, matrix.row(row)
        yield [
            person.external_id,
            row.name,
            person.email,
            person.group,
            person.persona,
            person.level,
            "yes" if person.champion else "no",
            "yes" if person.decision_maker else "no",
            row.since,
            row.last_day,
            row.training,
            shown["used"],
            shown["relevant"],
            *(use.days if use else nothing for use in shown["cells"]),
        ]
