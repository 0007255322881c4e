"""The header: the score, since when, and the one sentence that answers what and why."""

from __future__ import annotations

import datetime as dt
from typing import Any

from accounts.models import Account, Contract
from metrics.signals.catalogue import SIGNALS
from metrics.signals.story import value_of
from metrics.signals.words import cause_text, number
from metrics.views.account.moved import Moved
from metrics.views.account.night import Night

NOISE = 3.0


def head(account: Account, night: Night, contract: Contract | None, month: Moved) -> dict[str, Any]:
    """Everything above the tabs."""
    now, today = night.now, night.run.business_day
    return {
        "score": now.score,
        "band": now.band,
        "band_since": _band_since(night),
        "lead": lead(night, month),
        "changes": [(days, *_change(night, days)) for days in (30, 7)],
        "momentum": now.momentum,
        "coverage": now.coverage,
        "confidence": now.confidence,
        "contract": contract,
        "days_left": (contract.renews_on - today).days if contract and contract.renews_on else None,
        "notice_by": _notice_by(contract),
        "caps": now.caps,
        "leaving": now.status == "leaving",
        "compared": month.before.score if month.before else None,
    }


def lead(night: Night, month: Moved) -> tuple[str, str]:
    """(claim, cause): "Falling for four weeks." and what lies behind it."""
    now = night.now
    if now.score is None:
        return "Not enough data for a score.", f"{now.cause}."
    total = month.total or 0.0
    rising = total > 0
    if abs(total) < NOISE:
        claim = f"Steady at {number(now.score)}."
        return claim, _standing(night)
    weeks = f"in {month.days} days"
    claim = f"{'Up' if rising else 'Down'} {number(abs(total), 1)} points {weeks}."
    found = [r for r in month.reasons if (r["moved"] > 0) == rising][:2]
    texts = [cause_text(r["code"], value_of(now, r["code"]), good=rising) for r in found]
    return claim, _sentence(texts)


def _standing(night: Night) -> str:
    """What takes most from an account that does not move, or what holds it up."""
    now = night.now
    measured = [s for s in SIGNALS if (now.weights[s.slot] or 0) > 0]
    loss = {s.code: (now.weights[s.slot] or 0) * ((now.points[s.slot] or 0) - 70) for s in measured}
    worst = sorted((code for code in loss if loss[code] < -0.5), key=loss.__getitem__)[:2]
    if worst:
        texts = [cause_text(code, value_of(now, code), good=False) for code in worst]
        return f"What holds it back: {_sentence(texts, lower=True)}"
    best = sorted(loss, key=loss.__getitem__, reverse=True)[:2]
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
    """(change, score then) against exactly so many days before."""
    then = night.run.business_day - dt.timedelta(days=days)
    was = next((day.score for day in night.history if day.day == then), None)
    if was is None or night.now.score is None:
        return None, None
    return night.now.score - was, was


def _band_since(night: Night) -> tuple[dt.date, str] | None:
    """(first day of the present band, the band before it), as far as the history goes."""
    first: dt.date | None = None
    for day in reversed(night.history):
        if day.band != night.now.band:
            return (first, day.band) if first else None
        first = day.day
    return None


def _notice_by(contract: Contract | None) -> dt.date | None:
    if contract is None or not contract.renews_on or contract.notice_days is None:
        return None
    return contract.renews_on - dt.timedelta(days=contract.notice_days)
