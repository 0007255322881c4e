"""tickets.csv: support tickets, each one row that is sent again as it moves on."""

from __future__ import annotations

from metrics.sources import cells, moments
from metrics.sources.base import BadCell, Column, Rules, Source, Values

MAX_REOPENS = 9_999


def check(values: Values, rules: Rules) -> None:
    """Answers follow questions; a ticket is as old as the newest thing that happened to it."""
    opened = values["opened_at"]
    newest = opened
    for column in ("first_answer_at", "solved_at"):
        at = values[column]
        if at is None:
            continue
        moments.check_not_future(at, rules, column=column)
        if at < opened:
            raise BadCell(
                "out_of_order", f"{at:%Y-%m-%d %H:%M} UTC is before it was opened", column=column
            )
        newest = max(newest, at)
    moments.check_fact(newest, rules, column="opened_at")


TICKETS = Source(
    name="tickets",
    columns=(
        Column(name="external_id", kind=cells.text(cells.ID), required=True),
        Column(name="account_external_id", kind=cells.text(cells.ID)),
        Column(name="person_external_id", kind=cells.text(cells.ID)),
        Column(name="opened_at", kind=moments.moment, required=True),
        Column(name="first_answer_at", kind=moments.moment),
        Column(name="solved_at", kind=moments.moment),
        Column(name="severity", kind=cells.text(20)),
        Column(name="topic", kind=cells.text(200)),
        Column(name="maturity", kind=cells.choice("intro", "advanced", "unknown")),
        Column(name="escalated", kind=cells.yes_no),
        Column(name="reopens", kind=cells.whole(0, MAX_REOPENS)),
        Column(name="channel", kind=cells.text(40)),
        Column(name="csat", kind=cells.number(1, 5)),
        Column(name="comment", kind=cells.text()),
        Column(name="person_email", kind=cells.email, mapped=True),
    ),
    check=check,
)
