"""The run in progress: how far, and how long still."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from statistics import median

from django.db.models import Case, F, IntegerField, Sum, When
from django.utils import timezone

from metrics.models import Run, RunChunk

BURST = dt.timedelta(seconds=60)  # days that were asked for together
SAMPLE = 5
# pages ask, and mostly there is none
NEXT = """
SELECT * FROM metrics_run WHERE state IN ('new', 'running')
ORDER BY kind <> 'nightly', business_day, id LIMIT 1
"""


@dataclass(frozen=True, kw_only=True)
class Progress:
    """A run that is open, with the days that were asked for together with it."""

    run: Run
    done: int
    total: int
    day_number: int
    days: int
    seconds_left: float | None
    is_held_up: bool = False  # for half an hour, by an import or a lock

    @property
    def percent(self) -> int:
        """Of all days asked for together."""
        share = self.done / self.total if self.total else 0.0
        return min(int(100 * (self.day_number - 1 + share) / self.days), 99)

    @property
    def is_waiting(self) -> bool:
        """Whether no worker has begun."""
        return self.run.state == Run.State.NEW

    @property
    def left_text(self) -> str:
        """ "about 3 min left", once there is something to go by."""
        if self.seconds_left is None:
            return ""
        minutes = self.seconds_left / 60
        return f"about {minutes:.0f} min left" if minutes >= 1 else "less than a minute left"


def next_run() -> Run | None:
    """The open run that workers do next: a night before a recalculation, older days first."""
    return next(iter(Run.objects.raw(NEXT)), None)


def progress_of(run: Run | None) -> Progress | None:
    """How far `run` is; None where nothing is open."""
    if run is None:
        return None
    chunks = run.chunks.filter(kind=RunChunk.Kind.SCORE)
    finished = When(state__in=[RunChunk.State.DONE, RunChunk.State.DEAD], then=F("accounts"))
    sums = chunks.aggregate(
        total=Sum("accounts"), done=Sum(Case(finished, default=0, output_field=IntegerField()))
    )
    together = Run.objects.filter(
        kind=run.kind, reason=run.reason, created_at__gte=run.created_at - BURST
    )
    open_days = together.open().count()
    days = together.count()
    done, total = sums["done"] or 0, sums["total"] or 0
    return Progress(
        run=run,
        done=done,
        total=total,
        day_number=days - open_days + 1,
        days=days,
        seconds_left=_left(run, done, total, open_days),
        is_held_up=Run.objects.held_up().filter(pk=run.pk).exists(),
    )


def _left(run: Run, done: int, total: int, open_days: int) -> float | None:
    """From the pace of this run, else from the last ones."""
    usual = median_seconds()
    now = timezone.now()
    if run.started_at and done:
        spent = (now - run.started_at).total_seconds()
        own = spent * (total - done) / done
    elif usual is None:
        return None
    else:
        own = usual
    return own + (open_days - 1) * (usual or own)


def median_seconds() -> float | None:
    """Duration of the last few runs."""
    ended = Run.objects.filter(started_at__isnull=False, finished_at__isnull=False)
    spans = ended.order_by("-finished_at").values_list("started_at", "finished_at")[:SAMPLE]
    seconds = [(end - begin).total_seconds() for begin, end in spans if begin and end]
    return median(seconds) if seconds else None
