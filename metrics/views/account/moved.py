"""Why it moved: a period, the waterfall that sums, the reasons in words."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from metrics.charts import Figure, waterfall
from metrics.models import Run, Snapshot
from metrics.signals.defaults import read_config
from metrics.signals.story import Reason, Step, change_between, reasons, steps
from metrics.signals.words import value_text
from metrics.views.account.night import Night, compared

PERIODS = (1, 7, 30, 90)
DEFAULT_DAYS = 30
TOP = 5


@dataclass(frozen=True, kw_only=True)
class Moved:
    """The change over a period; `why_not` says why there is none to explain."""

    days: int
    since: dt.date
    before: Snapshot | None = None
    total: float | None = None
    steps: tuple[Step, ...] = ()
    reasons: tuple[dict[str, Any], ...] = ()
    figure: Figure | None = None
    why_not: str = ""


def read_period(parameters: Any, *, today: dt.date) -> int:
    """Days back out of `days` or `since` in the URL; the default for anything else."""
    try:
        if parameters.get("since"):
            days = (today - dt.date.fromisoformat(parameters["since"])).days
        else:
            days = int(parameters.get("days", DEFAULT_DAYS))
    except ValueError:
        return DEFAULT_DAYS
    return days if 0 < days <= 3650 else DEFAULT_DAYS


def moved(night: Night, days: int) -> Moved:
    """The change of the account since `days` ago, in parts that sum."""
    since = night.run.business_day - dt.timedelta(days=days)
    found = compared(night.now.account_id, since)
    if found is None:
        return Moved(days=days, since=since, why_not="There is no score of that day to compare.")
    run, before = found
    parts = change_between(before, night.now, old=_old_config(run, night.run))
    if parts is None:
        text = "On one of the two days there was not enough data for a score."
        return Moved(days=days, since=run.business_day, before=before, why_not=text)
    bars = steps(before, night.now, parts)
    return Moved(
        days=days,
        since=run.business_day,
        before=before,
        total=parts.total,
        steps=tuple(bars),
        reasons=tuple(_reason(reason) for reason in reasons(before, night.now, parts)[:TOP]),
        figure=_figure(run, before, night, bars),
    )


def _old_config(before: Run, now: Run) -> Any:
    same = before.scorecard_id == now.scorecard_id
    return None if same else read_config(before.scorecard.body)


def _reason(reason: Reason) -> dict[str, Any]:
    return {
        "code": reason.code,
        "name": reason.name,
        "moved": reason.moved,
        "claim": reason.claim,
        "before": value_text(reason.code, reason.before),
        "after": value_text(reason.code, reason.after),
    }


def _figure(run: Run, before: Snapshot, night: Night, bars: list[Step]) -> Figure:
    return waterfall(
        start=(f"{run.business_day:%-d %b}", round(before.score or 0.0, 1)),
        steps=[(step.name, step.moved, step.kind == "behaviour") for step in bars],
        end=(f"{night.run.business_day:%-d %b}", round(night.now.score or 0.0, 1)),
    )
