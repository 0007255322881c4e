"""One account again as a run saw it: the same reader, the same cut-off, the same portfolio."""

from __future__ import annotations

from metrics.frames.reader import read_frames
from metrics.frames.window import Window
from metrics.models import Run
from metrics.signals.base import Frames
from metrics.signals.portfolio import from_json


def read_account(run: Run, account_id: int) -> Frames:
    """The frames of one account; without a row in `accounts` where the run did not see it."""
    window = Window(
        day=run.business_day,
        cutoff=run.data_cutoff,
        zone=run.zone,
        lo=account_id,
        hi=account_id + 1,
    )
    return read_frames(window, from_json(run.portfolio or {}))
