"""The facts behind S02 people trained."""

from __future__ import annotations

import numpy as np
import pandas as pd

from metrics.signals.base import Frames
from metrics.signals.evidence.base import (
    PERSON,
    TIMES,
    Case,
    Column,
    Evidence,
    Form,
    evidence_of,
    judged,
    rows_of,
)
from metrics.signals.numbers import count, percent
from metrics.signals.training import her_courses, is_trained, training_ramp


def people_trained(case: Case) -> Evidence:
    """S02: current people with the course that counts, or else the newest that they have. For:
    trained; those who are not come first, who is there longest before the others.
    """
    people, trained = case.frames.people, is_trained(case.frames)
    who = case.people(people["current"].to_numpy(dtype=bool))
    course = _course_of_each(case.frames).reindex(who)
    rows = rows_of(
        case,
        who,
        persona=people["persona"].to_numpy()[who],
        course=course["course"].to_numpy(object),
        status=course["status"].to_numpy(object),
        completed=course["completed_days_ago"].to_numpy(dtype=np.float64),
        counts=judged(trained[who]),
        hurt=people["tenure_days"].to_numpy(dtype=np.float64)[who],
    )
    done, ramp = int(trained[who].sum()), case.of(training_ramp(case.frames))
    whole = count(len(who), "person", "people")
    if ramp < 1:
        whole = f"({whole} {TIMES} {percent(ramp)} expected by now)"
    return evidence_of(
        "S02",
        f"{done} trained / {whole} = {percent(case.found['raw'])}",
        columns=(
            PERSON,
            Column(key="persona", heading="Role"),
            Column(key="course", heading="Course"),
            Column(key="status", heading="State"),
            Column(key="completed", heading="Completed", form=Form.AGO),
        ),
        rows=rows,
        terms={"ramp": ramp},
    )


def _course_of_each(frames: Frames) -> pd.DataFrame:
    """One row of the training per person who has any, index = her position."""
    rows = frames.training.assign(hers=her_courses(frames))
    ordered = rows.sort_values(["hers", "completed_days_ago"], ascending=[False, True])
    return ordered.drop_duplicates("person").set_index("person")
