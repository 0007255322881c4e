"""Reading one account's snapshots, of published runs only."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from metrics.models import Run, Scorecard, Snapshot
from metrics.scoring.config import ScorecardConfig
from metrics.signals.base import Cadence
from metrics.signals.defaults import read_config

REACH = dt.timedelta(days=7)  # how far before a day another night may stand for it


@dataclass(frozen=True, kw_only=True)
class Day:
    """One published day of an account, as the trend shows it."""

    day: dt.date
    score: float | None
    band: str
    scorecard_id: int


@dataclass(frozen=True, kw_only=True)
class Night:
    """The night that the page shows, the account in it, and its published past, oldest first.

    scorecard, config: the version of the account's own line.
    """

    run: Run
    now: Snapshot
    history: list[Day]
    scorecard: Scorecard
    config: ScorecardConfig


def read_night(account_id: int, run: Run | None) -> Night | None:
    """The account in a run and before it; None where the run has not seen the account."""
    now = snapshot_of(account_id, run) if run else None
    if run is None or now is None:
        return None
    rows = Snapshot.objects.filter(
        account_id=account_id,
        day__lte=run.business_day,
        run_id__in=Run.objects.published().values("pk"),
    ).values_list("day", "score", "band", "scorecard_id")
    history = [
        Day(day=day, score=score, band=band, scorecard_id=card)
        for day, score, band, card in rows.order_by("day")
    ]
    own = now.scorecard_id != run.scorecard_id
    card = Scorecard.objects.get(pk=now.scorecard_id) if own else run.scorecard
    return Night(run=run, now=now, history=history, scorecard=card, config=read_config(card.body))


def snapshot_of(account_id: int, run: Run) -> Snapshot | None:
    """What a run stored of an account."""
    return Snapshot.objects.filter(
        account_id=account_id, day=run.business_day, run_id=run.pk
    ).first()


def compared(account_id: int, day: dt.date) -> tuple[Snapshot, Cadence] | None:
    """The account on the published night of a day, or on the nearest one up to a week before it;
    and in which rhythm people were expected then.
    """
    nights = (
        Run.objects.published()
        .filter(business_day__lte=day, business_day__gt=day - REACH)
        .order_by("-business_day")
        .values_list("pk", "business_day", "portfolio__tenant__cadence")[:1]
    )
    for run_id, night, cadence in nights:
        found = Snapshot.objects.filter(account_id=account_id, day=night, run_id=run_id).first()
        if found:
            return found, Cadence(cadence or Cadence.DAILY)
    return None
