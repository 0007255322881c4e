"""The facts behind S01 seats in use, S03 value tasks, S04 time to value."""

from __future__ import annotations

import numpy as np
import pandas as pd

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
from metrics.signals.numbers import count, number, percent
from metrics.signals.onboarding import MIN_EXPECTED_TASKS, seat_ramp, tasks_due
from metrics.signals.weeks import active_28

TASK = Column(key="task", heading="Value task")


def seats_in_use(case: Case) -> Evidence:
    """S01: people with access, and those who should have it. For: active in 28 days."""
    people, here = case.frames.people, active_28(case.frames)
    listed = people["current"] | (people["intended"] & people["left_days"].isna())
    who = case.people(listed.to_numpy(dtype=bool))
    quiet = quiet_days(case.frames)[who]
    rows = rows_of(
        case,
        who,
        group=people["group"].to_numpy()[who],
        access=people["current"].to_numpy(dtype=bool)[who],
        last_active=quiet,
        counts=judged(here[who]),
        hurt=np.nan_to_num(quiet, nan=np.inf),
    )
    seats, ramp = case.of(case.frames.accounts["seats"].to_numpy()), case.of(seat_ramp(case.frames))
    active = int(here[who].sum())
    sold = number_text(seats) if seats == seats else "an unknown number of"
    whole = f"{sold} seats"
    if ramp < 1:
        whole = f"({whole} {TIMES} {percent(ramp)} expected by now)"
    return evidence_of(
        "S01",
        f"{count(active, 'person', 'people')} active in 28 days / {whole}"
        f" = {percent(case.found['raw'])}",
        columns=(PERSON, GROUP, Column(key="access", heading="Has access", form=Form.YES), LAST),
        rows=rows,
        terms={"seats": seats, "ramp": ramp},
    )


def value_tasks(case: Case) -> Evidence:
    """S03: tasks by how much of them is expected by now. For: done. Not counted: no due day."""
    tasks = case.mine(tasks_due(case.frames))
    undated = case.mine(case.frames.milestones).drop(index=tasks.index)
    rows = pd.concat([tasks, undated.assign(credit=0.0, done=False)])
    counts = judged(rows["done"], counted=rows["due_day"].notna())
    done, credit = int(tasks["done"].sum()), float(tasks["credit"].sum())
    expected = max(credit, MIN_EXPECTED_TASKS)
    return evidence_of(
        "S03",
        f"{count(done, 'task')} done / {number_text(expected)} expected by now"
        f" = {percent(case.found['raw'])}",
        columns=(
            TASK,
            Column(key="due_day", heading="Due on day", form=Form.COUNT),
            Column(key="completed_day", heading="Done on day", form=Form.COUNT),
            Column(key="credit", heading="Expected by now", form=Form.SHARE),
        ),
        rows=rows.assign(task=rows["name"], counts=counts, hurt=rows["credit"]),
        terms={"least": MIN_EXPECTED_TASKS},
    )


def first_value(case: Case) -> Evidence:
    """S04: the moments at which they see what they bought it for. For: reached."""
    moments = case.frames.milestones
    moments = case.mine(moments[moments["value"].astype(bool)])
    age = case.of(case.frames.accounts["age_days"].to_numpy(dtype=np.float64))
    reached = moments["completed_day"].notna()
    target = case.frames.portfolio.tenant.value_days
    days = max(float(moments["completed_day"].min()), 0.0) if reached.any() else age
    begins = "First value after" if reached.any() else "No value yet after"
    return evidence_of(
        "S04",
        f"{begins} {count(days, 'day')} / {number_text(target)} days that it should take"
        f" = {number(case.found['raw'], 2)}",
        columns=(
            TASK,
            Column(key="due_day", heading="Due on day", form=Form.COUNT),
            Column(key="completed_day", heading="Reached on day", form=Form.COUNT),
        ),
        rows=moments.assign(
            task=moments["name"],
            counts=judged(reached),
            hurt=-moments["completed_day"].fillna(moments["due_day"]),
        ),
        terms={"age": age, "target": target},
    )
