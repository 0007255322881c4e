"""Runs, chunks, leases, publishing: the only place where the arrows are joined."""

from metrics.nightly.due import (
    database_now,
    days_between,
    ensure_runs,
    request_days,
    request_history,
)
from metrics.nightly.purge import purge
from metrics.nightly.work import mend_connection, work

__all__ = [
    "database_now",
    "days_between",
    "ensure_runs",
    "mend_connection",
    "purge",
    "request_days",
    "request_history",
    "work",
]
