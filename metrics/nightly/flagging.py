"""The flags of a night: what each account's facts ask for, after those of the night before."""

from __future__ import annotations

from metrics.scoring.caps import Capped
from metrics.scoring.flags import Flag, next_flags
from metrics.scoring.score import Scored
from metrics.signals.base import Bools, Floats, Frames
from metrics.signals.evaluate import Evaluated
from metrics.signals.flag_facts import flag_facts


def flag_rows(
    frames: Frames,
    measured: Evaluated,
    scored: Scored,
    capped: Capped,
    *,
    bands: list[str],
    momentum: Floats,
    falling: Bools,
    before: list[list[Flag]],
) -> list[list[Flag]]:
    """Flags [A], open and waiting."""
    facts = flag_facts(
        frames,
        measured,
        scored,
        final=capped.final,
        bands=bands,
        holds=capped.holds,
        momentum=momentum,
        falling=falling,
    )
    return [next_flags(was, now) for was, now in zip(before, facts, strict=True)]
