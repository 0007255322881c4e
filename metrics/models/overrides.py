"""What users think of an account, beside what was computed."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from accounts.models import Account
from metrics.scoring.overrides import Judgement

if TYPE_CHECKING:
    from accounts.models import User


class OverrideQuerySet(models.QuerySet["Override"]):
    """Adjectives for overrides."""

    def of(self, account: Account | int) -> OverrideQuerySet:
        """Of one account, the newest first."""
        return self.filter(account=account).order_by("-pk")

    def standing_on(self, day: dt.date, zone: dt.tzinfo) -> Override | None:
        """The one that stood at the end of a day."""
        return next((one for one in self if one.stands_on(day, zone)), None)

    def open(self) -> OverrideQuerySet:
        """Not withdrawn, though their time may be over."""
        return self.filter(withdrawn_at=None)

    def give(self, account: Account, judgement: Judgement, *, by: User, day: dt.date) -> Override:
        """A judgement that stands from `day` on, in the place of the one that stood until now."""
        with transaction.atomic():
            # two who judge at once: the later one stands, and both stay in the list
            Account.objects.select_for_update().get(pk=account.pk)
            for old in self.of(account).open():
                old.withdraw(by=by)
            return self.create(
                account=account,
                points=judgement.points,
                reason=judgement.reason,
                starts_on=day,
                expires_on=judgement.expires_on,
                created_by=by,
            )


class Override(models.Model):
    """A user's own judgement of an account, shown beside the score and never in its place.

    An override ends on `expires_on` (the first day without it) or when it is withdrawn.
    """

    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="+")
    points = models.FloatField()
    reason = models.TextField()
    starts_on = models.DateField()
    expires_on = models.DateField()
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = OverrideQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["account", "expires_on"], name="override_account")]
        constraints = [
            models.CheckConstraint(
                name="override_points_are_few",
                condition=models.Q(points__gte=-15, points__lte=15) & ~models.Q(points=0),
            ),
            models.CheckConstraint(name="override_has_a_reason", condition=~models.Q(reason="")),
            models.CheckConstraint(
                name="override_ends_within_60_days",
                condition=models.Q(
                    expires_on__gt=models.F("starts_on"),
                    expires_on__lte=models.ExpressionWrapper(
                        models.F("starts_on") + 60, output_field=models.DateField()
                    ),
                ),
            ),
            # one judgement at a time: a new one takes the place of the old
            models.UniqueConstraint(
                fields=["account"],
                condition=models.Q(withdrawn_at__isnull=True),
                name="override_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.points:+g} until {self.expires_on}"

    @property
    def judgement(self) -> Judgement:
        """What it says."""
        return Judgement(points=self.points, reason=self.reason, expires_on=self.expires_on)

    def ended_on(self, zone: dt.tzinfo) -> dt.date:
        """The first day without it: the day of its withdrawal, or the agreed one."""
        if self.withdrawn_at is None:
            return self.expires_on
        return min(self.withdrawn_at.astimezone(zone).date(), self.expires_on)

    def stands_on(self, day: dt.date, zone: dt.tzinfo) -> bool:
        """Whether it stood at the end of a day."""
        return self.starts_on <= day < self.ended_on(zone)

    def withdraw(self, *, by: User) -> bool:
        """Ends it now; False where that had been done before."""
        mine = Override.objects.open().filter(pk=self.pk)
        changed = mine.update(withdrawn_at=timezone.now(), withdrawn_by=by)
        self.refresh_from_db()
        return bool(changed)
