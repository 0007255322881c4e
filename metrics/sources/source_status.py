"""source_status.csv: spans in which a source was late, broken or not bought."""

from __future__ import annotations

from metrics.sources import cells, moments
from metrics.sources.aliases import ACCOUNT
from metrics.sources.base import BadCell, Column, Rules, Source, Values

WATCHED = ("usage", "training", "tickets", "surveys", "milestones", "people")


def check(values: Values, rules: Rules) -> None:
    """A span does not end before it begins. `to` is the first day that is not in it any more."""
    start, end = values["from"], values["to"]
    if end and end < start:
        raise BadCell("out_of_order", f"ends on {end}, before {start}", column="to")


SOURCE_STATUS = Source(
    name="source_status",
    title="States of sources",
    about="When a source was late or broken, so that silence is not taken for decline.",
    columns=(
        Column(
            name="source",
            kind=cells.choice(*WATCHED),
            required=True,
            says="which source",
            words=WATCHED,
            aliases="data source, system",
        ),
        Column(
            name="account_external_id",
            kind=cells.text(cells.ID),
            says="id of the account; none: everywhere",
            aliases=ACCOUNT,
        ),
        Column(
            name="from",
            kind=moments.day_or_moment,
            required=True,
            says="first day of it",
            aliases="start, from day, start date, since",
        ),
        Column(
            name="to",
            kind=moments.day_or_moment,
            says="first day after it; none: until further notice",
            aliases="end, to day, end date, until",
        ),
        Column(
            name="state",
            kind=cells.choice("live", "late", "broken", "not_bought"),
            required=True,
            says="how it was",
            words=("live", "late", "broken", "not_bought"),
            aliases="status",
        ),
    ),
    check=check,
)
