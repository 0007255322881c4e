"""people.csv: who works at the customer, whether she has a login or only should have one."""

from __future__ import annotations

from metrics.sources import cells, moments
from metrics.sources.aliases import ACCOUNT
from metrics.sources.base import BadCell, Column, Read, Rules, Source, Values

# bots, and our own staff inside the customer's product
NOT_PEOPLE = ("service", "vendor")


def check(values: Values, rules: Rules) -> None:
    """A person is named by an id or an e-mail address, and does not leave before she comes."""
    if not values["external_id"] and not values["email"]:
        raise BadCell("missing_value", "neither an id nor an e-mail", column="external_id")
    came, left = values["provisioned_at"], values["deactivated_at"]
    if came and left and left < came:
        raise BadCell("out_of_order", f"deactivated {left}, before {came}", column="deactivated_at")


def persona(rules: Rules) -> Read:
    """A role in the customer's own words; those for who is nobody's person whatever their case."""
    read_text = cells.text(200)(rules)

    def read(cell: str) -> str | None:
        value: str | None = read_text(cell)
        return value.lower() if value and value.lower() in NOT_PEOPLE else value

    return read


PEOPLE = Source(
    name="people",
    title="People",
    about="Who works at your customers, with or without a log-in yet.",
    columns=(
        Column(
            name="external_id",
            kind=cells.text(cells.ID),
            says="your own id of the person; else the e-mail counts",
            aliases="user id, person id, id, contact id",
        ),
        Column(
            name="account_external_id",
            kind=cells.text(cells.ID),
            says="id of her account; else the domain of the e-mail counts",
            aliases=ACCOUNT,
        ),
        Column(
            name="email",
            kind=cells.email,
            says="her address",
            aliases="e-mail, email address, mail, user email, contact email",
        ),
        Column(
            name="name",
            kind=cells.text(200),
            says="her name",
            aliases="full name, user name, contact name, person name, display name",
        ),
        Column(
            name="group",
            kind=cells.text(200),
            says="her team or department",
            aliases="team, department, business unit",
        ),
        Column(
            name="persona",
            kind=persona,
            says="her role; service or vendor is nobody's",
            aliases="role, job title, title, function",
        ),
        Column(
            name="level",
            kind=cells.text(200),
            says="how advanced she is",
            aliases="knowledge level, skill level, seniority",
        ),
        Column(
            name="intended",
            kind=cells.yes_no,
            says="whether she should use the product",
            words=cells.YES_NO,
            aliases="should use, on roster, in scope",
        ),
        Column(
            name="champion",
            kind=cells.yes_no,
            says="whether she speaks for you",
            words=cells.YES_NO,
            aliases="is champion",
        ),
        Column(
            name="decision_maker",
            kind=cells.yes_no,
            says="whether she decides about the renewal",
            words=cells.YES_NO,
            aliases="is decision maker, economic buyer",
        ),
        Column(
            name="provisioned_at",
            kind=moments.moment,
            says="when she got her log-in",
            aliases="created at, created, invited at, signup date, activated at",
        ),
        Column(
            name="deactivated_at",
            kind=moments.moment,
            says="when she lost it",
            aliases="disabled at, left at, removed at, deleted at",
        ),
    ),
    check=check,
)
