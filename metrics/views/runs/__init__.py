"""Runs and data: was last night complete, are the sources alive, what was refused."""

from metrics.views.runs.actions import run_again, run_now, run_recompute
from metrics.views.runs.page import runs
from metrics.views.runs.rejects import rejects, rejects_csv

__all__ = ["rejects", "rejects_csv", "run_again", "run_now", "run_recompute", "runs"]
