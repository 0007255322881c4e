"""The organisation that runs this installation: exactly one row."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import models

from accounts.models.lookup import row_of

TARGETS = ("value_days", "depth_reference", "answer_hours", "chat_minutes", "call_seconds")
MOST = 100_000


def validate_zone(name: str) -> None:
    """Refuse a name that the time-zone database does not know."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValidationError(f"{name!r} is not a known time zone") from error


class Cadence(models.TextChoices):
    """How often a person who needs the product is expected to open it."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


class Organisation(models.Model):
    """One row: whose customers these are, in which zone their days begin, and what is promised
    to them. What a signal reads of it is stored with every run.
    """

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    name = models.CharField(max_length=200, default="Your company")
    timezone = models.CharField(max_length=64, default="UTC", validators=[validate_zone])
    run_at = models.TimeField(default=dt.time(3, 10))
    is_demo = models.BooleanField(default=False)
    # when an admin went through the first settings; empty: nobody has
    set_up_at = models.DateTimeField(null=True, blank=True)
    # how many steps of them are saved: where she goes on
    set_up_step = models.SmallIntegerField(default=0, db_default=0)
    cadence = models.CharField(
        max_length=7, choices=Cadence.choices, default=Cadence.DAILY, db_default=Cadence.DAILY
    )
    # days from the contract's start to the first value that a customer should see
    value_days = models.FloatField(default=45.0, db_default=45.0)
    # active days per week x breadth of a person who uses the product as it is meant
    depth_reference = models.FloatField(default=0.6, db_default=0.6)
    # first answers: business hours; calls by the clock
    answer_hours = models.FloatField(default=4.0, db_default=4.0)
    chat_minutes = models.FloatField(default=15.0, db_default=15.0)
    call_seconds = models.FloatField(default=60.0, db_default=60.0)

    class Meta:
        constraints = [
            models.CheckConstraint(name="organisation_is_one_row", condition=models.Q(id=1)),
            # targets divide: zero, infinity and NaN (which sorts above every number) are none
            *[
                models.CheckConstraint(
                    name=f"organisation_{field}_is_sane",
                    condition=models.Q(**{f"{field}__gt": 0, f"{field}__lte": MOST}),
                )
                for field in TARGETS
            ],
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Raises ValidationError for a target that is no target."""
        wrong = {
            field: "must be above 0 and at most 100,000"
            for field in TARGETS
            if not 0 < getattr(self, field) <= MOST
        }
        if wrong:
            raise ValidationError(wrong)

    @classmethod
    def current(cls) -> Organisation:
        """The one row, made with its defaults at first use."""
        found = row_of(Organisation, 1)
        if found is None:
            Organisation.objects.bulk_create([Organisation(id=1)], ignore_conflicts=True)
            found = Organisation.objects.get(id=1)
        return found

    def saved_step(self, number: int) -> None:
        """The first settings are saved up to here; a step done again takes nothing back."""
        Organisation.objects.filter(pk=self.pk, set_up_step__lt=number).update(set_up_step=number)
        self.refresh_from_db(fields=["set_up_step"])

    def is_set_up(self, at: dt.datetime) -> None:
        """An admin has gone through the first settings."""
        Organisation.objects.filter(pk=self.pk, set_up_at=None).update(set_up_at=at)
        self.refresh_from_db(fields=["set_up_at"])

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
