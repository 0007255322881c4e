"""accounts.csv: customers and the terms of their contracts."""

from __future__ import annotations

from metrics.sources import cells, moments
from metrics.sources.base import BadCell, Column, Rules, Source, Values

MAX_SEATS = 10_000_000
MAX_NOTICE_DAYS = 3650


def check(values: Values, rules: Rules) -> None:
    """A contract does not end before it begins."""
    starts, renews = values["starts_on"], values["renews_on"]
    if starts and renews and renews < starts:
        raise BadCell("out_of_order", f"renews on {renews}, before {starts}", column="renews_on")


ACCOUNTS = Source(
    name="accounts",
    columns=(
        Column(name="external_id", kind=cells.text(cells.ID), required=True),
        Column(name="name", kind=cells.text(200)),
        Column(name="domain", kind=cells.domain),
        Column(name="segment", kind=cells.text(200)),
        Column(name="industry", kind=cells.text(200)),
        Column(name="plan", kind=cells.text(200)),
        Column(name="seats_sold", kind=cells.whole(0, MAX_SEATS)),
        Column(name="arr", kind=cells.money(0)),
        Column(name="currency", kind=cells.text(3)),
        Column(name="starts_on", kind=moments.day),
        Column(name="renews_on", kind=moments.day),
        Column(name="notice_days", kind=cells.whole(0, MAX_NOTICE_DAYS)),
        Column(name="owner_email", kind=cells.email),
        Column(name="parent_external_id", kind=cells.text(cells.ID)),
        Column(name="notice_on", kind=moments.day),
        Column(name="churned_on", kind=moments.day),
        Column(name="churn_reason", kind=cells.text()),
    ),
    check=check,
)
