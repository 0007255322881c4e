"""Whom a line of scorecards is for: each account has one, and no two lines claim the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from metrics.scoring.config import ScorecardConfig

Places = npt.NDArray[np.intp]


def which(
    segments: Sequence[str], plans: Sequence[str], configs: Sequence[ScorecardConfig]
) -> Places:
    """Place in `configs` of every account's scorecard [A], out of its segment and its plan.

    configs[0] is the default, for every account that no other is for. Of the others the first
    whose segments hold the account's segment, or whose plans hold its plan, is the one: whole
    texts, upper and lower case alike. An account without segment and plan has the default.
    """
    by_segment, by_plan = _first_claims(configs, "segments"), _first_claims(configs, "plans")
    nobody = len(configs)
    found = np.fromiter(
        (
            min(by_segment.get(_key(segment), nobody), by_plan.get(_key(plan), nobody))
            for segment, plan in zip(segments, plans, strict=True)
        ),
        dtype=np.intp,
        count=len(segments),
    )
    return np.where(found == nobody, 0, found)


def claimed(
    config: ScorecardConfig, others: Mapping[str, ScorecardConfig]
) -> list[tuple[str, str, str]]:
    """What `config` is for though another line is already: (segment or plan, its text, line)."""
    return [
        (kind.removesuffix("s"), text, line)
        for kind in ("segments", "plans")
        for text in getattr(config, kind)
        for line, other in others.items()
        if _key(text) in {_key(theirs) for theirs in getattr(other, kind)}
    ]


def _first_claims(configs: Sequence[ScorecardConfig], kind: str) -> dict[str, int]:
    """Text -> the first place that claims it."""
    first: dict[str, int] = {}
    for place, config in enumerate(configs[1:], start=1):
        for text in getattr(config, kind):
            first.setdefault(_key(text), place)
    return first


def _key(text: str) -> str:
    return text.casefold()
