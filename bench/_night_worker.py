"""One worker as a process of its own: does chunks until the night is over, and says what it took.

Where a stage's time goes is measured around the functions that the night calls anyway.
"""

from __future__ import annotations

import json
import resource
import sys
import time

import bench._stage  # noqa: F401  # first: it sets Django up

from django.db import connection  # isort: skip

from bench._gauge import Spent, Stages
from metrics import nightly
from metrics.models import Run
from metrics.nightly import first_pass, prepare, publish, score_chunk, show

PAUSE = 0.05  # seconds
STAGES = (
    ("cut into ranges", prepare, "account_ranges"),
    ("roll up dirty days", first_pass, "refresh_some"),
    ("read for the sums", first_pass, "read_frames"),
    ("add up", first_pass, "sample"),
    ("combine", first_pass, "portfolio_inputs"),
    ("read for the scores", score_chunk, "read_frames"),
    ("read nights before", score_chunk, "_past"),
    ("measure 24 signals", score_chunk, "measure"),
    ("score, caps, flags", score_chunk, "score_frames"),
    ("write snapshots", score_chunk, "write_snapshots"),
    ("write flag changes", score_chunk, "write_flag_changes"),
    ("portfolio's rows", show, "write_current"),
    ("rows once more", publish, "write_current"),
    ("spread of points", publish, "write_spread"),
)


def main() -> None:
    """Prints one line of JSON."""
    stages = Stages()
    for stage, module, name in STAGES:
        stages.watch(stage, module, name)
    with connection.cursor() as cursor:
        cursor.execute("SET max_parallel_workers_per_gather = 0")
    whole = Spent()
    done = 0
    with whole.more():
        # between two passes there is nothing to do for a moment: workers are woken, here they look
        while Run.objects.open().exists():
            done += nightly.work(sys.argv[1], seconds=36_000).done
            time.sleep(PAUSE)
    found = {
        "chunks": done,
        "whole": whole.numbers(),
        "stages": {name: spent.numbers() for name, spent in stages.spent.items()},
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
