"""Red, amber, green, grey: with hysteresis, so that a band means something for a while."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from metrics.scoring.config import ScorecardConfig

RED, AMBER, GREEN, GREY = "red", "amber", "green", "grey"
ORDER = (RED, AMBER, GREEN)
EVALUATIONS = 7  # in a row, when every day is evaluated
WEEKS_APART = dt.timedelta(days=7)  # or two that lie a week apart
FORGOTTEN = dt.timedelta(days=14)  # an older band protects nothing


@dataclass(frozen=True, kw_only=True)
class BandState:
    """The band of a day, and the change that is under way: towards what, since when, how often."""

    day: dt.date
    band: str
    pending: str = ""
    since: dt.date | None = None
    count: int = 0


def plain_band(score: float, config: ScorecardConfig) -> str:
    """The band by the thresholds alone."""
    if score < config.red_below:
        return RED
    return GREEN if score >= config.green_from else AMBER


def asked_band(score: float, band: str, config: ScorecardConfig) -> str:
    """The band that a score asks for when it must pass a threshold by the margin to leave one."""
    red, green, margin = config.red_below, config.green_from, config.margin
    red_edge = red + margin if band == RED else red - margin
    green_edge = green - margin if band == GREEN else green + margin
    if score < red_edge:
        return RED
    return GREEN if score >= green_edge else AMBER


def next_band(
    before: BandState | None,
    *,
    day: dt.date,
    score: float | None,
    at_once: bool,
    config: ScorecardConfig,
) -> BandState:
    """The band of `day` after the state before it; score None = not enough data.

    A change needs the score beyond the threshold by the margin on 7 evaluations in a row, or on
    two or more in a row that span a week; a score that falls on through the next threshold goes on
    counting for the first. Grey comes and goes at once, and so does what a binding
    cap of an urgent rule asks for (`at_once`).
    """
    if score is None:
        return BandState(day=day, band=GREY)
    plain = plain_band(score, config)
    if before is None or before.band == GREY or at_once or day - before.day > FORGOTTEN:
        return BandState(day=day, band=plain)
    asked = asked_band(score, before.band, config)
    if asked == before.band:
        return BandState(day=day, band=asked)
    since, count, towards = day, 1, asked
    if before.since is not None and _same_way(before, asked):
        since, count = before.since, before.count + 1
        # who asks for red has asked for amber all the while: the nearer band is what is certain
        towards = min(before.pending, asked, key=lambda band: _steps(before.band, band))
    if count >= EVALUATIONS or (count >= 2 and day - since >= WEEKS_APART):
        return BandState(day=day, band=towards)
    return BandState(day=day, band=before.band, pending=towards, since=since, count=count)


def _steps(start: str, end: str) -> int:
    """How many bands lie between two, either way."""
    return abs(ORDER.index(end) - ORDER.index(start))


def _same_way(before: BandState, asked: str) -> bool:
    """Whether the change that is under way and the one now asked for go up, or both down."""
    here = ORDER.index(before.band)
    return (ORDER.index(before.pending) > here) == (ORDER.index(asked) > here)
