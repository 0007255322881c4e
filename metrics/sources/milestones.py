"""milestones.csv: the value tasks of the first 90 days."""

from __future__ import annotations

from metrics.sources import cells, moments
from metrics.sources.base import BadCell, Column, Rules, Source, Values


def check(values: Values, rules: Rules) -> None:
    """A due day may lie ahead; what is completed lies behind."""
    done = values["completed_on"]
    if done and done > rules.local_day(rules.newest):
        raise BadCell("future_timestamp", f"{done} is in the future", column="completed_on")


MILESTONES = Source(
    name="milestones",
    columns=(
        Column(name="account_external_id", kind=cells.text(cells.ID), required=True),
        Column(name="name", kind=cells.text(200), required=True),
        Column(name="due_on", kind=moments.day),
        Column(name="completed_on", kind=moments.day),
        Column(name="value", kind=cells.yes_no),
    ),
    check=check,
)
