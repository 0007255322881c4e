"""Events that only the trend needs: tickets, NPS answers, champions who left."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from metrics.signals.tickets import is_highest
from metrics.views.account.events import Event
from metrics.views.account.known import Known

# a part of a statement of `together`: kind, moment, its name, what its severity or score is; of
# tickets and surveys the newest version
MARKED = """
(SELECT DISTINCT ON (external_id) 'tickets' AS kind, opened_at AS happened_at, external_id AS name,
        severity AS said
 FROM metrics_ticket
 WHERE account_id = %(account)s AND known_at <= %(cutoff)s
   AND opened_at >= %(first)s AND opened_at < %(until)s
 ORDER BY external_id, known_at DESC, id DESC)
UNION ALL
(SELECT DISTINCT ON (external_id) 'surveys', answered_at, external_id, round(score)::text
 FROM metrics_survey
 WHERE account_id = %(account)s AND kind = 'nps' AND score IS NOT NULL
   AND known_at <= %(cutoff)s AND answered_at >= %(first)s AND answered_at < %(until)s
 ORDER BY external_id, known_at DESC, id DESC)
UNION ALL
SELECT 'people', deactivated_at, coalesce(nullif(name, ''), nullif(email, ''), external_id), ''
FROM accounts_person
WHERE account_id = %(account)s AND champion AND known_at <= %(cutoff)s
  AND NOT persona = ANY(%(not_people)s)
  AND deactivated_at >= %(first)s AND deactivated_at < %(until)s
"""


def marked(known: Known, rows: Iterable[Any]) -> Iterator[Event]:
    """What the trend marks beside scorecards, overrides and contract; rows: those of MARKED."""
    for row in rows:
        day = known.organisation.day_of(row.happened_at)
        if row.kind == "surveys":
            yield Event(day=day, kind=row.kind, title=f"NPS {row.said}", mark=f"NPS {row.said}")
        elif row.kind == "people":
            title = f"Champion left: {row.name}"
            yield Event(day=day, kind=row.kind, title=title, mark="Champion left")
        elif is_highest(row.said):
            title = f"Severe ticket {row.name}"
            yield Event(day=day, kind=row.kind, title=title, mark="Severe ticket")
