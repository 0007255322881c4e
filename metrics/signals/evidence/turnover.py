"""The facts behind S15 newcomers onboarded and S16 turnover of people."""

from __future__ import annotations

import numpy as np

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
from metrics.signals.numbers import count, percent
from metrics.signals.training import is_trained
from metrics.signals.turnover import (
    YEARLY,
    has_training,
    lost_people,
    mean_heads,
    newcomers,
    weeks_come,
)


def newcomers_come(case: Case) -> Evidence:
    """S15: who came 28 to 112 days ago. For: came often enough, and is trained where that is
    known; of the others who has been here for longest comes first.
    """
    who = case.people(newcomers(case.frames))
    weeks, asked = (each[who] for each in weeks_come(case.frames))
    trained = is_trained(case.frames)[who]
    teaches = bool(has_training(case.frames)[case.account])
    here = case.frames.people["tenure_days"].to_numpy(dtype=np.float64)[who]
    good = (weeks >= asked) & (trained | (not teaches))
    rows = rows_of(
        case,
        who,
        group=case.frames.people["group"].to_numpy()[who],
        here=here,
        weeks=weeks,
        asked=asked,
        trained=trained if teaches else None,
        counts=judged(good),
        hurt=here,
    )
    what = "who came often enough and are trained" if teaches else "who came often enough"
    return evidence_of(
        "S15",
        f"{int(good.sum())} {what} / {count(len(who), 'newcomer')} = {percent(case.found['raw'])}",
        columns=(
            PERSON,
            GROUP,
            Column(key="here", heading="Came", form=Form.AGO),
            Column(key="weeks", heading="Weeks active", form=Form.COUNT),
            Column(key="asked", heading="Needed", form=Form.COUNT),
            Column(key="trained", heading="Trained", form=Form.YES),
        ),
        rows=rows,
    )


def people_lost(case: Case) -> Evidence:
    """S16: who left or fell silent in 182 days, the latest first; all of them are against."""
    gone, silent = lost_people(case.frames)
    who = case.people(gone | silent)
    left = case.frames.people["left_days"].to_numpy(dtype=np.float64)[who]
    quiet = quiet_days(case.frames)[who]
    lost_ago = np.where(gone[who], left, quiet)
    heads = case.of(mean_heads(case.frames))
    rows = rows_of(
        case,
        who,
        group=case.frames.people["group"].to_numpy()[who],
        what=np.where(gone[who], "left", "fell silent"),
        ago=lost_ago,
        last_active=quiet,
        counts=judged(np.zeros(len(who), dtype=bool)),
        hurt=-lost_ago,
    )
    few = count(len(who), "person", "people")
    return evidence_of(
        "S16",
        f"{few} lost in half a year {TIMES} {YEARLY} / {number_text(heads)} people on average"
        f" = {percent(case.found['raw'])} a year",
        columns=(
            PERSON,
            GROUP,
            Column(key="what", heading="What happened"),
            Column(key="ago", heading="Since", form=Form.AGO),
            LAST,
        ),
        rows=rows,
        terms={"heads": heads, "yearly": YEARLY},
    )
