"""The value tasks of the first 90 days: due, done, late, and how soon there was a first value."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from metrics.signals.onboarding import ONBOARDING_DAYS
from metrics.views.account.known import Known

# a part of a statement of `together`; what was completed later than the night counts as open
MILESTONES = """
SELECT name, due_on, is_value, owner,
       CASE WHEN completed_on < %(day)s THEN completed_on END AS completed_on
FROM accounts_milestone
WHERE account_id = %(account)s AND known_at <= %(cutoff)s
ORDER BY due_on, name
"""
DONE, LATE, OPEN = "done", "late", "open"


@dataclass(frozen=True, kw_only=True)
class Task:
    """A value task as the checklist shows it. late: days after it was due, done since or not."""

    name: str
    due_on: dt.date | None
    done_on: dt.date | None
    late: int
    owner: str
    is_value: bool
    value_day: int | None  # days from the contract's start to a first value

    @property
    def state(self) -> str:
        """Done; open; or late, which is open after its day."""
        if self.done_on:
            return DONE
        return LATE if self.late else OPEN


def checklist(
    known: Known, rows: list[Any], terms: list[Any], *, age_days: int, target: float
) -> dict[str, Any]:
    """The tasks, and in one sentence how far they are or, after day 90, how it ended.

    rows: those of MILESTONES; terms: versions of the contract, the first of its days is day 0;
    target: days to a first value.
    """
    starts_on = min((one.starts_on for one in terms if one.starts_on), default=None)
    first = min(
        (row.completed_on for row in rows if row.is_value and row.completed_on), default=None
    )
    value_day = (first - starts_on).days if first and starts_on else None
    tasks = [_task(row, known, first=first, value_day=value_day) for row in rows]
    is_over = age_days > ONBOARDING_DAYS
    return {
        "tasks": tasks,
        "done": sum(1 for task in tasks if task.done_on),
        "late": sum(1 for task in tasks if task.state == LATE),
        "is_over": is_over,
        "in_time": _in_time(tasks, starts_on) if is_over and starts_on else None,
        "day": age_days,
        "value_day": value_day,
        "waiting": _waiting(rows, first, age_days),
        "target": round(target),
        "days": ONBOARDING_DAYS,
    }


def _task(row: Any, known: Known, *, first: dt.date | None, value_day: int | None) -> Task:
    until = row.completed_on or known.day
    is_first = row.is_value and row.completed_on is not None and row.completed_on == first
    return Task(
        name=row.name,
        due_on=row.due_on,
        done_on=row.completed_on,
        late=max((until - row.due_on).days, 0) if row.due_on else 0,
        owner=row.owner,
        is_value=row.is_value,
        value_day=value_day if is_first else None,
    )


def _in_time(tasks: list[Task], starts_on: dt.date) -> int:
    """Tasks that were done within the first 90 days."""
    ends_on = starts_on + dt.timedelta(days=ONBOARDING_DAYS)
    return sum(1 for task in tasks if task.done_on and task.done_on <= ends_on)


def _waiting(rows: list[Any], first: dt.date | None, age_days: int) -> int | None:
    """Days without a first value, where a task would have been one."""
    return age_days if first is None and any(row.is_value for row in rows) else None
