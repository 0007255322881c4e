"""Synthetic accounts: hidden states drive what people do, and what they do becomes CSV files.

Knows nothing of signals and scores, so that a score can be judged by these data.
"""

from metrics.demo.files import write_files
from metrics.demo.plan import Plan

__all__ = ["Plan", "write_files"]
