"""Runs and data: was last night complete, are the sources alive, what was refused."""

from metrics.views.runs.actions import run_again, run_now, run_recompute, source_expect
from metrics.views.runs.page import runs
from metrics.views.runs.rejects import rejects, rejects_csv
from metrics.views.runs.unmatched import (
    alias_give,
    alias_take_back,
    unmatched,
    unmatched_csv,
    unmatched_match,
)

__all__ = [
    "alias_give",
    "alias_take_back",
    "rejects",
    "rejects_csv",
    "run_again",
    "run_now",
    "run_recompute",
    "runs",
    "source_expect",
    "unmatched",
    "unmatched_csv",
    "unmatched_match",
]
