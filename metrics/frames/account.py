"""One account again as a run saw it: the same reader, the same cut-off, the same portfolio."""

from __future__ import annotations

from typing import Any

from metrics.frames.reader import Reading
from metrics.frames.window import Window
from metrics.models import Run
from metrics.signals.base import Frames
from metrics.signals.portfolio import from_json


class OnDemand(Frames):
    """Frames of which each table is read when it is first looked at: a page that shows what is
    behind one signal needs few of them, and a small table costs nearly as much as a large one.
    """

    def __init__(self, reading: Reading) -> None:
        object.__setattr__(self, "_reading", reading)

    def __getattr__(self, name: str) -> Any:
        found = getattr(object.__getattribute__(self, "_reading"), name)
        self.__dict__[name] = found  # the next look does not come here
        return found


def read_account(run: Run, account_id: int) -> Frames:
    """The frames of one account; without a row in `accounts` where the run did not see it."""
    window = Window(
        day=run.business_day,
        cutoff=run.data_cutoff,
        zone=run.zone,
        lo=account_id,
        hi=account_id + 1,
    )
    return OnDemand(Reading(window, from_json(run.portfolio or {})))
