"""The nightly runs as the page lists them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from statistics import median

from django.db import connection
from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum

from metrics.models import Run, RunChunk, Scorecard

ROWS = 30
NEWEST = """
SELECT state, started_at, finished_at FROM metrics_run
WHERE is_published ORDER BY business_day DESC LIMIT %s
"""
# shape of the state, as for bands
MARKS = {
    Run.State.NEW: "grey",
    Run.State.RUNNING: "running",
    Run.State.COMPLETE: "green",
    Run.State.PARTIAL: "red",
    Run.State.FAILED: "red",
}


@dataclass(frozen=True, kw_only=True)
class Line:
    """One run: `mark` is the band whose shape its state has."""

    run: Run
    mark: str
    word: str
    failed: int
    dead: int
    retried: int
    error: str
    seconds: float | None
    share: float  # of the longest run of the page
    scorecards: str  # the default's version, then those of the other lines

    @property
    def scope(self) -> int:
        """Accounts that the run was to score."""
        return self.run.accounts + self.failed

    @property
    def key(self) -> Hashable:
        """All that a row of the table shows."""
        run = self.run
        return (
            *(run.pk, run.revision, run.business_day, run.state, run.accounts, run.reason),
            *(run.started_at, run.finished_at, run.is_published),
            *(self.mark, self.word, self.failed, self.dead, self.retried, self.error),
            *(self.seconds, self.share, self.scorecards),
        )

    @property
    def can_be_tried_again(self) -> bool:
        """Whether an admin is offered to: it failed, or did so in part."""
        return self.mark == "red"

    @property
    def failures(self) -> int:
        """Accounts without a score, or else parts of the run that were given up."""
        return self.failed or self.dead


def all_runs() -> QuerySet[Run]:
    """Every revision of every day, the newest first."""
    dead = Q(chunks__state=RunChunk.State.DEAD)
    again = Q(chunks__state=RunChunk.State.DONE, chunks__attempts__gt=1)
    words = RunChunk.objects.filter(run=OuterRef("pk")).exclude(last_error="")
    return (
        Run.objects.select_related("scorecard")
        .annotate(
            dead=Count("chunks", filter=dead),
            # what the first pass could not add up is scored all the same
            failed=Sum(
                "chunks__accounts",
                filter=dead & Q(chunks__kind=RunChunk.Kind.SCORE),
                output_field=IntegerField(),
            ),
            retried=Count("chunks", filter=again),
            error=Subquery(words.order_by("state", "pk").values("last_error")[:1]),
            seconds=F("finished_at") - F("started_at"),
        )
        .order_by("-business_day", "-revision")
    )


def lines(runs: list[Run]) -> list[Line]:
    """Runs of one page."""
    seconds = [_seconds(run) for run in runs]
    longest = max((value for value in seconds if value is not None), default=0.0) or 1.0
    others = Scorecard.objects.in_bulk({pk for run in runs for pk in run.other_scorecards})
    return [
        _line(run, spent, longest=longest, others=others)
        for run, spent in zip(runs, seconds, strict=True)
    ]


def _seconds(run: Run) -> float | None:
    spent: dt.timedelta | None = getattr(run, "seconds", None)
    return spent.total_seconds() if spent is not None else None


def _line(
    run: Run, seconds: float | None, *, longest: float, others: Mapping[int, Scorecard]
) -> Line:
    state = Run.State(run.state)
    retried = getattr(run, "retried", 0)
    cards = [run.scorecard, *(others[pk] for pk in run.other_scorecards)]
    repaired = state == Run.State.COMPLETE and retried > 0
    return Line(
        run=run,
        mark="amber" if repaired else MARKS[state],
        word="Repaired" if repaired else str(state.label),
        failed=getattr(run, "failed", None) or 0,
        dead=getattr(run, "dead", 0),
        retried=retried,
        error=getattr(run, "error", None) or "",
        seconds=seconds,
        share=(seconds or 0.0) / longest,
        scorecards=", ".join(str(card) for card in cards),
    )


@dataclass(frozen=True, kw_only=True)
class Nights:
    """The last thirty business days that have a published run."""

    complete: int
    known: int
    partial: int
    seconds: float | None


def nights() -> Nights:
    """How the last thirty nights went."""
    with connection.cursor() as cursor:
        cursor.execute(NEWEST, [ROWS])
        newest = cursor.fetchall()
    spans = [(end - began).total_seconds() for _, began, end in newest if end and began]
    complete = sum(state == Run.State.COMPLETE for state, *_ in newest)
    return Nights(
        complete=complete,
        known=len(newest),
        partial=len(newest) - complete,
        seconds=median(spans) if spans else None,
    )
