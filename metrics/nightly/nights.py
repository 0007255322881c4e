"""The nights before a run's day, in the revisions that it rests on: the same for all its chunks.

A past day may be made again and published while a run is at work. What the run reads of the past is
what was published when its first pass was added up.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from metrics.models import Run
from metrics.scoring.bands import FORGOTTEN
from metrics.scoring.trend import LONG_DAYS

HALF_YEAR = dt.timedelta(days=182)
NOT_EVERY_NIGHT = dt.timedelta(days=6)  # older than a hundred days, one a week is calculated


def published_nights(run: Run) -> list[Run]:
    """The published nights that a run may read, the newest first: those of a trend, those in which
    an account may have been seen last, and the one of half a year ago.
    """
    day = run.business_day
    before = Run.objects.published().filter(business_day__lt=day).order_by("-business_day")
    newest = before.first()
    if newest is None:
        return []
    first = min(day - dt.timedelta(days=LONG_DAYS), newest.business_day - FORGOTTEN)
    near = list(before.filter(business_day__gte=first))
    then = before.filter(business_day__lte=day - HALF_YEAR, business_day__lt=first).first()
    return [*near, then] if then else near


def nights_before(run: Run) -> list[Run]:
    """Those that the run keeps to, the newest first. One that an older version began has kept none,
    and reads what is published.
    """
    if run.past is None:
        return published_nights(run)
    return list(Run.objects.filter(pk__in=run.past).order_by("-business_day").defer("portfolio"))


def half_year_before(run: Run, nights: Iterable[Run]) -> Run | None:
    """Of the nights before, the newest first, the one of half a year ago."""
    day = run.business_day
    then = next((night for night in nights if night.business_day <= day - HALF_YEAR), None)
    return then if then and day - then.business_day <= HALF_YEAR + NOT_EVERY_NIGHT else None
