"""What users think of an account: the judgement that stands, and those that stood before."""

from __future__ import annotations

import datetime as dt
from typing import Any

from accounts.models import Account
from metrics.models import Override
from metrics.scoring.overrides import shown_with


def overrides_of(account: Account) -> list[Override]:
    """All of an account, the newest first. Most accounts have none: then nobody is asked for."""
    return list(Override.objects.of(account).prefetch_related("created_by", "withdrawn_by"))


def judged(
    overrides: list[Override], score: float | None, *, today: dt.date, zone: dt.tzinfo
) -> dict[str, Any]:
    """The override that stands today and the score with it; and all of them, with their end."""
    standing = next((one for one in overrides if one.stands_on(today, zone)), None)
    return {
        "standing": standing,
        "with_it": shown_with(score, standing.judgement if standing else None, day=today),
        "all": [
            {
                "override": one,
                "ended": None if one == standing else one.ended_on(zone),
                "withdrawn": one.ended_on(zone) < one.expires_on,
            }
            for one in overrides
        ],
    }
