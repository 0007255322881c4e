"""Standing warnings: opened and closed with hysteresis, so that an alert means something. Pure.

A flag opens after 3 evaluations in a row that ask for it, or two that lie a week apart, and closes
after 7 in a row that do not, or two a week apart. The urgent rules and the red band (which has
waited already) do both at once. Where nobody can say (no score), everything stays as it was.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from metrics.scoring.bands import RED
from metrics.scoring.explain import Level
from metrics.scoring.flag_rules import FLAG_RULES, FlagRule

OPEN, WAITING = "open", "waiting"
OPENED, CLOSED = "opened", "closed"
OPENS_AFTER, CLOSES_AFTER = 3, 7  # evaluations in a row
WEEK = dt.timedelta(days=7)
DECLINING, RECOVERED = -12.0, -9.0  # points in half a year
URGENT_DAYS = 120
REASONS = 3


@dataclass(frozen=True, kw_only=True)
class Reason:
    """A signal that takes points against 70: its code, how many, and the fact behind it."""

    code: str
    moved: float
    text: str


@dataclass(frozen=True, kw_only=True)
class FlagFacts:
    """One account tonight.

    score: final, None without enough data. band: after its hysteresis. holds: rules of `caps` that
    hold. momentum: points in half a year, None unknown. falling: the trend is. plateau: the alarm
    of S08, None where it has no value. renews_in_days, notice_in_days: None unknown. large: ARR in
    the top fifth. reasons: of `worst`, with texts.
    """

    day: dt.date
    score: float | None
    band: str
    holds: frozenset[str] = frozenset()
    momentum: float | None = None
    falling: bool = False
    plateau: bool | None = False
    renews_in_days: float | None = None
    notice_in_days: float | None = None
    large: bool = False
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Flag:
    """A flag as a snapshot keeps it.

    state `waiting`: asked for since `since`, `count` evaluations in a row. state `open`: opened on
    `since`; `count` evaluations in a row have not asked for it, the first of them on `gone_since`.
    """

    rule: str
    state: str
    since: dt.date
    count: int
    severity: int
    reasons: tuple[Reason, ...] = ()
    gone_since: dt.date | None = None

    def to_dict(self) -> dict[str, Any]:
        """As JSON; `from_dict` is the exact inverse."""
        return {
            "rule": self.rule,
            "state": self.state,
            "since": self.since.isoformat(),
            "count": self.count,
            "severity": self.severity,
            "reasons": [dict(vars(reason)) for reason in self.reasons],
            "gone_since": self.gone_since.isoformat() if self.gone_since else None,
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Flag:
        """Out of a snapshot."""
        gone = stored["gone_since"]
        return cls(
            rule=stored["rule"],
            state=stored["state"],
            since=dt.date.fromisoformat(stored["since"]),
            count=stored["count"],
            severity=stored["severity"],
            reasons=tuple(Reason(**reason) for reason in stored["reasons"]),
            gone_since=dt.date.fromisoformat(gone) if gone else None,
        )


@dataclass(frozen=True, kw_only=True)
class FlagChange:
    """One line of the append-only history."""

    rule: str
    change: str  # opened or closed
    severity: int
    reasons: tuple[Reason, ...]


def next_flags(before: Sequence[Flag], facts: FlagFacts) -> list[Flag]:
    """The flags of tonight, open and waiting, in the order of the catalogue."""
    known = {flag.rule: flag for flag in before}
    flags = (_next(rule, known.get(rule.code), facts) for rule in FLAG_RULES)
    return [flag for flag in flags if flag is not None]


def changes(before: Iterable[Flag], after: Iterable[Flag]) -> list[FlagChange]:
    """What opened, as it is now, and what closed, as it last was."""
    was = {flag.rule: flag for flag in before if flag.state == OPEN}
    now = {flag.rule: flag for flag in after if flag.state == OPEN}
    return [
        FlagChange(rule=flag.rule, change=change, severity=flag.severity, reasons=flag.reasons)
        for change, these, those in ((OPENED, now, was), (CLOSED, was, now))
        for flag in these.values()
        if flag.rule not in those
    ]


def severity(facts: FlagFacts) -> int:
    """1 to 5: how bad (final score below 45: 3, below 60: 2, else 1) and how urgent (+1 when the
    renewal or the last day for notice lies within 120 days, +1 for an ARR in the top fifth).

    The renewal changes how urgent a flag is, never the score. A green account with a flag of its
    own (declining, silence) begins at 1 like one whose trend falls or that a cap holds down.
    """
    level = 1
    if facts.score is not None and facts.score < 60:
        level = 3 if facts.score < 45 else 2
    dates = (facts.renews_in_days, facts.notice_in_days)
    soon = any(days is not None and 0 <= days <= URGENT_DAYS for days in dates)
    return min(level + soon + facts.large, 5)


def worst(level: Level) -> list[tuple[str, float]]:
    """The three most negative contributions against 70 and what each takes, the worst first."""
    taken = sorted(level.against_reference().items(), key=lambda item: (item[1], item[0]))
    return [(code, moved) for code, moved in taken[:REASONS] if moved < 0]


def _next(rule: FlagRule, was: Flag | None, facts: FlagFacts) -> Flag | None:
    is_open = was is not None and was.state == OPEN
    asked = _asked(rule.code, facts, is_open=is_open)
    if asked is None:
        return was and _refreshed(was, facts)
    if was is None or not is_open:
        return _more(rule, was, facts) if asked else None
    return _refreshed(was, facts, gone_since=None, count=0) if asked else _less(rule, was, facts)


def _asked(code: str, facts: FlagFacts, *, is_open: bool) -> bool | None:
    """Whether tonight's facts ask for the flag; None where they cannot say."""
    if code == "plateau":
        return facts.plateau
    if code not in ("red", "declining", "falling"):
        return code in facts.holds
    if facts.score is None:
        return None
    if code == "declining":
        limit = RECOVERED if is_open else DECLINING
        return facts.momentum is not None and facts.momentum <= limit
    return facts.band == RED if code == "red" else facts.falling


def _more(rule: FlagRule, was: Flag | None, facts: FlagFacts) -> Flag:
    """Asked for once more: waiting, or open at last."""
    since, count = (facts.day, 1) if was is None else (was.since, was.count + 1)
    flag = Flag(rule=rule.code, state=WAITING, since=since, count=count, severity=severity(facts))
    if rule.at_once or _long_enough(facts.day, since=since, count=count, needed=OPENS_AFTER):
        return replace(flag, state=OPEN, since=facts.day, count=0, reasons=facts.reasons)
    return flag


def _less(rule: FlagRule, was: Flag, facts: FlagFacts) -> Flag | None:
    """Open, and once more not asked for: still there, or closed."""
    since, count = was.gone_since or facts.day, was.count + 1
    if rule.at_once or _long_enough(facts.day, since=since, count=count, needed=CLOSES_AFTER):
        return None
    return _refreshed(was, facts, gone_since=since, count=count)


def _long_enough(day: dt.date, *, since: dt.date, count: int, needed: int) -> bool:
    return count >= needed or day - since >= WEEK


def _refreshed(flag: Flag, facts: FlagFacts, **over: Any) -> Flag:
    """With tonight's severity and, where the flag is open, reasons. Without a score there is
    neither: an account does not get better by falling silent.
    """
    if facts.score is None:
        return replace(flag, **over)
    reasons = facts.reasons if flag.state == OPEN else flag.reasons
    return replace(flag, severity=severity(facts), reasons=reasons, **over)
