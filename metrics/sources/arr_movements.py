"""arr_movements.csv: changes of annual recurring revenue."""

from __future__ import annotations

from metrics.sources import cells, moments
from metrics.sources.base import Column, Rules, Source, Values

MAX_AMOUNT = 10**12 - 1


def check(values: Values, rules: Rules) -> None:
    """A movement is a fact: not in the future, and not too old."""
    moments.check_fact(rules.midnight(values["on"]), rules, column="on")


ARR_MOVEMENTS = Source(
    name="arr_movements",
    columns=(
        Column(name="external_id", kind=cells.text(cells.ID), required=True),
        Column(name="account_external_id", kind=cells.text(cells.ID), required=True),
        Column(
            name="type",
            kind=cells.choice("new", "expansion", "contraction", "churn"),
            required=True,
        ),
        Column(name="amount", kind=cells.money(-MAX_AMOUNT), required=True),
        Column(name="on", kind=moments.day, required=True),
    ),
    check=check,
)
