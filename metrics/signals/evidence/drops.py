"""The facts behind S08 drop after a plateau."""

from __future__ import annotations

import numpy as np

from metrics.signals.drops import FLAGGED_PRIOR, PEOPLE_PRIOR, people_asked
from metrics.signals.evidence.base import (
    LAST,
    PERSON,
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
from metrics.signals.plateau import REFERENCE_END, history, levels


def dropped(case: Case) -> Evidence:
    """S08: everybody of whom it is asked, with the two sides of the comparison and what she
    discovered in the last 8 weeks. Against: carries a flag, the steepest falls first.
    """
    past = history(case.frames)
    asked, *fell = people_asked(case.frames)
    who = case.people(asked)
    flagged, lapsed = (chosen[who] for chosen in fell)
    usual, now = levels(past, who)
    since, until = int(past.ends[-1 - REFERENCE_END]), int(past.ends[-1])
    rows = rows_of(
        case,
        who,
        what=np.select([lapsed, flagged], ["fell silent", "comes far less"], default="steady"),
        usual=usual,
        now=now,
        discovered=past.discovered(since=since, until=until)[who],
        last_active=quiet_days(case.frames)[who],
        counts=judged(~flagged),
        hurt=np.nan_to_num(usual - now),
    )
    bad, n = int(flagged.sum()), len(who)
    return evidence_of(
        "S08",
        f"({bad} dropped + {number_text(FLAGGED_PRIOR)}) / ({count(n, 'person', 'people')} long"
        f" enough here + {number_text(PEOPLE_PRIOR)}) = {percent(case.found['raw'])}",
        columns=(
            PERSON,
            Column(key="what", heading="What happened"),
            Column(key="usual", heading="Days a week before", form=Form.NUMBER),
            Column(key="now", heading="Lately", form=Form.NUMBER),
            Column(key="discovered", heading="New features in 8 weeks", form=Form.COUNT),
            LAST,
        ),
        rows=rows,
        terms={"flagged_prior": FLAGGED_PRIOR, "people_prior": PEOPLE_PRIOR},
    )
