"""The facts behind S09 feature breadth, S10 advanced features, S11 depth per person."""

from __future__ import annotations

import numpy as np

from metrics.signals.base import Bools, Floats
from metrics.signals.evidence.base import (
    PERSON,
    Case,
    Column,
    Evidence,
    Form,
    Places,
    evidence_of,
    judged,
    mean_text,
    number_text,
    rows_of,
    tenths,
)
from metrics.signals.features import (
    ADVANCED,
    advanced_shares,
    days_a_week,
    expected_shares,
    feature_shares,
    used_of_relevant,
)
from metrics.signals.numbers import number, percent
from metrics.signals.values import Strings

UNUSED_SHOWN = 4
SHARE = Column(key="share", heading="Share", form=Form.SHARE)
USED = Column(key="used", heading="Features used", form=Form.COUNT)
RELEVANT = Column(key="relevant", heading="Of", form=Form.COUNT)
MISSING = Column(key="missing", heading="Not used yet")


def features_used(case: Case) -> Evidence:
    """S09: people active in 28 days by the share of their features that they use. Against: below
    the mean.
    """
    share, counted = feature_shares(case.frames)
    who = case.people(counted)
    rows = rows_of(
        case,
        who,
        **_features(case, who, level=None),
        share=share[who],
        counts=judged(share[who] >= case.found["raw"] - 1e-9),
        hurt=-share[who],
    )
    return evidence_of(
        "S09",
        f"{mean_text([percent(each) for each in sorted(share[who])])}"
        f" = {percent(case.found['raw'])} of their features",
        columns=(PERSON, USED, RELEVANT, SHARE, MISSING),
        rows=rows,
    )


def advanced_used(case: Case) -> Evidence:
    """S10: people active in 28 days by what they use of the advanced features, beside what people
    who are there as long do. Against: less than those.
    """
    share, counted = advanced_shares(case.frames)
    who, expected = case.people(counted), expected_shares(case.frames)
    weeks = case.frames.people["tenure_days"].to_numpy(dtype=np.float64)[who] // 7
    rows = rows_of(
        case,
        who,
        weeks=weeks,
        **_features(case, who, level=ADVANCED),
        share=share[who],
        expected=expected[who],
        counts=judged(share[who] >= expected[who]),
        hurt=expected[who] - share[who],
    )
    mine, usual = _mean(share, who), _mean(expected, who)
    return evidence_of(
        "S10",
        f"{tenths(mine)} of advanced features used / {tenths(usual)} usual for people here as long"
        f" = {number(case.found['raw'], 2)}",
        columns=(
            PERSON,
            Column(key="weeks", heading="Weeks here", form=Form.COUNT),
            USED,
            RELEVANT,
            SHARE,
            Column(key="expected", heading="Usual", form=Form.SHARE),
            MISSING,
        ),
        rows=rows,
    )


def depth(case: Case) -> Evidence:
    """S11: people active in 28 days by days a week times breadth. Against: below the reference."""
    share, counted = feature_shares(case.frames)
    who, days = case.people(counted), days_a_week(case.frames)
    product, reference = (share * days)[who], case.frames.portfolio.tenant.depth_reference
    rows = rows_of(
        case,
        who,
        days=days[who],
        share=share[who],
        depth=product,
        counts=judged(product >= reference),
        hurt=-product,
    )
    return evidence_of(
        "S11",
        f"{mean_text([number(each, 2) for each in sorted(product)])}"
        f" / {number_text(reference)} for good use = {number(case.found['raw'], 2)}",
        columns=(
            PERSON,
            Column(key="days", heading="Days a week", form=Form.NUMBER),
            Column(key="share", heading="Share of features", form=Form.SHARE),
            Column(key="depth", heading="Depth", form=Form.FINE),
        ),
        rows=rows,
        terms={"reference": reference},
    )


def _features(case: Case, who: Places, *, level: str | None) -> dict[str, object]:
    """How many features each person uses, of how many, and the first of those that she does not."""
    used, relevant = used_of_relevant(case.frames, level=level)
    keys = case.frames.features["key"].to_numpy(dtype=object)
    left = (relevant & ~used)[who]
    return {
        "used": used[who].sum(axis=1),
        "relevant": relevant[who].sum(axis=1),
        "missing": [_named(keys, row) for row in left],
    }


def _named(keys: Strings, chosen: Bools) -> str:
    names = [str(key) for key in keys[chosen]]
    more = len(names) - UNUSED_SHOWN
    return ", ".join(names[:UNUSED_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _mean(values: Floats, who: Places) -> float:
    return float(values[who].mean()) if len(who) else float("nan")
