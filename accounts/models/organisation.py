"""The organisation that runs this installation: exactly one row."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import models


def validate_zone(name: str) -> None:
    """Refuse a name that the time-zone database does not know."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValidationError(f"{name!r} is not a known time zone") from error


class Organisation(models.Model):
    """One row: whose customers these are, and in which zone their days begin."""

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    name = models.CharField(max_length=200, default="Your company")
    timezone = models.CharField(max_length=64, default="UTC", validators=[validate_zone])
    run_at = models.TimeField(default=dt.time(3, 10))
    is_demo = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(name="organisation_is_one_row", condition=models.Q(id=1))
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def current(cls) -> Organisation:
        """The one row, made with its defaults at first use."""
        return cls.objects.get_or_create(id=1)[0]

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which business days begin and end."""
        return ZoneInfo(self.timezone)

    def starts_at(self, day: dt.date) -> dt.datetime:
        """Local midnight at the start of `day`, in UTC (a day may have 23 or 25 hours)."""
        return dt.datetime.combine(day, dt.time(), self.zone).astimezone(dt.UTC)

    def due_at(self, day: dt.date) -> dt.datetime:
        """When the nightly run of `day` is due, in UTC."""
        return dt.datetime.combine(day, self.run_at, self.zone).astimezone(dt.UTC)

    def day_of(self, at: dt.datetime) -> dt.date:
        """The business day of a moment."""
        return at.astimezone(self.zone).date()
