"""Facts summed per day, so that a night does not read raw events again.

The tables are made by hand in the migrations: one is partitioned, the other holds bit strings.
"""

from __future__ import annotations

from django.db import models
from django.db.models.fields.composite import CompositePrimaryKey

# bits of a calendar: 64 weeks, so that 53 weeks of windows stay inside between two rebases
CALENDAR_DAYS = 448


class UsageUserDay(models.Model):
    """A person's day: partitioned by account, replaced whenever the day is dirty.

    Person 0 stands for usage whose source does not say who. `*_known_at` is when the first such
    event of the day became known: activity is a yes or no, so that this alone answers
    "was she known to be active by then".
    """

    pk = CompositePrimaryKey("account_id", "person_id", "day")
    account_id = models.BigIntegerField()
    person_id = models.BigIntegerField()
    day = models.DateField()
    events = models.BigIntegerField()
    logins = models.BigIntegerField()
    events_known_at = models.DateTimeField(null=True)
    logins_known_at = models.DateTimeField(null=True)

    class Meta:
        managed = False
        db_table = "metrics_usage_user_day"

    def __str__(self) -> str:
        return f"{self.account_id}/{self.person_id} {self.day}"


class ActivityCalendar(models.Model):
    """A person's active days as a bit string of 64 weeks: derived, replaceable.

    Bit i of `event_days` and `login_days` (both `bit(448)`) is day `base + i`; `base` is a Monday.
    `known_at` is the newest moment at which any of its bits became known: a reader with an older
    cut-off reads `UsageUserDay` instead.
    """

    pk = CompositePrimaryKey("account_id", "person_id")
    account_id = models.BigIntegerField()
    person_id = models.BigIntegerField()
    base = models.DateField()
    first_day = models.DateField()
    last_day = models.DateField()
    known_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "metrics_activity_calendar"

    def __str__(self) -> str:
        return f"{self.account_id}/{self.person_id} since {self.base}"


class FeatureCalendar(models.Model):
    """The days on which a person used a feature, as a bit string like that of `ActivityCalendar`.

    `first_day` is the first use ever, also where it lies before `base`. `known_before` is the
    newest moment at which a bit of a day before `newest_day` became known: what is read of those
    days alone is no newer.
    """

    pk = CompositePrimaryKey("account_id", "person_id", "feature_id")
    account_id = models.BigIntegerField()
    person_id = models.BigIntegerField()
    feature_id = models.BigIntegerField()
    base = models.DateField()
    first_day = models.DateField()
    known_at = models.DateTimeField()
    newest_day = models.DateField(null=True)
    known_before = models.DateTimeField(null=True)

    class Meta:
        managed = False
        db_table = "metrics_feature_calendar"

    def __str__(self) -> str:
        return f"{self.account_id}/{self.person_id} feature {self.feature_id} since {self.base}"


class ChangedDay(models.Model):
    """An (account, day) that got or lost a fact, as often as it did; rollups make it a `DirtyDay`.

    Rows are only added by imports, so that they wait for nobody, and only taken by rollups.
    """

    account_id = models.BigIntegerField()
    day = models.DateField()

    class Meta:
        indexes = [
            models.Index(fields=["account_id"], name="changed_day_by_account"),
            models.Index(fields=["day"], name="changed_day_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.day}"


class DirtyDay(models.Model):
    """An (account, day) whose rollups must be made again: locked while they are."""

    pk = CompositePrimaryKey("account_id", "day")
    account_id = models.BigIntegerField()
    day = models.DateField()
    marked_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.account_id} {self.day}"
