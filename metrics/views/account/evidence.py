"""The people, tickets and answers behind one signal: a page of its own, a fragment, and CSV."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from accounts.access import account_or_404
from accounts.models import Account
from metrics.frames.account import read_account
from metrics.models import Run, Snapshot
from metrics.models.shown import night_shown
from metrics.models.together import read, together
from metrics.signals.base import Signal
from metrics.signals.catalogue import BY_CODE
from metrics.signals.evidence import evidence as evidence_behind
from metrics.signals.evidence import subject
from metrics.signals.evidence.base import Cell, Column, Evidence, Form, written
from metrics.signals.story import value_of
from metrics.signals.words import value_text
from metrics.sources.formulas import neutralise
from metrics.views.account.night import snapshot_of
from metrics.views.account.signal_rows import FROZEN
from metrics.views.portfolio.export import Echo

PAGE = "metrics/evidence.html"
FIRST_ROWS = 20
TEXTS = (Form.TEXT, Form.PERSON)
COUNTS = {True: "for", False: "against", None: "not counted"}
NOBODY = "Nobody named"
PEOPLE = together(
    people="""
    SELECT id AS number, external_id,
           coalesce(nullif(name, ''), nullif(email, ''), external_id) AS name
    FROM accounts_person WHERE account_id = %(account)s AND id = ANY(%(people)s::bigint[])
    """
)
SAME = 1e-9


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A signal of an account on a night, and what is behind it."""

    account: Account
    signal: Signal
    run: Run
    now: Snapshot
    facts: Evidence
    people: dict[int, Any]  # by id: rows of PEOPLE


@require_GET
@vary_on_headers("HX-Request")
def evidence(request: HttpRequest, pk: int, code: str) -> HttpResponseBase:
    """`?day=` names the night, else it is the newest; `?format=csv` has the whole table."""
    shown = _read(account_or_404(request, pk), code, request.GET.get("day", ""))
    if request.GET.get("format") == "csv":
        return _as_csv(shown)
    is_part = bool(request.headers.get("HX-Request"))
    rows = shown.facts.rows[:FIRST_ROWS] if is_part else shown.facts.rows
    context = {
        "account": shown.account,
        "signal": shown.signal,
        "run": shown.run,
        "facts": shown.facts,
        "value": value_text(shown.signal.code, value_of(shown.now, shown.signal.code)),
        "points": shown.now.points[shown.signal.slot],
        "notes": [text for text in (_stands(shown), shown.facts.note) if text],
        "columns": [(column, column.form not in TEXTS) for column in shown.facts.columns],
        "rows": [_row(row.cells, row.counts, shown) for row in rows],
        "subject": subject(shown.signal.code),
        "is_part": is_part,
    }
    return render(request, f"{PAGE}#facts" if is_part else PAGE, context)


def _read(account: Account, code: str, day: str) -> Shown:
    """404 for an unknown signal, and for a night that did not see the account."""
    signal, run = BY_CODE.get(code), _run_of(day)
    now = snapshot_of(account.pk, run) if run else None
    if signal is None or run is None or now is None:
        raise Http404
    frames = read_account(run, account.pk)
    if frames.accounts.empty:
        raise Http404
    facts = evidence_behind(frames, code)
    ids = {cell for row in facts.rows for cell in _person_cells(facts, row.cells)}
    found = read(PEOPLE, {"account": account.pk, "people": list(ids)})["people"]
    people = {person.number: person for person in found}
    return Shown(account=account, signal=signal, run=run, now=now, facts=facts, people=people)


def _run_of(day: str) -> Run | None:
    if not day:
        return night_shown()
    try:
        return Run.objects.of_day(dt.date.fromisoformat(day))
    except ValueError:
        return None


def _person_cells(facts: Evidence, cells: tuple[Cell, ...]) -> Iterable[int]:
    pairs = zip(facts.columns, cells, strict=True)
    return (cell for column, cell in pairs if column.form is Form.PERSON and type(cell) is int)


def _stands(shown: Shown) -> str:
    """Where the facts are not what counts: what does instead."""
    slot, now = shown.signal.slot, shown.now
    stored, as_of = now.raw[slot], now.as_of[slot]
    if now.states[slot] in FROZEN and isinstance(as_of, dt.date):
        return f"What counts is the value of {as_of.day} {as_of:%b}"
    if stored is None and shown.facts.raw is not None:
        return "Not counted in this stage"
    if stored is None or shown.facts.raw is None or abs(stored - shown.facts.raw) <= SAME:
        return ""
    return "The night was calculated with another version of the product, which says otherwise"


def _row(cells: tuple[Cell, ...], counts: bool | None, shown: Shown) -> dict[str, Any]:
    """A row as the table shows it."""
    pairs = list(zip(shown.facts.columns, cells, strict=True))
    return {
        "cells": [(_text(cell, column, shown), column.form not in TEXTS) for column, cell in pairs],
        "counts": COUNTS[counts],
    }


def _text(cell: Cell, column: Column, shown: Shown) -> str:
    if column.form is Form.PERSON:
        person = shown.people.get(cell) if type(cell) is int else None
        return person.name if person else NOBODY
    if column.form is Form.DATE and isinstance(cell, str):
        day = dt.date.fromisoformat(cell)
        return f"{day.day} {day:%b}"
    return written(cell, column.form)


def _as_csv(shown: Shown) -> HttpResponse | StreamingHttpResponse:
    """All rows, numbers as they are; a person is named as her source does, too."""
    answer = StreamingHttpResponse(_lines(shown), content_type="text/csv")
    name = f"{shown.signal.key}-{shown.account.pk}-{shown.run.business_day}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "no-store"
    return answer


def _lines(shown: Shown) -> Iterator[str]:
    writer = csv.writer(Echo())
    heads = [column.key for column in shown.facts.columns]
    if "person_id" in heads:
        heads.insert(heads.index("person_id") + 1, "person_name")
    yield "\ufeff" + writer.writerow([*heads, "counts"])
    for row in shown.facts.rows:
        cells: list[Any] = []
        for column, cell in zip(shown.facts.columns, row.cells, strict=True):
            cells += _csv_cells(cell, column, shown)
        yield writer.writerow([*cells, COUNTS[row.counts]])


def _csv_cells(cell: Cell, column: Column, shown: Shown) -> list[Any]:
    if column.form is Form.PERSON:
        person = shown.people.get(cell) if type(cell) is int else None
        names = [person.external_id, person.name] if person else ["", ""]
        return [neutralise(name) for name in names]
    if isinstance(cell, bool):
        return [written(cell, column.form)]
    return [neutralise(cell) if isinstance(cell, str) else cell]
