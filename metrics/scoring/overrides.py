"""A user's own judgement of an account: beside the computed score, small, reasoned, and short."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass

MAX_POINTS = 15
MAX_DAYS = 60


class OverrideError(ValueError):
    """What is wrong with an override: one message per field."""

    def __init__(self, problems: dict[str, str]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{field}: {problem}" for field, problem in problems.items()))


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """points: added to the computed score; expires_on: the first day without it."""

    points: float
    reason: str
    expires_on: dt.date


def checked(points: float, *, reason: str, expires_on: dt.date, today: dt.date) -> Judgement:
    """An override that may stand; raises OverrideError that names every field that is wrong."""
    problems = {
        "points": _points_problem(points),
        "reason": "" if reason.strip() else "Say why: the reason is shown beside the score.",
        "expires_on": _expiry_problem(expires_on, today),
    }
    if any(problems.values()):
        raise OverrideError({field: problem for field, problem in problems.items() if problem})
    return Judgement(points=float(points), reason=reason.strip(), expires_on=expires_on)


def shown_with(score: float | None, override: Judgement | None, *, day: dt.date) -> float | None:
    """What a page shows beside the computed score, 0 to 100: the score with an override that
    stands on that day. None where none does, or where there is no score to judge. The computed
    score itself, its band, its flags and every statistic stay as they are.
    """
    if score is None or override is None or day >= override.expires_on:
        return None
    return min(max(score + override.points, 0.0), 100.0)


def points_text(points: float) -> str:
    """+8 or −7.5, with a true minus sign."""
    return f"{points:+g}".replace("-", "\u2212")


def _points_problem(points: float) -> str:
    if not math.isfinite(points) or abs(points) > MAX_POINTS:
        return f"At most {MAX_POINTS} points up or down."
    return "" if points else "Zero points change nothing."


def _expiry_problem(expires_on: dt.date, today: dt.date) -> str:
    if expires_on <= today:
        return "It must end after today."
    latest = today + dt.timedelta(days=MAX_DAYS)
    if expires_on > latest:
        return f"At most {MAX_DAYS} days: until {latest.day} {latest:%b %Y}."
    return ""
