"""The header: the score, since when, and the one sentence that answers what and why."""

from __future__ import annotations

import datetime as dt
from typing import Any

from metrics.models import Snapshot
from metrics.models.scores import Band
from metrics.scoring.explain import shown_change
from metrics.signals.catalogue import SIGNALS
from metrics.signals.numbers import number
from metrics.signals.story import value_of
from metrics.signals.words import cause_text
from metrics.views.account.moved import Moved
from metrics.views.account.night import Night
from metrics.views.account.signal_rows import concerns

NOISE = 3.0
REFERENCE = 70.0
FALLING = -12.0
TRACK = 264


def head(night: Night, contract: Any, chosen: Moved) -> dict[str, Any]:
    """Everything above the first section. contract: a row of CONTRACTS, None for none."""
    now, today = night.now, night.run.business_day
    renews_on = contract.renews_on if contract else None
    days_left = (renews_on - today).days if renews_on else None
    return {
        "as_of": night.run.data_cutoff,
        "signals": sum(1 for signal in SIGNALS if concerns(signal, now)),
        "band_since": _band_since(night),
        "lead": lead(night, chosen),
        "changes": [(days, *_change(night, days)) for days in (30, 7)],
        "is_declining": now.momentum is not None and now.momentum <= FALLING,
        "contract": contract,
        "days_left": days_left,
        "days_past": -days_left if days_left is not None else None,
        "notice_by": _notice_by(contract),
        "leaving": now.status == "leaving",
        "gauge": gauge(night, chosen.before.score if chosen.before else None),
    }


def gauge(night: Night, compared: float | None) -> dict[str, Any]:
    """A track of 264 px in three pieces with 2 px between them; places of today and the compared
    day in px, None where there is no score.
    """
    config, score = night.config, night.now.score
    edges = (0.0, config.red_below, config.green_from, 100.0)
    pieces = zip(("red", "amber", "green"), edges, edges[1:], strict=False)
    return {
        "pieces": [
            {
                "band": band,
                "x": _px(low) + (1 if low else 0),
                "width": _px(high) - _px(low) - (2 if low > 0 and high < 100 else 1),
                "lit": score is not None and band == night.now.band,
            }
            for band, low, high in pieces
        ],
        "marks": [(edge, _px(edge)) for edge in edges],
        "today": None if score is None else _px(score),
        "compared": None if compared is None else _px(compared),
        "said": _said(night, compared),
    }


def _said(night: Night, compared: float | None) -> str:
    """The gauge in words."""
    score, config = night.now.score, night.config
    if score is None:
        return "No score"
    before = "" if compared is None else f", {number(compared)} on the day compared"
    return (
        f"Score {number(score)} of 100{before}; red below {number(config.red_below)},"
        f" green from {number(config.green_from)}"
    )


def _px(points: float) -> float:
    return round(points * TRACK / 100, 1)


def lead(night: Night, chosen: Moved) -> tuple[str, str]:
    """(claim, cause): what happened, and what lies behind it."""
    now = night.now
    if now.score is None:
        return "Not enough data for a score.", f"{now.cause}." if now.cause else ""
    if now.status == "leaving":
        return "They have given notice.", _standing(night)
    total = chosen.total
    if total is None or abs(total) < NOISE:
        return f"Steady at {number(now.score)}.", _standing(night)
    rising = total > 0
    days = (night.run.business_day - chosen.since).days
    span = "since yesterday" if days == 1 else f"in {days} days"
    claim = f"{'Up' if rising else 'Down'} {number(abs(total), 1)} points {span}."
    found = [reason for reason in chosen.reasons if (reason["moved"] > 0) == rising][:2]
    return claim, _sentence([_behind(reason, now, rising=rising) for reason in found])


def _behind(reason: dict[str, Any], now: Snapshot, *, rising: bool) -> str:
    """What a signal says of the change; where only its weight changed, that."""
    if reason["by_weight"]:
        return str(reason["claim"])
    code = reason["code"]
    return cause_text(code, value_of(now, code), good=rising, rose=rising)


def _standing(night: Night) -> str:
    """What takes most from an account that does not move, or what holds it up."""
    now = night.now
    counted = [s for s in SIGNALS if (now.weights[s.slot] or 0.0) > 0]
    against = {
        s.code: (now.weights[s.slot] or 0.0) * ((now.points[s.slot] or 0.0) - REFERENCE)
        for s in counted
    }
    worst = sorted((code for code in against if against[code] < -0.5), key=against.__getitem__)[:2]
    if worst:
        texts = [cause_text(code, value_of(now, code), good=False) for code in worst]
        return f"What holds it back: {_sentence(texts, lower=True)}"
    best = sorted(against, key=against.__getitem__, reverse=True)[:2]
    return _sentence([cause_text(code, value_of(now, code), good=True) for code in best])


def _sentence(texts: list[str], *, lower: bool = False) -> str:
    if not texts:
        return ""
    parts = [text if i == 0 and not lower else _lower_first(text) for i, text in enumerate(texts)]
    return f"{', and '.join(parts)}."


def _lower_first(text: str) -> str:
    """Lower case, unless the first word is an abbreviation."""
    return text if text[:2].isupper() else text[:1].lower() + text[1:]


def _change(night: Night, days: int) -> tuple[float | None, float | None]:
    """(change, score then) against exactly so many days before; the change of the scores as they
    are shown, so that it is the one that the steps below sum to.
    """
    then = night.run.business_day - dt.timedelta(days=days)
    was = next((day.score for day in night.history if day.day == then), None)
    if was is None or night.now.score is None:
        return None, None
    return shown_change(was, night.now.score), was


def _band_since(night: Night) -> tuple[dt.date, str] | None:
    """(first day of the present band, the word for the one before), where the history shows it."""
    first: dt.date | None = None
    for day in reversed(night.history):
        if day.band != night.now.band:
            return (first, Band(day.band).label) if first else None
        first = day.day
    return None


def _notice_by(contract: Any) -> dt.date | None:
    """The last day on which they can give notice."""
    if contract is None or not contract.renews_on or contract.notice_days is None:
        return None
    by: dt.date = contract.renews_on - dt.timedelta(days=contract.notice_days)
    return by
