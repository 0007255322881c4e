"""How the points of each signal are spread over the accounts of a run."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

STEPS = 101  # points are shown as whole numbers


class PointsSpread(models.Model):
    """Of one signal in one run: the share of accounts with fewer than 0, 1, ... 100 points.

    A page that says "better than 31 %" reads one number instead of every account.
    """

    run_id = models.BigIntegerField()
    code = models.CharField(max_length=3)
    below = ArrayField(models.FloatField(), size=STEPS)

    class Meta:
        constraints = [
            # the account page reads the rows of its run
            models.UniqueConstraint(fields=["run_id", "code"], name="points_spread_once")
        ]

    def __str__(self) -> str:
        return f"{self.code} in run {self.run_id}"
