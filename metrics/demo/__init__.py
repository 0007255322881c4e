"""Synthetic customers for the demo, the tests and the benchmarks: numbers, files, no database.

Knows nothing of signals and scores, so that a score can be judged by these data.
"""

from metrics.demo.generate import generate
from metrics.demo.world import Plan

__all__ = ["Plan", "generate"]
