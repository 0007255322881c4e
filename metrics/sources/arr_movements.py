"""arr_movements.csv: changes of annual recurring revenue."""

from __future__ import annotations

from metrics.sources import cells, moments
from metrics.sources.aliases import ACCOUNT
from metrics.sources.base import Column, Rules, Source, Values

MAX_AMOUNT = 10**12 - 1


def check(values: Values, rules: Rules) -> None:
    """A movement is a fact: not in the future, and not too old."""
    moments.check_fact(rules.midnight(values["on"]), rules, column="on")


ARR_MOVEMENTS = Source(
    name="arr_movements",
    title="ARR movements",
    about="What each account's yearly revenue gained or lost, and when.",
    columns=(
        Column(
            name="external_id",
            kind=cells.text(cells.ID),
            required=True,
            says="id of the movement",
            aliases="id, movement id, opportunity id, transaction id",
        ),
        Column(
            name="account_external_id",
            kind=cells.text(cells.ID),
            required=True,
            says="id of the account",
            aliases=ACCOUNT,
        ),
        Column(
            name="type",
            kind=cells.choice("new", "expansion", "contraction", "churn"),
            required=True,
            says="what it was",
            words=("new", "expansion", "contraction", "churn"),
            aliases="movement type, kind, movement",
        ),
        Column(
            name="amount",
            kind=cells.money(-MAX_AMOUNT),
            required=True,
            says="of yearly revenue; what is lost is negative",
            aliases="arr, delta, change, value, arr change",
        ),
        Column(
            name="on",
            kind=moments.day,
            required=True,
            says="day on which it holds",
            aliases="date, effective date, day, effective on",
        ),
    ),
    check=check,
)
