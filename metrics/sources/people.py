"""people.csv: who works at the customer, whether she has a login or only should have one."""

from __future__ import annotations

from metrics.sources import cells, moments
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
    columns=(
        Column(name="external_id", kind=cells.text(cells.ID)),
        Column(name="account_external_id", kind=cells.text(cells.ID)),
        Column(name="email", kind=cells.email),
        Column(name="name", kind=cells.text(200)),
        Column(name="group", kind=cells.text(200)),
        Column(name="persona", kind=persona),
        Column(name="level", kind=cells.text(200)),
        Column(name="intended", kind=cells.yes_no),
        Column(name="champion", kind=cells.yes_no),
        Column(name="decision_maker", kind=cells.yes_no),
        Column(name="provisioned_at", kind=moments.moment),
        Column(name="deactivated_at", kind=moments.moment),
    ),
    check=check,
)
