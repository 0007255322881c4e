"""Events that only the trend needs, in one query: tickets, NPS answers, champions who left."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.db import connection

from accounts.models import Person
from metrics.signals.tickets import is_highest
from metrics.views.account.events import Event
from metrics.views.account.known import Known

# kind, moment, its name, what its severity or score is; of tickets and surveys the newest version
MARKED = """
(SELECT DISTINCT ON (external_id) 'tickets' AS kind, opened_at AS at, external_id AS name,
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


def marked(known: Known, *, since: dt.date) -> Iterator[Event]:
    """What the trend marks beside scorecards, overrides and contract, since a day."""
    parameters: dict[str, int | dt.datetime | list[str]] = {
        "account": known.account.pk,
        "cutoff": known.run.data_cutoff,
        "first": known.organisation.starts_at(since),
        "until": known.until,
        "not_people": list(Person.NOT_PEOPLE),
    }
    with connection.cursor() as cursor:
        cursor.execute(MARKED, parameters)
        rows = cursor.fetchall()
    for kind, at, name, said in rows:
        day = known.organisation.day_of(at)
        if kind == "surveys":
            yield Event(day=day, kind=kind, title=f"NPS {said}", mark=f"NPS {said}")
        elif kind == "people":
            title = f"Champion left: {name}"
            yield Event(day=day, kind=kind, title=title, mark="Champion left")
        elif is_highest(said):
            yield Event(day=day, kind=kind, title=f"Severe ticket {name}", mark="Severe ticket")
