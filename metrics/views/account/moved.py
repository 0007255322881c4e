"""Why it moved: a period, the waterfall that sums, the reasons in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from metrics.charts import Figure, waterfall
from metrics.models import Snapshot
from metrics.models.runs import old_config
from metrics.scoring.config import ScorecardConfig
from metrics.scoring.explain import shown_change
from metrics.signals.base import Cadence, State
from metrics.signals.catalogue import BY_CODE
from metrics.signals.numbers import Value
from metrics.signals.story import Reason, Step, caps_of, change_between, reasons, steps
from metrics.views.account.night import Night

PERIODS = (1, 7, 30, 90)
DEFAULT_DAYS = 30
LONGEST = 3650
TOP = 5
ROW_BAR = 120  # px
NO_DAY = "No night is published for that day or the week before it. Choose another day."
NO_SCORE = "On one of the two days there was not enough data for a score, so there is no change."


@dataclass(frozen=True, kw_only=True)
class Period:
    """How far back the page looks: one of the buttons, or a day of the reader's choice."""

    days: int
    is_custom: bool

    def since(self, today: dt.date) -> dt.date:
        """The day to compare with."""
        return today - dt.timedelta(days=self.days)


@dataclass(frozen=True, kw_only=True)
class Moved:
    """The change over a period; `why_not` says why there is none to explain."""

    period: Period
    since: dt.date
    before: Snapshot | None = None
    total: float | None = None
    bars: tuple[dict[str, Any], ...] = ()
    reasons: tuple[dict[str, Any], ...] = ()
    figure: Figure | None = None
    starts_at: float = 0.0
    why_not: str = ""


def read_period(parameters: Mapping[str, str], *, today: dt.date) -> Period:
    """Out of `days` or `since` in the URL; the default for anything else."""
    try:
        if parameters.get("since"):
            since = dt.date.fromisoformat(parameters["since"])
            period = Period(days=(today - since).days, is_custom=True)
        else:
            period = Period(days=int(parameters.get("days", DEFAULT_DAYS)), is_custom=False)
    except ValueError:
        period = Period(days=0, is_custom=False)
    good = 0 < period.days <= LONGEST and (period.is_custom or period.days in PERIODS)
    return period if good else Period(days=DEFAULT_DAYS, is_custom=False)


def moved(night: Night, period: Period) -> Moved:
    """The change of the account over a period, in parts that sum."""
    if night.before is None:
        return Moved(period=period, since=period.since(night.run.business_day), why_not=NO_DAY)
    before, cadence = night.before
    parts = change_between(before, night.now, old=_old_config(before, cadence, night))
    if parts is None:
        return Moved(period=period, since=before.day, before=before, why_not=NO_SCORE)
    bars = _ordered([_named(step, before, night) for step in steps(before, night.now, parts)])
    figure = _figure(before, night, bars)
    return Moved(
        period=period,
        since=before.day,
        before=before,
        total=shown_change(before.score or 0.0, night.now.score or 0.0),
        bars=tuple(_bars(bars, before.score or 0.0)),
        reasons=tuple(
            _reason(reason, before, night.now)
            for reason in reasons(before, night.now, parts)[:TOP]
            if abs(reason.moved) >= 0.05
        ),
        figure=figure,
        starts_at=figure["layout"]["yaxis"]["range"][0],
    )


def _old_config(before: Snapshot, cadence: Cadence, night: Night) -> ScorecardConfig | None:
    """As `old_config` of the runs says it, of which one is here already and the other not needed
    where both nights were read alike.
    """
    if before.scorecard_id == night.now.scorecard_id and cadence is night.tenant.cadence:
        return None
    return old_config(before, night.now)


def _named(step: Step, before: Snapshot, night: Night) -> Step:
    """Which cap, which version."""
    if step.name == "Cap":
        rules = {*caps_of(before), *caps_of(night.now)}
        return replace(step, name=" ".join(["Cap", *sorted(rules)]))
    if step.name == "Scorecard":
        return replace(step, name=f"Scorecard {night.scorecard}")
    return step


def _ordered(bars: list[Step]) -> list[Step]:
    """Behaviour first, in the direction of the change; then what is not behaviour."""
    falling = sum(bar.moved for bar in bars) < 0
    return sorted(
        bars, key=lambda bar: (bar.kind != "behaviour", bar.moved if falling else -bar.moved)
    )


def _reason(reason: Reason, before: Snapshot, now: Snapshot) -> dict[str, Any]:
    return {
        "code": reason.code,
        "name": reason.name,
        "dimension": BY_CODE[reason.code].dimension.value,
        "moved": reason.moved,
        "claim": reason.claim,
        "by_weight": reason.by_weight,
        "before": reason.told.before,
        "after": reason.told.after,
        "points": (_points(before, reason.code), _points(now, reason.code)),
        "behind": _behind(reason.code, now, reason.after),
        "where": WHERE.get(COUNTED.get(reason.code, ""), ""),
    }


def _points(stored: Snapshot, code: str) -> float | None:
    return stored.points[BY_CODE[code].slot]


def _behind(code: str, now: Snapshot, value: Value) -> str:
    """How many people, tickets or answers a measured value rests on."""
    measured = now.states[BY_CODE[code].slot] == State.OK.value
    if not measured or not value.n >= 1 or code not in COUNTED:
        return ""
    noun = COUNTED[code]
    return f"{value.n:.0f} {noun if value.n != 1 else SINGULAR[noun]}"


COUNTED = {
    "S02": "people",
    "S03": "value tasks",
    "S05": "people",
    "S07": "weeks",
    "S09": "people",
    "S12": "groups",
    "S17": "tickets",
    "S19": "tickets",
    "S20": "ratings",
    "S22": "answers",
    "S23": "surveys",
}
SINGULAR = {
    "people": "person",
    "value tasks": "value task",
    "weeks": "week",
    "groups": "group",
    "tickets": "ticket",
    "ratings": "rating",
    "answers": "answer",
    "surveys": "survey",
}
WHERE = {  # the section of the page that shows them
    "people": "people",
    "groups": "people",
    "value tasks": "value-tasks",
    "tickets": "tickets",
    "ratings": "tickets",
    "answers": "surveys",
    "surveys": "surveys",
}


def _bars(bars: list[Step], start: float) -> list[dict[str, Any]]:
    """The same steps as rows with a small bar, for the table and for narrow screens."""
    levels = [start]
    for bar in bars:
        levels.append(levels[-1] + bar.moved)
    low, high = min(levels), max(levels)
    scale = ROW_BAR / max(high - low, 1.0)
    return [
        {
            "step": bar,
            "x": round((min(was, now) - low) * scale, 1),
            "width": max(round(abs(now - was) * scale, 1), 1.0),
            "fill": "grey" if bar.kind != "behaviour" else "red" if bar.moved < 0 else "green",
        }
        for bar, was, now in zip(bars, levels, levels[1:], strict=False)
    ]


def _figure(before: Snapshot, night: Night, bars: list[Step]) -> Figure:
    return waterfall(
        start=(f"{before.day:%-d %b}", round(before.score or 0.0, 1)),
        steps=[(step.name, step.moved, step.kind == "behaviour") for step in bars],
        end=(f"{night.run.business_day:%-d %b}", round(night.now.score or 0.0, 1)),
    )
