"""The facts behind S12 groups reached, S13 evenness, S14 dependence on one person."""

from __future__ import annotations

import numpy as np

from metrics.signals.breadth import group_shares, groups_reached, share_days
from metrics.signals.evidence.base import (
    GROUP,
    LAST,
    PERSON,
    TIMES,
    Case,
    Column,
    Evidence,
    Form,
    evidence_of,
    judged,
    number_text,
    quiet_days,
    rows_of,
)
from metrics.signals.numbers import MINUS, count, number, percent


def groups(case: Case) -> Evidence:
    """S12: the groups that should use the product. Against: not enough active people, the largest
    first.
    """
    rows = case.mine(groups_reached(case.frames, by="group"))
    reached = int(rows["reached"].sum())
    return evidence_of(
        "S12",
        f"{count(reached, 'group')} with enough active people / {count(len(rows), 'group')}"
        f" = {percent(case.found['raw'])}",
        columns=(
            GROUP,
            Column(key="target", heading="People", form=Form.COUNT),
            Column(key="active", heading="Active in 28 days", form=Form.COUNT),
            Column(key="needed", heading="Needed", form=Form.COUNT),
        ),
        rows=rows.assign(
            needed=np.ceil(rows["needed"] - 1e-9),
            counts=judged(rows["reached"]),
            hurt=rows["target"],
        ),
    )


def shares_of_groups(case: Case) -> Evidence:
    """S13: each group's share of the work for its size. Against: less than an even share."""
    rows = case.mine(group_shares(case.frames))
    k = len(rows)
    even = 1 / max(k, 1)
    squares = float((rows["p"] ** 2).sum())
    effective = 1 / squares if squares else float("nan")
    return evidence_of(
        "S13",
        f"as even as {number(effective, 2)} groups, ({number(effective, 2)} {MINUS} 1) /"
        f" ({k} {MINUS} 1) = {percent(case.found['raw'])} even",
        columns=(
            GROUP,
            Column(key="size", heading="People", form=Form.COUNT),
            Column(key="days", heading="Active days in 12 weeks", form=Form.COUNT),
            Column(key="each", heading="Per person", form=Form.NUMBER),
            Column(key="p", heading="Share for its size", form=Form.SHARE),
        ),
        rows=rows.assign(
            each=rows["days"] / rows["size"],
            counts=judged(rows["p"] >= even - 1e-9),
            hurt=-rows["p"],
        ),
    )


def busiest_people(case: Case) -> Evidence:
    """S14: people by active days in 84 days. Against: the busiest one, on whom it depends."""
    days = share_days(case.frames)
    who = case.people(days > 0)
    mine, total = days[who], float(days[who].sum())
    top = int(np.argmax(mine)) if len(who) else -1
    rows = rows_of(
        case,
        who,
        group=case.frames.people["group"].to_numpy()[who],
        days=mine,
        share=mine / total if total else mine,
        here=case.frames.people["current"].to_numpy(dtype=bool)[who],
        last_active=quiet_days(case.frames)[who],
        counts=judged(np.arange(len(who)) != top),
        hurt=mine,
    )
    most = number_text(float(mine[top])) if len(who) else "0"
    text = f"{most} of {count(total, 'active day')} by one person"
    if len(who) < 3:
        few = number(0.25 + len(who) / 4, 2)
        text = f"{text} {TIMES} {few} as only {count(len(who), 'person', 'people')} came"
    return evidence_of(
        "S14",
        f"{text} = {percent(case.found['raw'])}",
        columns=(
            PERSON,
            GROUP,
            Column(key="days", heading="Active days in 12 weeks", form=Form.COUNT),
            Column(key="share", heading="Share", form=Form.SHARE),
            Column(key="here", heading="Still here", form=Form.YES),
            LAST,
        ),
        rows=rows,
    )
