"""What users think of an account: the judgement that stands, and those that stood before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from accounts.models import User
from metrics.models import Override
from metrics.scoring.overrides import shown_with

# a part of a statement of `together`
OVERRIDES = """
SELECT o.id AS number, points, reason, starts_on, expires_on, withdrawn_at,
       coalesce(nullif(g.name, ''), g.email) AS giver,
       coalesce(nullif(t.name, ''), t.email) AS taker
FROM metrics_override o
LEFT JOIN accounts_user g ON g.id = o.created_by_id
LEFT JOIN accounts_user t ON t.id = o.withdrawn_by_id
WHERE account_id = %(account)s
ORDER BY o.id DESC
"""


def overrides_of(rows: Iterable[Any]) -> list[Override]:
    """All of an account, the newest first, with the names of their people; rows: of OVERRIDES."""
    return [
        Override(
            pk=row.number,
            points=row.points,
            reason=row.reason,
            starts_on=row.starts_on,
            expires_on=row.expires_on,
            withdrawn_at=row.withdrawn_at,
            created_by=User(name=row.giver) if row.giver else None,
            withdrawn_by=User(name=row.taker) if row.taker else None,
        )
        for row in rows
    ]


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
