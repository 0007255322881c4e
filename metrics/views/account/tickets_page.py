"""The tickets of an account: a page of all with filters and CSV, and the account page's part."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from metrics.models import Survey, Ticket
from metrics.views.account.exports import as_csv
from metrics.views.account.fragments import asked_for
from metrics.views.account.known import known_or_404
from metrics.views.account.menus import kept, menu
from metrics.views.account.signal_rows import unheard
from metrics.views.account.surveys import surveys
from metrics.views.account.tickets import TicketRow, support, tickets

PAGE = "metrics/account_tickets.html"
SECTION, TABLE = "tickets", "ticket-table"
ROWS = 50
STATES: dict[str, tuple[str, Callable[[TicketRow], bool]]] = {
    "open": ("open", lambda row: row.is_open),
    "solved": ("solved", lambda row: not row.is_open),
    "escalated": ("escalated", lambda row: row.ticket.escalated),
    "severe": ("of the highest priority", lambda row: row.is_severe),
    "slow": ("answered late", lambda row: row.is_slow),
}
LEVELS = {
    "intro": "introductory",
    "advanced": "advanced",
    "unknown": "not said",
}
HEADS = (
    "external_id",
    "opened_at",
    "first_answer_at",
    "solved_at",
    "person",
    "topic",
    "level",
    "priority",
    "escalated",
    "reopens",
    "channel",
    "hours_to_first_answer",
    "hours_promised",
    "days_open",
    "csat",
    "comment",
)


@require_GET
@vary_on_headers("HX-Request", "HX-Target")
def account_tickets(request: HttpRequest, pk: int) -> HttpResponseBase:
    """`?state=` and `?level=` narrow; `?format=csv` has all rows of the filters."""
    known, now = known_or_404(request, pk)
    rows = tickets(known)
    shared = {
        "account": known.account,
        "run": known.run,
        "zone": known.organisation.zone,
        "unheard": unheard(now, "S21"),
    }
    if asked_for(request, PAGE, SECTION) != PAGE:
        rated = [row for row in surveys(known).answers if row.kind == Survey.Kind.CSAT]
        return render(request, f"{PAGE}#{SECTION}", shared | {"support": support(rows, rated, now)})
    state, level = request.GET.get("state", ""), request.GET.get("level", "")
    chosen = [row for row in rows if _passes(row, state, level)]
    if request.GET.get("format") == "csv":
        return as_csv(f"tickets-{pk}-{known.day}", HEADS, _csv(chosen))
    context = shared | {
        "shown": Paginator(chosen, ROWS).get_page(request.GET.get("page")),
        "total": len(rows),
        "menus": [
            menu(request.GET, "state", "State", [(key, name) for key, (name, _) in STATES.items()]),
            menu(request.GET, "level", "Level", LEVELS.items()),
        ],
        "is_narrowed": bool(kept(request.GET, "state", "level")),
    }
    return render(request, asked_for(request, PAGE, TABLE), context)


def _passes(row: TicketRow, state: str, level: str) -> bool:
    """An unknown filter lets all through."""
    return (state not in STATES or STATES[state][1](row)) and (
        level not in LEVELS or row.ticket.maturity == level
    )


def _csv(rows: list[TicketRow]) -> Iterator[list[Any]]:
    for row in rows:
        ticket: Ticket = row.ticket
        yield [
            ticket.external_id,
            ticket.opened_at,
            ticket.first_answer_at,
            ticket.solved_at,
            str(ticket.person) if ticket.person else "",
            ticket.topic,
            LEVELS[ticket.maturity],
            ticket.severity,
            "yes" if ticket.escalated else "no",
            ticket.reopens,
            ticket.channel,
            None if row.hours is None else round(row.hours, 2),
            round(row.target, 2),
            row.age,
            ticket.csat,
            ticket.comment,
        ]
