"""source_status.csv: spans in which a source was late, broken or not bought."""

from __future__ import annotations

from metrics.sources import cells, moments
from metrics.sources.base import BadCell, Column, Rules, Source, Values

WATCHED = ("usage", "training", "tickets", "surveys", "milestones", "people")


def check(values: Values, rules: Rules) -> None:
    """A span does not end before it begins. `to` is the first day that is not in it any more."""
    start, end = values["from"], values["to"]
    if end and end < start:
        raise BadCell("out_of_order", f"ends on {end}, before {start}", column="to")


SOURCE_STATUS = Source(
    name="source_status",
    columns=(
        Column(name="source", kind=cells.choice(*WATCHED), required=True),
        Column(name="account_external_id", kind=cells.text(cells.ID)),
        Column(name="from", kind=moments.day_or_moment, required=True),
        Column(name="to", kind=moments.day_or_moment),
        Column(
            name="state", kind=cells.choice("live", "late", "broken", "not_bought"), required=True
        ),
    ),
    check=check,
)
