"""Runs, chunks, leases, publishing: the only place where the arrows are joined."""

from metrics.nightly.due import (
    database_now,
    days_between,
    ensure_runs,
    request_days,
    request_history,
)
from metrics.nightly.work import work

__all__ = ["database_now", "days_between", "ensure_runs", "request_days", "request_history", "work"]
