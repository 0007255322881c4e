"""The facts behind S05 weekly consistency, S06 active days a week, S07 usage against normal."""

from __future__ import annotations

import numpy as np
import pandas as pd

from metrics.signals.base import Bools, Floats
from metrics.signals.engagement import (
    days_of_weeks,
    is_monthly,
    recent_and_before,
    seats_filled,
    weekly_users,
    weeks_kept,
)
from metrics.signals.evidence.base import (
    LAST,
    PERSON,
    Case,
    Column,
    Evidence,
    Form,
    Judgements,
    evidence_of,
    judged,
    mean_text,
    quiet_days,
    rows_of,
    tenths,
)
from metrics.signals.numbers import MINUS, count, number, percent
from metrics.signals.values import ratio
from metrics.signals.weeks import kept, season


def weeks_come(case: Case) -> Evidence:
    """S05: current people by the share of weeks in which they came. Against: below the mean, which
    they draw down. Not counted: too new.
    """
    came, there, counted = weeks_kept(case.frames)
    who = case.people(case.frames.people["current"].to_numpy(dtype=bool))
    share = np.nan_to_num(ratio(came, there))[who]
    unit = "months" if is_monthly(case.frames) else "weeks"
    rows = rows_of(
        case,
        who,
        came=came[who],
        there=there[who],
        share=share,
        last_active=quiet_days(case.frames)[who],
        counts=_above(share, case, counted[who]),
        hurt=-share,
    )
    shares = [percent(each) for each in sorted(share[counted[who]])]
    return evidence_of(
        "S05",
        f"{mean_text(shares)} = {percent(case.found['raw'])} of {unit}",
        columns=(
            PERSON,
            Column(key="came", heading=f"{unit.capitalize()} active", form=Form.COUNT),
            Column(key="there", heading="Of", form=Form.COUNT),
            Column(key="share", heading="Share", form=Form.SHARE),
            LAST,
        ),
        rows=rows,
    )


def days_come(case: Case) -> Evidence:
    """S06: current people by active days in a week in which they come. Against: below the mean.
    Not counted: did not come at all (that is S05's subject).
    """
    days = days_of_weeks(case.frames)
    who = case.people(case.frames.people["current"].to_numpy(dtype=bool))
    total = days[who].sum(axis=1).astype(np.float64)
    weeks = (days[who] > 0).sum(axis=1).astype(np.float64)
    each = ratio(total, weeks)
    rows = rows_of(
        case,
        who,
        days=total,
        weeks=weeks,
        each=each,
        last_active=quiet_days(case.frames)[who],
        counts=_above(each, case, weeks > 0),
        hurt=-each,
    )
    return evidence_of(
        "S06",
        f"{count(total.sum(), 'active day')} / {count(weeks.sum(), 'week')} in which somebody came"
        f" = {number(case.found['raw'], 1)} days a week",
        columns=(
            PERSON,
            Column(key="days", heading="Active days", form=Form.COUNT),
            Column(key="weeks", heading="Weeks active", form=Form.COUNT),
            Column(key="each", heading="Days a week", form=Form.NUMBER),
            LAST,
        ),
        rows=rows,
    )


def weekly_usage(case: Case) -> Evidence:
    """S07: the last 4 weeks against the 26 before them, the newest first. For and against: recent
    weeks, above and below the median of the others; those are the measure and speak for nobody.
    """
    users, seats = (f(case.frames)[case.account] for f in (weekly_users, seats_filled))
    g = season(case.frames)
    q = users / (g * seats)
    recent, before = recent_and_before(case.frames)
    weeks = kept(case.frames)
    weeks = weeks[np.isin(weeks, [*recent, *before])][::-1]
    now, usual = pd.Series(q[recent]).mean(), pd.Series(q[before]).median()
    is_recent = np.isin(weeks, recent)
    known = is_recent & np.isfinite(q[weeks])
    rows = pd.DataFrame(
        {
            "week": [case.frames.weeks[column].isoformat() for column in weeks],
            "part": np.where(is_recent, "recent", "normal"),
            "users": users[weeks],
            "seats": seats[weeks],
            "season": g[weeks],
            "share": q[weeks],
            "counts": judged(q[weeks] >= usual, counted=known),
            "hurt": np.arange(len(weeks), 0, -1),
        }
    )
    return evidence_of(
        "S07",
        f"{tenths(now)} of seats active in a recent week / {tenths(usual)} in a normal one"
        f" {MINUS} 1 = {percent(case.found['raw'])}",
        columns=(
            Column(key="week", heading="Week of", form=Form.DATE),
            Column(key="part", heading="Stands for"),
            Column(key="users", heading="Active people", form=Form.COUNT),
            Column(key="seats", heading="Seats", form=Form.COUNT),
            Column(key="season", heading="Season", form=Form.FINE),
            Column(key="share", heading="Of seats", form=Form.SHARE),
        ),
        rows=rows,
    )


def _above(values: Floats, case: Case, counted: Bools) -> Judgements:
    """Who is at least at the mean; None: not counted."""
    return judged(values >= case.found["raw"] - 1e-9, counted=counted)
