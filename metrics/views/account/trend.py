"""The score over a year, with what happened marked on it."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import Any

from accounts.models import ArrMovement, Contract, Organisation
from metrics.charts import Figure, trend
from metrics.models import Scorecard, Survey, Ticket
from metrics.signals.defaults import read_config
from metrics.views.account.night import Night

SPANS = {"90d": 90, "12m": 365}
SEVERE = ("urgent", "critical", "sev-1", "sev1", "1")
MAX_EVENTS = 6


def year(night: Night, organisation: Organisation, span: str) -> dict[str, Any]:
    """The figure, and the same numbers for the table under it."""
    first = night.run.business_day - dt.timedelta(days=SPANS.get(span, 365))
    days = [day for day in night.history if day.day > first]
    return {
        "figure": _figure(night, days, organisation, first),
        "rows": [day for day in reversed(days) if day.day.weekday() == 0 or day is days[-1]],
        "span": span if span in SPANS else "12m",
    }


def _figure(
    night: Night, days: list[Any], organisation: Organisation, first: dt.date
) -> Figure | None:
    if len(days) < 2:
        return None
    config = read_config(night.run.scorecard.body)
    return trend(
        [day.day for day in days],
        [None if day.score is None else round(day.score, 1) for day in days],
        red_below=config.red_below,
        green_from=config.green_from,
        events=_events(night, days, organisation, first),
    )


def _events(
    night: Night, days: list[Any], organisation: Organisation, first: dt.date
) -> list[tuple[dt.date, str]]:
    account = night.now.account_id
    start = organisation.starts_at(first)
    found = [
        *_scorecards(days),
        *[
            (organisation.day_of(at), f"NPS {score:.0f}")
            for at, score in Survey.objects.filter(
                account_id=account, is_latest=True, kind="nps", answered_at__gt=start
            )
            .exclude(score=None)
            .values_list("answered_at", "score")
            if at and score is not None and (score <= 4 or score == 10)
        ],
        *[
            (organisation.day_of(at), "Severe ticket")
            for at in Ticket.objects.filter(
                account_id=account, is_latest=True, opened_at__gt=start, severity__in=SEVERE
            ).values_list("opened_at", flat=True)
        ],
        *[
            (on, str(ArrMovement.Type(kind).label))
            for on, kind in ArrMovement.objects.filter(account_id=account, on__gt=first)
            .exclude(type="new")
            .values_list("on", "type")
        ],
        *[
            (on, "Notice given")
            for on in Contract.objects.filter(account_id=account, notice_on__gt=first)
            .values_list("notice_on", flat=True)
            .distinct()
            if on
        ],
    ]
    return _spread(sorted(found))


def _scorecards(days: list[Any]) -> list[tuple[dt.date, str]]:
    """Days from which another version was used."""
    changed = [
        (now.day, now.scorecard_id)
        for before, now in pairwise(days)
        if before.scorecard_id != now.scorecard_id
    ]
    versions = dict(
        Scorecard.objects.filter(pk__in=[card for _, card in changed]).values_list("pk", "version")
    )
    return [(day, f"Scorecard v{versions[card]}") for day, card in changed]


def _spread(events: list[tuple[dt.date, str]]) -> list[tuple[dt.date, str]]:
    """The newest few that do not lie on top of one another."""
    kept: list[tuple[dt.date, str]] = []
    for day, name in reversed(events):
        if len(kept) < MAX_EVENTS and all((other - day).days > 21 for other, _ in kept):
            kept.append((day, name))
    return kept[::-1]
