"""What a run stored: snapshots, never changed, and the portfolio's current rows.

Arrays have 24 places, one per signal code (S01 first); months of snapshots are partitions, made
by hand in the migrations and by the run that needs them.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.fields.composite import CompositePrimaryKey


class Band(models.TextChoices):
    """The colour of an account, never shown by colour alone."""

    RED = "red", "Red"
    AMBER = "amber", "Amber"
    GREEN = "green", "Green"
    GREY = "grey", "Not enough data"


def floats() -> ArrayField[list[float | None], list[float | None]]:
    """24 places, NULL where a signal has no value."""
    return ArrayField(models.FloatField(null=True))


class Snapshot(models.Model):
    """One account on one day as one run saw it."""

    pk = CompositePrimaryKey("account_id", "day", "run_id")
    account_id = models.BigIntegerField()
    day = models.DateField()
    run_id = models.BigIntegerField()
    scorecard_id = models.BigIntegerField()
    # after caps / before caps; NULL = not enough data
    score = models.FloatField(null=True)
    raw_score = models.FloatField(null=True)
    band = models.CharField(max_length=5, choices=Band.choices)
    # hysteresis: the band the score asks for, since when, and for how many evaluations
    pending_band = models.CharField(max_length=5, blank=True)
    pending_since = models.DateField(null=True)
    pending_count = models.SmallIntegerField(default=0)
    stage = models.CharField(max_length=10)
    age_days = models.IntegerField()
    coverage = models.FloatField()
    confidence = models.CharField(max_length=6)
    momentum = models.FloatField(null=True)
    # points per 30 days over 28 and 91 days; falling, rising: the trend is no accident
    trend_28 = models.FloatField(null=True)
    trend_91 = models.FloatField(null=True)
    trend = models.CharField(max_length=7, blank=True)
    # [{"rule": "R4", "cap": 45.0, "until": "2026-03-01" or null}], binding or not
    caps = models.JSONField(default=list)
    # standing flags and those that wait to open, see metrics.scoring.flags
    flags = models.JSONField(default=list)
    status = models.CharField(max_length=10, blank=True)  # "leaving" once notice is given
    raw = floats()
    n = floats()
    part = floats()
    whole = floats()
    points = floats()  # as used, carried or frozen values included
    weights = floats()  # effective, sum 1 over the signals used
    states = ArrayField(models.CharField(max_length=14))
    as_of = ArrayField(models.DateField(null=True))  # day of the last value of each signal
    dimensions = floats()  # six places: points per dimension
    dimension_weights = floats()  # six places: nominal weight in per cent, blended by stage
    # signal code -> what a page shows beside its value
    details = models.JSONField(default=dict)
    seats = models.JSONField(default=dict)  # the funnel: sold, intended, provisioned, trained, ...
    cause = models.CharField(max_length=60, blank=True)
    input_hash = models.BinaryField()

    class Meta:
        managed = False
        db_table = "metrics_snapshot"

    def __str__(self) -> str:
        return f"{self.account_id} on {self.day}: {self.score}"


class AccountCurrent(models.Model):
    """What the portfolio shows of an account: one row per account and published run."""

    pk = CompositePrimaryKey("run_id", "account_id")
    run_id = models.BigIntegerField()
    account_id = models.BigIntegerField()
    name = models.CharField(max_length=200)
    segment = models.CharField(max_length=200, blank=True)
    plan = models.CharField(max_length=200, blank=True)
    owner_id = models.BigIntegerField(null=True)
    arr = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    currency = models.CharField(max_length=3, blank=True)
    renews_on = models.DateField(null=True)
    score = models.FloatField(null=True)
    band = models.CharField(max_length=5, choices=Band.choices)
    previous_band = models.CharField(max_length=5, blank=True)  # seven days before
    change_7 = models.FloatField(null=True)
    change_30 = models.FloatField(null=True)
    momentum = models.FloatField(null=True)
    stage = models.CharField(max_length=10)
    status = models.CharField(max_length=10, blank=True)
    coverage = models.FloatField()
    confidence = models.CharField(max_length=6)
    # 90 days ending today, NULL where no run was published
    spark = ArrayField(models.SmallIntegerField(null=True))
    dimensions = ArrayField(models.SmallIntegerField(null=True))
    trend_28 = models.FloatField(null=True)
    trend = models.CharField(max_length=7, blank=True, db_default="")
    # open flags only, the most severe first; severity 0: none
    flags = ArrayField(models.CharField(max_length=12), default=list, db_default=[])
    severity = models.SmallIntegerField(default=0, db_default=0)
    seats_active = models.IntegerField(null=True)
    seats_sold = models.IntegerField(null=True)
    caps = models.JSONField(default=list)
    cause = models.CharField(max_length=60, blank=True)
    # main cause of the change over 7 and 30 days; empty where the change is noise
    cause_7 = models.CharField(max_length=60, blank=True)
    cause_30 = models.CharField(max_length=60, blank=True)

    class Meta:
        indexes = [
            # one index per sort that the portfolio offers
            models.Index(fields=["run_id", "score"], name="current_score"),
            models.Index(fields=["run_id", "arr"], name="current_arr"),
            models.Index(fields=["run_id", "name"], name="current_name"),
            models.Index(fields=["run_id", "owner_id", "score"], name="current_owner"),
            models.Index(fields=["run_id", "change_30"], name="current_change"),
            models.Index(fields=["run_id", "change_7"], name="current_week"),
            models.Index(fields=["run_id", "renews_on"], name="current_renewal"),
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.score}"


class FlagChange(models.Model):
    """A flag that a run opened or closed. Rows are only ever added: a trigger refuses the rest."""

    class Change(models.TextChoices):
        OPENED = "opened"
        CLOSED = "closed"

    run_id = models.BigIntegerField()
    account_id = models.BigIntegerField()
    day = models.DateField()
    rule = models.CharField(max_length=12)
    change = models.CharField(max_length=6, choices=Change.choices)
    severity = models.SmallIntegerField()
    # [{"code", "moved", "text"}]: the three most negative contributions and the facts behind them
    reasons = models.JSONField(default=list)
    known_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["account_id", "day"], name="flag_change_account")]
        constraints = [
            # a chunk that is done twice says the same thing once
            models.UniqueConstraint(
                fields=["run_id", "account_id", "rule", "change"], name="flag_change_once"
            ),
            models.CheckConstraint(
                name="flag_change_severity", condition=models.Q(severity__gte=1, severity__lte=5)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.change} on {self.day} for {self.account_id}"
