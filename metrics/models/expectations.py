"""How often each source is expected to speak, and its newest record."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import connection, models
from django.utils import timezone

from metrics.models.actions import by_user

if TYPE_CHECKING:
    from accounts.models import User

MOST_DAYS = 400
# the newest record of each source, by the day it speaks of; each maximum stands last in an index
LAST_RECORDS = """
SELECT 'usage', greatest(
    (SELECT max(last_day) FROM metrics_activity_calendar),
    -- imported, and not yet summed
    (SELECT max(day) FROM metrics_dirtyday),
    (SELECT max(day) FROM metrics_changedday)
)
UNION ALL SELECT 'tickets', (max(opened_at) AT TIME ZONE %(zone)s)::date FROM metrics_ticket
UNION ALL SELECT 'surveys', (greatest(max(sent_at), max(answered_at)) AT TIME ZONE %(zone)s)::date
    FROM metrics_survey
UNION ALL SELECT 'training', (max(completed_at) AT TIME ZONE %(zone)s)::date
    FROM metrics_trainingrecord
UNION ALL SELECT 'milestones', max(completed_on) FROM accounts_milestone
UNION ALL SELECT 'people', (max(provisioned_at) AT TIME ZONE %(zone)s)::date FROM accounts_person
UNION ALL SELECT 'arr_movements', max("on") FROM accounts_arrmovement
"""


def last_records(zone: str) -> dict[str, dt.date]:
    """Source -> local day of its newest record; sources without any are left out."""
    with connection.cursor() as cursor:
        cursor.execute(LAST_RECORDS, {"zone": zone})
        return {source: day for source, day in cursor.fetchall() if day}


class ExpectationQuerySet(models.QuerySet["Expectation"]):
    """Adjectives for expectations."""

    def agree(
        self, source: str, *, every: int | None, grace: int, is_paused: bool, by: User
    ) -> Expectation:
        """What is expected of a source from now on."""
        values = {"every_days": every, "grace_days": grace, "is_paused": is_paused}
        told = values | {"changed_at": timezone.now(), "changed_by": by, "looked_at": None}
        return self.update_or_create(source=source, defaults=told)[0]


class Expectation(models.Model):
    """A source speaks every so many days; silent for longer than that and the grace, it is late
    from the day after its last record on, and its signals keep their last values.

    Nothing is expected of a source without a row: a living source without activity is a true 0.
    """

    source = models.CharField(max_length=20, primary_key=True)
    every_days = models.PositiveSmallIntegerField(null=True, blank=True)
    grace_days = models.PositiveSmallIntegerField(default=0)
    is_paused = models.BooleanField(default=False)
    # when its silence was last looked at; empty: it was changed since
    looked_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField(default=timezone.now)
    changed_by = by_user()

    objects = ExpectationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="expectation_days_are_sane",
                condition=(
                    models.Q(every_days__isnull=True)
                    | models.Q(every_days__gte=1, every_days__lte=MOST_DAYS)
                )
                & models.Q(grace_days__lte=MOST_DAYS),
            )
        ]

    def __str__(self) -> str:
        return f"{self.source} every {self.every_days} days"

    def is_silent(self, heard: dt.date, day: dt.date) -> bool:
        """Whether `day` is later than it should have spoken again."""
        if self.every_days is None or self.is_paused:
            return False
        return (day - heard).days > self.every_days + self.grace_days
