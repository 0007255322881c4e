"""Mails about new flags: who is owed one, and what became of it."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

MOST_TRIES = 12  # in about seven hours
LATEST = dt.timedelta(days=1)  # what is older is no news
TROUBLED = 4  # tries in vain, about half an hour, of which somebody should know
REFUSED = MOST_TRIES + 1  # its address is refused for good: one reader's trouble, not the server's


class AlertMailQuerySet(models.QuerySet["AlertMail"]):
    """Adjectives for mails."""

    def owed(self) -> AlertMailQuerySet:
        """Neither sent nor given up."""
        fresh = Q(asked_at__gt=Now() - LATEST)
        return self.filter(fresh, sent_at=None, tries__lt=MOST_TRIES)

    def due(self) -> AlertMailQuerySet:
        """Owed, and nobody is at it or has just been."""
        return self.owed().filter(Q(try_after=None) | Q(try_after__lte=Now()))

    def troubled(self) -> AlertMailQuerySet:
        """Tried again and again on the last day, and not sent."""
        fresh = Q(asked_at__gt=Now() - LATEST)
        return self.filter(fresh, sent_at=None, tries__range=(TROUBLED, MOST_TRIES))

    def rest(self, pause: dt.timedelta) -> int:
        """Nobody tries these before the pause is over."""
        return self.update(try_after=Now() + pause)


class AlertMail(models.Model):
    """What somebody is told of a day's new flags: one mail at most, however often nights, beats or
    workers come twice. A try is counted before it is made, and nobody else makes one before
    `try_after`.
    """

    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    run_id = models.BigIntegerField()
    asked_at = models.DateTimeField(db_default=Now())
    tries = models.SmallIntegerField(default=0, db_default=0)
    try_after = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = AlertMailQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "day"], name="alert_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.day} to {self.user}"

    def claim(self, *, pause: dt.timedelta) -> bool:
        """Counts a try; False where somebody else is making it."""
        mine = AlertMail.objects.due().filter(pk=self.pk)
        return mine.update(tries=F("tries") + 1, try_after=Now() + pause) == 1

    def refused(self) -> None:
        """The mail server knows no such address: no other try will find it."""
        AlertMail.objects.filter(pk=self.pk).update(tries=REFUSED)

    def sent(self) -> None:
        """The mail server has it."""
        AlertMail.objects.filter(pk=self.pk).update(sent_at=Now())
