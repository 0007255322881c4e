"""Planted stories: a few accounts whose fate is known, under names that can be looked up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from metrics.demo.world import Floats, State

Key = Literal[
    "silent_decline",
    "champion_loss",
    "ticket_storm",
    "healthy_expansion",
    "stalled_onboarding",
    "brand_new",
    "no_usage_source",
]


@dataclass(frozen=True, kw_only=True)
class Story:
    """`age` at the end of the period, in days; `level` is the mean of every hidden state."""

    key: Key
    name: str
    seats: int
    age: int
    level: float


STORIES = (
    # users drop out one by one, nobody complains, and no survey is answered any more
    Story(key="silent_decline", name="Lanternhill Games", seats=44, age=640, level=0.9),
    # the one who carried the product leaves, and nobody takes over
    Story(key="champion_loss", name="Brookhaven Seeds", seats=18, age=520, level=0.8),
    # a broken release: many urgent questions within three weeks, slow answers
    Story(key="ticket_storm", name="Copperdale Homes", seats=32, age=455, level=0.7),
    # everything works, and they buy more twice
    Story(key="healthy_expansion", name="Juniper & Vale", seats=60, age=700, level=1.5),
    # bought, set up by half, and then nothing
    Story(key="stalled_onboarding", name="Wrenfield Labs", seats=20, age=64, level=-0.6),
    Story(key="brand_new", name="Saffronwell", seats=12, age=5, level=1.8),
    # uses the product on its own servers: no usage ever comes in
    Story(key="no_usage_source", name="Quarrybank", seats=26, age=480, level=0.5),
)

# days before the end on which the turning point lies
TURN = {"silent_decline": 190, "champion_loss": 75, "ticket_storm": 26, "healthy_expansion": 150}


def _ramp(days: int, *, begin: int, length: int) -> Floats:
    return np.clip((np.arange(days) - begin) / length, 0.0, 1.0)


def shift(story: Story, *, days: int) -> Floats:
    """What the story adds to the states, (days, states)."""
    added = np.zeros((days, len(State)))
    turn = days - TURN.get(story.key, 0)
    if story.key == "silent_decline":
        fall = _ramp(days, begin=turn, length=170)
        added[:, State.VALUE] = -3.4 * fall
        added[:, State.SENTIMENT] = -2.6 * fall
        added[:, State.PEOPLE] = -1.0 * fall
    elif story.key == "champion_loss":
        fall = _ramp(days, begin=turn, length=20)
        added[:, State.VALUE] = -2.8 * fall
        added[:, State.PEOPLE] = -1.6 * fall
        added[:, State.SENTIMENT] = -1.2 * fall
    elif story.key == "ticket_storm":
        fall = _ramp(days, begin=turn, length=3)
        added[:, State.SUPPORT] = -3.6 * fall
        added[:, State.SENTIMENT] = -1.4 * fall
    elif story.key == "healthy_expansion":
        added[:, State.VALUE] = 0.6 * _ramp(days, begin=turn - 60, length=200)
    elif story.key == "stalled_onboarding":
        added[:, State.VALUE] = -1.6 * _ramp(days, begin=days - 40, length=20)
    return added
