"""milestones.csv: the value tasks of the first 90 days."""

from __future__ import annotations

from metrics.sources import cells, moments
from metrics.sources.aliases import ACCOUNT
from metrics.sources.base import BadCell, Column, Rules, Source, Values


def check(values: Values, rules: Rules) -> None:
    """A due day may lie ahead; what is completed lies behind."""
    done = values["completed_on"]
    if done and done > rules.local_day(rules.newest):
        raise BadCell("future_timestamp", f"{done} is in the future", column="completed_on")


MILESTONES = Source(
    name="milestones",
    title="Milestones",
    about="The tasks of the first 90 days, when they are due and done.",
    columns=(
        Column(
            name="account_external_id",
            kind=cells.text(cells.ID),
            required=True,
            says="id of the account",
            aliases=ACCOUNT,
        ),
        Column(
            name="name",
            kind=cells.text(200),
            required=True,
            says="of the task; a later row with it changes the task",
            aliases="milestone, task, title, step",
        ),
        Column(
            name="due_on",
            kind=moments.day,
            says="day by which it should be done",
            aliases="due date, due, due day, target date, deadline",
        ),
        Column(
            name="completed_on",
            kind=moments.day,
            says="day on which it was done",
            aliases="completed at, completed, done on, completion date, finished on",
        ),
        Column(
            name="value",
            kind=cells.yes_no,
            says="yes: after it the product is worth its price",
            words=cells.YES_NO,
            aliases="value milestone, is value, first value",
        ),
        Column(
            name="owner",
            kind=cells.text(200),
            says="who sees to it, of theirs or ours",
            aliases="responsible, assignee, assigned to, owner name",
        ),
    ),
    check=check,
)
