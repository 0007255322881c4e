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
    title="Accounts and contracts",
    about="Your customers: name, owner, seats, ARR and the day of renewal.",
    columns=(
        Column(
            name="external_id",
            kind=cells.text(cells.ID),
            required=True,
            says="your own id of the account, always the same",
            aliases=(
                "account id, id, company id, customer id, crm id, account, "
                "organization id, organisation id"
            ),
        ),
        Column(
            name="name",
            kind=cells.text(200),
            says="name of the customer",
            aliases=(
                "account name, company, company name, customer, customer name, "
                "organization, organisation"
            ),
        ),
        Column(
            name="domain",
            kind=cells.domain,
            says="of its e-mail addresses",
            aliases="website, email domain, web site, url, company domain",
        ),
        Column(
            name="segment",
            kind=cells.text(200),
            says="such as Enterprise",
            aliases="customer segment, size, tier",
        ),
        Column(
            name="industry",
            kind=cells.text(200),
            says="in your words",
            aliases="sector, vertical",
        ),
        Column(
            name="plan",
            kind=cells.text(200),
            says="what it has bought",
            aliases="plan tier, plan name, product, edition, subscription plan",
        ),
        Column(
            name="seats_sold",
            kind=cells.whole(0, MAX_SEATS),
            says="people who may use it",
            aliases="seats, licences, licenses, seat count, quantity, users",
        ),
        Column(
            name="arr",
            kind=cells.money(0),
            says="what it pays you in a year, never its own turnover",
            aliases="arr amount, annual recurring revenue, contract value, acv",
        ),
        Column(
            name="currency",
            kind=cells.text(3),
            says="three letters, such as EUR",
            aliases="currency code, currencyisocode",
        ),
        Column(
            name="starts_on",
            kind=moments.day,
            says="first day of the contract",
            aliases="start date, contract start, signup date, subscription start, start",
        ),
        Column(
            name="renews_on",
            kind=moments.day,
            says="day of renewal",
            aliases=("renewal date, contract end, end date, renewal, expires on, subscription end"),
        ),
        Column(
            name="notice_days",
            kind=cells.whole(0, MAX_NOTICE_DAYS),
            says="days of notice before that",
            aliases="notice period, notice period days",
        ),
        Column(
            name="owner_email",
            kind=cells.email,
            says="log-in of the colleague who looks after it",
            aliases=(
                "owner, csm, csm email, account owner, owner e-mail, customer success manager"
            ),
        ),
        Column(
            name="parent_external_id",
            kind=cells.text(cells.ID),
            says="id of the account it belongs to",
            aliases="parent id, parent account, parent account id",
        ),
        Column(
            name="notice_on",
            kind=moments.day,
            says="day on which it gave notice",
            aliases="notice date, cancellation date, cancelled on",
        ),
        Column(
            name="churned_on",
            kind=moments.day,
            says="day on which it was lost",
            aliases="churn date, churned, lost on, closed on",
        ),
        Column(
            name="churn_reason",
            kind=cells.text(),
            says="why it was lost",
            aliases="reason, reason for churn, loss reason",
        ),
    ),
    check=check,
)
